import { toFailureFacts } from '../../domain/failures/failure-facts.ts';
import { listFalseKeyNotes } from '../../domain/keys/false-key-id.ts';
import { findWrongClockOffset } from '../../domain/keys/key-answer.ts';
import { computeAheadMs } from '../../domain/keys/known-key.ts';
import { minBy } from '../../domain/measurement/statistics.ts';
import type { Instant, Seconds } from '../../domain/model.ts';
import type { PollNote } from '../../domain/poll-note.ts';
import type { ProviderName } from '../../domain/provider-chain/providers.ts';
import type {
  CredentialsEnd,
  KnownExpiration,
  NoExpirationReason,
} from '../../domain/running-job/running-job.ts';
import { createEnvironmentSource } from '../../sources/environment/environment.ts';
import type { Environment } from '../../sources/environment/variables.ts';
import type { ProcessView } from '../../sources/probe/process-view.ts';
import type { PollOutcome, SourceOptions } from '../../sources/source.ts';
import type { SampleStore } from '../../store/sample-store.ts';
import { findKeys } from '../find-keys.ts';

export interface FrozenCopyOptions {
  view: ProcessView;
  /** The variables of this process. */
  ownEnv: Environment;
  system: Pick<SourceOptions, 'clock' | 'random'>;
  /** Null if the database does not exist or cannot be read. */
  store: Pick<SampleStore, 'findKeys'> | null;
  /** The expiration that the user states. */
  expiresAt: Instant | null;
  /** The provider that SDKs use in the process. Null if they use several or none. */
  provider: ProviderName | null;
}

/** The keys in the variables of a process. */
export interface FrozenCopy {
  /** As stored. Null without keys. */
  accessKeyId: string | null;
  end: CredentialsEnd;
  /** When the key was issued, by AWS's clock. Null if the database does not know it. */
  issuedAt: Instant | null;
  /** How far AWS's clock is ahead of the host's clock, as far as the database knows. Not negative. */
  aheadMs: number;
  /** See {@link KnownKey.wrongClockOffset}. */
  wrongClockOffset: Seconds | null;
  notes: readonly PollNote[];
}

/** Finds when the credentials of a process expire. Of several expirations, the earliest one counts. */
export async function findFrozenCopy(options: FrozenCopyOptions): Promise<FrozenCopy> {
  const { view, ownEnv, system, store, expiresAt, provider } = options;
  const given: KnownExpiration[] = expiresAt === null ? [] : [{ at: expiresAt, origin: 'flag' }];
  if (provider !== 'environment') {
    const reason = { code: 'NO_COPY', provider } as const;
    return {
      accessKeyId: null,
      end: createEnd(given, reason),
      issuedAt: null,
      aheadMs: 0,
      wrongClockOffset: null,
      notes: [],
    };
  }
  const isOtherZone = view.observed.hasOtherFiles || (view.options.env.TZ ?? '') !== (ownEnv.TZ ?? '');
  const env = isOtherZone ? withoutLocalTimes(view.options.env) : view.options.env;
  const outcome = await createEnvironmentSource({ ...system, env }).poll();
  const accessKeyId = outcome.ok ? outcome.credentials.accessKeyId : outcome.accessKeyId;
  const now = system.clock.now();
  const references = accessKeyId === null ? [] : [{ accessKeyId, url: null }];
  const sightings = findKeys(store, references, now).flatMap((answer) => answer.sightings);
  // Of equal expirations, the first one is shown.
  const expirations: KnownExpiration[] = [
    ...(outcome.ok && !(isOtherZone && outcome.credentials.zoneless)
      ? [{ at: outcome.credentials.expiration, origin: 'variables' } as const]
      : []),
    ...sightings.map(({ expiration }) => ({ at: expiration, origin: 'database' }) as const),
    ...given,
  ];
  return {
    accessKeyId,
    end: createEnd(expirations, findReason(outcome, store !== null)),
    issuedAt: minBy(
      sightings.flatMap(({ issuedAt }) => issuedAt ?? []),
      (issuedAt) => -issuedAt,
    ),
    aheadMs: computeAheadMs(sightings, now),
    wrongClockOffset: findWrongClockOffset(sightings),
    notes: [...outcome.notes, ...listFalseKeyNotes(accessKeyId ?? '')],
  };
}

/** @param reason why the end is unknown without an expiration */
function createEnd(expirations: readonly KnownExpiration[], reason: NoExpirationReason): CredentialsEnd {
  const expiration = minBy(expirations, ({ at }) => at);
  // AWS refuses invalid keys at any time.
  return expiration === null || reason.code === 'COPY_INVALID'
    ? { expiration: null, reason }
    : { expiration, reason: null };
}

function findReason(outcome: PollOutcome, hasDatabase: boolean): NoExpirationReason {
  if (outcome.ok)
    return { code: 'EXPIRATION_UNKNOWN', detail: 'the stated time has no time zone', hasDatabase };
  switch (outcome.reason) {
    case 'not-configured':
      return { code: 'NO_COPY', provider: null };
    case 'long-lived':
      return { code: 'LONG_LIVED' };
    case 'unknown-expiry':
      return { code: 'EXPIRATION_UNKNOWN', detail: outcome.detail, hasDatabase };
    default:
      return { code: 'COPY_INVALID', ...toFailureFacts(outcome) };
  }
}

/** awsume writes local time without a zone. */
function withoutLocalTimes({ AWSUME_EXPIRATION: _, ...env }: Environment): Environment {
  return env;
}
