import type {
  PollOutcome as DomainPollOutcome,
  CredentialSource as DomainSource,
} from '../sources/source.ts';
import { pollAndJudge } from '../watch/judge-now.ts';
import * as polling from '../watch/poll-once.ts';
import { assertPollInterval } from '../watch/poll-schedule.ts';
import * as watching from '../watch/watch.ts';
import {
  assertKnownOptions,
  createArgumentError,
  type Duration,
  parseJob,
  parsePositiveSeconds,
  validateName,
} from './parse-options.ts';
import { fromPublic, toPublic } from './public-data.ts';
import type { NowJudgement, PollOutcome, SeriesIdentity } from './public-types.ts';
import { getDomainStore, SampleStore } from './sample-store.ts';
import { type CredentialSource, openJobSource } from './sources.ts';
import { getSystemDefaults } from './system-defaults.ts';

export interface PollTarget {
  source: CredentialSource;
  /** A store that was opened for writing. */
  store: SampleStore;
  /**
   * The host of the series. Null: the host that the source reports, else the last host that this machine
   * recorded, else the machine's own name (default: `$CRED_WATCH_HOST`, else null).
   */
  host?: string | null | undefined;
  /** The machine's own name (default: the system's host name). */
  machine?: string | undefined;
}

export interface PollOptions {
  /** Aborts the poll. An aborted poll fails and is not recorded. */
  signal?: AbortSignal | undefined;
}

export interface PollResult {
  outcome: PollOutcome;
  /** The series under which the poll was recorded. Role and API version may be empty if the poll failed. */
  identity: SeriesIdentity;
}

/**
 * Polls the source once, and records a sample or a failed poll. The record is on disk when the promise
 * resolves. An error of the endpoint is an outcome with `ok: false`. The store gets no secrets.
 * @throws CredWatchError if the store cannot be written
 * @example
 * import { getDefaultDatabasePath, poll, SampleStore, sources } from 'cred-watch';
 *
 * const store = SampleStore.open(getDefaultDatabasePath());
 * const { outcome, identity } = await poll({ source: await sources.auto(), store });
 * console.log(identity.host, outcome.ok ? outcome.credentials.expiration : outcome.reason);
 * store.close();
 */
export async function poll(target: PollTarget, options: PollOptions = {}): Promise<PollResult> {
  assertKnownOptions(options, { signal: true });
  return toPublic(await polling.pollOnce(toContext(target), options.signal));
}

export interface WatchOptions {
  /**
   * The time between the starts of two polls: at least 10 s, or 15 minutes for a source that makes AWS issue
   * credentials, except for endpoints on this machine.
   */
  interval: Duration;
  /** Stop after this time (default: never). */
  stopAfter?: Duration | undefined;
  /** Stops the watch. A running poll is finished and recorded, unless it takes longer than two seconds. */
  signal?: AbortSignal | undefined;
  /** Called after every poll. The next poll waits for the returned promise. An exception ends the watch. */
  onPoll?: ((result: PollResult) => unknown) | undefined;
}

export interface WatchResult {
  sampleCount: number;
}

/**
 * Polls repeatedly, as `cred-watch poll --interval` does. It polls less often while polls fail. It polls more
 * often near the expected rotation of a source that does not date its credentials.
 * @throws CredWatchError if the store cannot be written, POLL_INTERVAL_TOO_SHORT, or INVALID_ARGUMENT
 * @example
 * import { getDefaultDatabasePath, SampleStore, sources, watch } from 'cred-watch';
 *
 * const store = SampleStore.open(getDefaultDatabasePath());
 * const stop = new AbortController();
 * const { sampleCount } = await watch(
 *   { source: await sources.auto(), store },
 *   { interval: '5m', signal: stop.signal, onPoll: ({ outcome }) => outcome.ok && stop.abort() },
 * );
 * console.log(sampleCount, 'sample recorded');
 * store.close();
 */
export async function watch(target: PollTarget, options: WatchOptions): Promise<WatchResult> {
  assertKnownOptions(options, { interval: true, stopAfter: true, signal: true, onPoll: true });
  const context = toContext(target);
  const { clock, random } = getSystemDefaults();
  const interval = parsePositiveSeconds(options.interval, 'the interval');
  assertPollInterval('an interval of', interval, target.source);
  const sampleCount = await watching.watch(context, {
    interval,
    duration: options.stopAfter === undefined ? null : parsePositiveSeconds(options.stopAfter, 'stopAfter'),
    clock,
    random,
    stop: options.signal ?? new AbortController().signal,
    onPoll: async (recorded) => {
      await options.onPoll?.(toPublic(recorded));
    },
  });
  return { sampleCount };
}

export interface CheckOptions extends PollOptions {
  /** Validity required at the end of the job (default: 5 minutes). */
  margin?: Duration | undefined;
}

export interface CheckResult extends PollResult {
  judgement: NowJudgement;
}

/**
 * Polls once, records the poll, and judges a job that starts now with these credentials, as `cred-watch
 * check` does. Uses the history to find a later safe start. With a source of `sources.auto`, it polls the
 * credentials that SDKs would give the job.
 * @throws CredWatchError if the store cannot be written, CREDENTIALS_UNDECIDED if SDKs disagree about the
 *   credentials or no source reads them, or INVALID_ARGUMENT
 * @example
 * import { check, getDefaultDatabasePath, SampleStore, sources } from 'cred-watch';
 *
 * const store = SampleStore.open(getDefaultDatabasePath());
 * const { judgement } = await check({ source: await sources.auto(), store }, '4h', { margin: '5m' });
 * console.log(judgement.verdict, judgement.spareSeconds, judgement.nextRotation?.expected);
 * store.close();
 */
export async function check(
  target: PollTarget,
  duration: Duration,
  options: CheckOptions = {},
): Promise<CheckResult> {
  assertKnownOptions(options, { margin: true, signal: true });
  const { margin, signal } = options;
  const { clock } = getSystemDefaults();
  const job = parseJob(duration, margin);
  const context = toContext(target);
  const source = toDomainSource(await openJobSource(target.source));
  const { recordedPoll, judgement } = await pollAndJudge(
    { ...context, source },
    job,
    () => clock.now(),
    signal,
  );
  return { ...toPublic(recordedPoll), judgement: toPublic(judgement) };
}

function toContext(target: PollTarget): polling.PollContext {
  assertKnownOptions(target, { source: true, store: true, host: true, machine: true });
  const { source, store, host, machine } = target;
  if (typeof source?.poll !== 'function') {
    throw createArgumentError('the source is missing', 'open a source: `await sources.auto()`');
  }
  if (!(store instanceof SampleStore)) {
    throw createArgumentError('the store is not a SampleStore', 'open one: `SampleStore.open(file)`');
  }
  const { env, machine: ownName } = getSystemDefaults();
  const chosenHost = host === undefined ? env.CRED_WATCH_HOST || null : host;
  return {
    source: toDomainSource(source),
    store: getDomainStore(store),
    host: chosenHost === null ? null : validateName(chosenHost, 'the host'),
    machine: machine ?? ownName,
  };
}

/** A poll can change the properties of the source. */
const toDomainSource = (source: CredentialSource): DomainSource => ({
  name: source.name,
  get endpoint() {
    return source.endpoint;
  },
  get issuesCredentials() {
    return source.issuesCredentials ?? false;
  },
  poll: async (signal) => fromPublic<DomainPollOutcome>(await source.poll(signal)),
});
