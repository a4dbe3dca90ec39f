import { hasNoTemporaryCredentials } from '../domain/failures/no-temporary-credentials.ts';
import { listFalseKeyNotes } from '../domain/keys/false-key-id.ts';
import type { FailureReason, SeriesIdentity } from '../domain/model.ts';
import { readSessionFacts } from '../domain/session-facts.ts';
import type { ColumnHistory } from '../domain/verdict/series-analysis.ts';
import { CredWatchError, type ErrorCode } from '../errors.ts';
import type { CredentialSource, PolledCredentials, PollOutcome } from '../sources/source.ts';
import type { SampleStore } from '../store/sample-store.ts';
import { toMachineColumn } from '../store/series-rows.ts';

export interface RecordedPoll {
  outcome: PollOutcome;
  /** The series of the poll. Its role and API version may be empty if the poll failed. */
  identity: SeriesIdentity;
  /** The container endpoint is starting, which is not recorded as a failed poll yet. */
  isStarting: boolean;
}

/** Credentials of an ECS task can be missing for this long after a restart of the agent, in milliseconds. */
const START_UP_MS = 2 * 60_000;

/** The part of a store that a poll uses. */
export type PollStore = Pick<
  SampleStore,
  'recordSample' | 'recordFailedPoll' | 'recordStarting' | 'findLastHost' | 'hasSeries' | 'recentHistories'
>;

export interface PollContext {
  source: CredentialSource;
  store: PollStore;
  /** The host name that the caller chose. Null: the source names the host. */
  host: string | null;
  /** The name of this machine. */
  machine: string;
  /**
   * Which failed polls are recorded. `measurable`: not those of sources without temporary credentials, and of hosts
   * without a sample. Only a poller, which is configured once, records all of them, and anything of variables: they
   * belong to one shell, so their series would decide the verdict of the host long after that shell.
   */
  recordedFailures?: 'all' | 'measurable' | 'none';
}

/**
 * Runs `action`. Puts `loss` before the message of a {@link CredWatchError}.
 * @param loss what is lost, for example `the sample was not recorded`
 * @param except codes of errors that stay unchanged
 */
export function explainLoss<T>(loss: string, action: () => T, except?: ReadonlySet<ErrorCode>): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof CredWatchError) || except?.has(error.code)) throw error;
    throw new CredWatchError(`${loss}: ${error.message}`, error.hint, { cause: error, code: error.code });
  }
}

/**
 * Polls once and records a sample or a failed poll. The record is on disk when the promise resolves. A poll
 * that `signal` aborted is not recorded as failed, because the endpoint did not fail.
 * @throws CredWatchError if the poll could not be recorded
 */
export async function pollOnce(context: PollContext, signal?: AbortSignal): Promise<RecordedPoll> {
  const outcome = await context.source.poll(signal);
  return recordPoll(context, outcome, signal?.aborted ?? false);
}

/** Only a poller records all failed polls. */
const isPoller = ({ recordedFailures = 'all' }: PollContext): boolean => recordedFailures === 'all';

function isRecorded(reason: FailureReason, { source, recordedFailures = 'all' }: PollContext): boolean {
  if (recordedFailures !== 'measurable') return recordedFailures === 'all';
  return source.name !== 'environment' && !hasNoTemporaryCredentials(reason);
}

/**
 * Records the outcome of a poll.
 * @param wasAborted if true, a failure is not recorded
 * @throws CredWatchError if the poll could not be recorded
 */
export function recordPoll(context: PollContext, polled: PollOutcome, wasAborted: boolean): RecordedPoll {
  const { source, store, machine } = context;
  const knownHost = explainLoss('the poll was not recorded', () => findHost(context, polled));
  const before = findEarlierHost(context, polled);
  const outcome = withKeyNotes(knownHost === null && polled.ok ? polled : withoutHostNote(polled));
  const identity: SeriesIdentity = {
    host: knownHost ?? machine,
    source: outcome.identity.source ?? source.name,
    apiVersion: outcome.identity.apiVersion ?? '',
    role: outcome.identity.role ?? '',
  };
  if (outcome.ok) {
    const { observedAt, clockOffset, stated = outcome.credentials } = outcome;
    const session = readSessionFacts(outcome.notes);
    // An expiration that the caller gave is not a property of the key, and the next poll may correct it.
    const isOwn = context.recordedFailures !== 'measurable' || source.name !== 'environment';
    if (stated !== null && isOwn && !isCopyOfPolledKey(outcome, identity)) {
      const sample = { ...stated, observedAt, clockOffset };
      explainLoss('the sample was not recorded', () =>
        store.recordSample(identity, sample, toMachineColumn(machine, context.host !== null), {
          session,
          isOfPollCommand: isPoller(context),
        }),
      );
    }
  } else if (!wasAborted && isRecorded(outcome.reason, context)) {
    const { observedAt, reason, detail, accessKeyId, expiration, clockOffset } = outcome;
    const loss = `the failed poll (${reason}) was not recorded`;
    if (reason === 'starting') {
      const record = () => store.recordStarting(identity.host, source.name, observedAt);
      const startedAt = explainLoss(loss, record);
      if (observedAt - startedAt < START_UP_MS) return { outcome, identity, isStarting: true };
    }
    const failedPoll = { observedAt, reason, detail, accessKeyId, expiration, clockOffset };
    explainLoss(loss, () => {
      if (isPoller(context) || store.hasSeries(identity.host))
        store.recordFailedPoll(identity.host, identity.source, failedPoll);
    });
  }
  return { outcome: withEarlierHost(outcome, before, context), identity, isStarting: false };
}

/**
 * Variables that have a copy of a key of another series. The copy is never replaced, so a series of its own would stay
 * without a rotation, and its verdict unknown.
 */
const isCopyOfPolledKey = ({ knownKey }: PolledCredentials, { source }: SeriesIdentity): boolean =>
  source === 'environment' && knownKey !== undefined && knownKey.identity.source !== source;

/**
 * The host of the poll. Without an instance id, this is the last host name of this machine. So a failed request
 * for the id does not start a new series. Null if this machine has recorded no host yet.
 */
function findHost({ source, store, host, machine }: PollContext, outcome: PollOutcome): string | null {
  const accessKeyId = outcome.ok ? outcome.credentials.accessKeyId : (outcome.accessKeyId ?? undefined);
  return host ?? outcome.identity.host ?? store.findLastHost(machine, source.name, accessKeyId);
}

/** The name of the machine, if its last poll had no instance id, and this one has. Else null. */
function findEarlierHost({ source, store, host, machine }: PollContext, { ok, identity }: PollOutcome) {
  if (!ok || host !== null || identity.host === null || identity.host === machine) return null;
  return explainLoss('the poll was not recorded', () => store.findLastHost(machine, source.name)) === machine
    ? machine
    : null;
}

/** Adds a note, once, if samples of the earlier host are left, because the store could not move them. */
function withEarlierHost(outcome: PollOutcome, host: string | null, { source, store }: PollContext) {
  if (host === null || store.recentHistories({ host, source: source.name }, 1).length === 0) return outcome;
  const note = { code: 'OTHER_HOST_STAYS', host, source: source.name } as const;
  return { ...outcome, notes: [...outcome.notes, note] };
}

function withKeyNotes(outcome: PollOutcome): PollOutcome {
  const notes = outcome.ok ? listFalseKeyNotes(outcome.credentials.accessKeyId) : [];
  return notes.length === 0 ? outcome : { ...outcome, notes: [...outcome.notes, ...notes] };
}

/** A missing instance id matters only if the host is unknown. */
const withoutHostNote = (outcome: PollOutcome): PollOutcome =>
  outcome.notes.some(({ code }) => code === 'INSTANCE_ID_UNKNOWN')
    ? { ...outcome, notes: outcome.notes.filter(({ code }) => code !== 'INSTANCE_ID_UNKNOWN') }
    : outcome;

/** The stored history of exactly this series. Null if nothing is stored. */
export function findSeriesHistory(
  store: Pick<SampleStore, 'recentHistories'>,
  { host, source, role, apiVersion }: SeriesIdentity,
): ColumnHistory | null {
  const histories = store.recentHistories({ host, source, role });
  return histories.find(({ identity }) => identity.apiVersion === apiVersion) ?? null;
}
