import { toFailureFacts } from '../../../domain/failures/failure-facts.ts';
import type { ProbeFacts } from '../../../domain/installation/check/facts.ts';
import type { Poller } from '../../../domain/installation/check/poller.ts';
import { findValidityBasis } from '../../../domain/installation/choose-interval.ts';
import { findLaterTime } from '../../../domain/measurement/generations.ts';
import { SOURCE_NAMES, type SourceName } from '../../../domain/model.ts';
import { formatDuration } from '../../../domain/time/duration.ts';
import { secondsBetween } from '../../../domain/time/instant.ts';
import { CredWatchError } from '../../../errors.ts';
import { EXPIRED_ADVICE } from '../../../report/messages/start-check/expired-credentials.ts';
import { findShadowingNote } from '../../../sources/environment/shadowing.ts';
import type { PolledCredentials, PollOutcome, SourceOptions } from '../../../sources/source.ts';
import { openSourceFromFlags, resolveJobSource, type SourceFlags } from '../../flags/source-flags.ts';
import type { Io } from '../../process/io.ts';

/**
 * Polls once, without recording. Without flags, polls the same source as the schedule of this user.
 * @param poller records in the database. Null if no poller does, or if another user runs it
 * @param findKnownKey what the database knows about a copied key, as for `check`
 */
export async function probeSource(
  flags: SourceFlags,
  poller: Poller | null,
  findKnownKey: SourceOptions['findKnownKey'],
  io: Io,
): Promise<ProbeFacts> {
  try {
    if (isSourceChosen(flags) || poller === null) {
      const source = await resolveJobSource(flags, io, { explainsEndpoint: false });
      return await poll({ ...flags, ...source }, findKnownKey, io);
    }
    const env = { ...io.env, ...Object.fromEntries(poller.variables) };
    return await poll({ ...flags, ...readSourceFlags(poller) }, findKnownKey, { ...io, env });
  } catch (error) {
    if (!(error instanceof CredWatchError)) throw error;
    return { isOk: null, error: { message: error.message, hint: error.hint ?? null } };
  }
}

/** Whether flags say what to poll. */
export const isSourceChosen = ({ source, role, profile, process, roleArn }: SourceFlags): boolean =>
  source !== 'auto' || [role, profile, process, roleArn].some(Boolean);

/** The flags that select the credentials. */
export function readSourceFlags({ poll: { flags } }: Poller): SourceFlags {
  const source = SOURCE_NAMES.find((name) => name === flags.get('--source')) ?? 'auto';
  const read = (flag: string) => flags.get(flag) || undefined;
  const settings = Object.entries({
    ...{ role: read('--role'), profile: read('--profile'), process: read('--process') },
    ...{ roleArn: read('--role-arn'), sessionName: read('--session-name') },
  }).filter(([, value]) => value !== undefined);
  return { source, ...Object.fromEntries(settings) };
}

async function poll(
  flags: SourceFlags,
  findKnownKey: SourceOptions['findKnownKey'],
  io: Io,
): Promise<ProbeFacts> {
  const { source } = await openSourceFromFlags(flags, io, { findKnownKey });
  const outcome = await source.poll();
  const { clockOffset } = outcome;
  const otherCredentials = findShadowingNote(outcome.notes);
  if (!outcome.ok) {
    const failure = toFailureFacts(outcome);
    return { isOk: false, source: source.name, clockOffset, failure, otherCredentials };
  }
  assertNotExpired(outcome, source.name);
  return {
    isOk: true,
    source: outcome.identity.source ?? source.name,
    apiVersion: outcome.identity.apiVersion,
    clockOffset,
    possibleHopLimit: hasHopLimitNote(outcome),
    otherCredentials,
    validity: findValidityBasis(outcome.credentials, findLaterTime(outcome)),
  };
}

/** @throws CredWatchError */
function assertNotExpired(outcome: PolledCredentials, source: SourceName): void {
  const expiredFor = secondsBetween(outcome.credentials.expiration, findLaterTime(outcome));
  if (expiredFor >= 0)
    throw new CredWatchError(
      `the credentials of the source expired ${formatDuration(expiredFor)} ago`,
      EXPIRED_ADVICE[outcome.identity.source ?? source],
    );
}

const hasHopLimitNote = ({ notes }: PollOutcome): boolean =>
  notes.some(({ code }) => code === 'POSSIBLE_HOP_LIMIT');
