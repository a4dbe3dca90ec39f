import type { Clock } from '../clock.ts';
import type { NowJudgement } from '../domain/verdict/now-verdict.ts';
import type { CredentialSource } from '../sources/source.ts';
import { pollAndJudge } from '../watch/judge-now.ts';
import * as polling from '../watch/poll-once.ts';
import { assertPollInterval } from '../watch/poll-schedule.ts';
import * as watching from '../watch/watch.ts';
import { type Duration, parseJob, parsePositiveSeconds, validateName } from './parse-options.ts';
import { getSystemDefaults } from './system-defaults.ts';

/** Where samples come from and where they go. */
export interface PollingSetup {
  source: CredentialSource;
  /** A {@link SampleStore}, open for writing. */
  store: polling.SampleRecorder;
  /**
   * The host to file samples under; null goes by what the source says, else by what this machine was filed under
   * before, else by its name (default: `$CRED_WATCH_HOST`, else null).
   */
  host?: string | null | undefined;
  /** This machine's own name (default: its host name). */
  machine?: string | undefined;
}

export interface PollOptions {
  /** Aborted to break the look off: it then fails and is not recorded. */
  signal?: AbortSignal | undefined;
}

/**
 * One look at the source, recorded as a sample or as a failed poll: that is on disk when this resolves. What goes
 * wrong with the endpoint is an outcome (`outcome.ok` is false). The secrets of the outcome are not recorded.
 * @throws CredWatchError where the store cannot be written
 * @example
 * import { createAutoSource, defaultDatabasePath, pollOnce, SampleStore } from 'cred-watch';
 *
 * const store = SampleStore.open(defaultDatabasePath());
 * const { outcome, identity } = await pollOnce({ source: await createAutoSource(), store });
 * console.log(identity.host, outcome.ok ? 'sampled' : outcome.reason);
 * store.close();
 */
export async function pollOnce(
  where: PollingSetup,
  { signal }: PollOptions = {},
): Promise<polling.RecordedPoll> {
  return polling.pollOnce(toContext(where), signal);
}

export interface WatchSettings {
  /** From the beginning of one poll to that of the next, at least 10 s but for endpoints on this machine. */
  interval: Duration;
  /** When to stop (default: never, or when `signal` is aborted). */
  for?: Duration | undefined;
  /** Aborted to stop: a poll under way is finished and recorded first, but for one that hangs. */
  signal?: AbortSignal | undefined;
  /** Told of every poll; the next one waits for what it returns. What it throws ends the watch. */
  onPoll?: ((recorded: polling.RecordedPoll) => unknown) | undefined;
  /** Default: the system's. */
  clock?: Clock | undefined;
}

/**
 * Polls again and again, as `cred-watch poll --interval` does: one poll at a time, less often while they fail, more
 * often while a rotation is due that the source will not date. Resolves to the number of samples.
 * @throws CredWatchError where the store cannot be written, or the interval is too short
 * @example
 * import { createAutoSource, defaultDatabasePath, SampleStore, watch } from 'cred-watch';
 *
 * const store = SampleStore.open(defaultDatabasePath());
 * const stop = new AbortController();
 * const samples = await watch(
 *   { source: await createAutoSource(), store },
 *   { interval: '5m', for: '24h', signal: stop.signal, onPoll: ({ outcome }) => outcome.ok && stop.abort() },
 * );
 * console.log(samples, 'is enough for this example');
 * store.close();
 */
export async function watch(where: PollingSetup, settings: WatchSettings): Promise<number> {
  const { clock, random } = getSystemDefaults();
  const interval = parsePositiveSeconds(settings.interval, 'the interval');
  assertPollInterval('an interval of', interval, where.source);
  return watching.watch(toContext(where), {
    interval,
    duration: settings.for === undefined ? null : parsePositiveSeconds(settings.for, 'for'),
    clock: settings.clock ?? clock,
    random,
    stop: settings.signal ?? new AbortController().signal,
    onPoll: async (recorded) => {
      await settings.onPoll?.(recorded);
    },
  });
}

export interface CheckOptions extends PollOptions {
  /** Spare validity required at the end of the job (default: 5 minutes). */
  margin?: Duration | undefined;
  /** Default: the system's. */
  clock?: Clock | undefined;
}

export interface CheckResult {
  recordedPoll: polling.RecordedPoll;
  judgement: NowJudgement;
}

/**
 * Would a job that starts now outlive the credentials in hand? One look, recorded, and the verdict on what it brought;
 * history says when a start will be safe. As `cred-watch check`.
 * @example
 * import { createAutoSource, check, defaultDatabasePath, SampleStore } from 'cred-watch';
 *
 * const store = SampleStore.open(defaultDatabasePath());
 * const { judgement } = await check({ source: await createAutoSource(), store }, '4h', { margin: '5m' });
 * console.log(judgement.verdict, judgement.spare, judgement.nextRotation?.expected);
 * store.close();
 */
export async function check(
  where: PollingSetup,
  duration: Duration,
  options: CheckOptions = {},
): Promise<CheckResult> {
  const clock = options.clock ?? getSystemDefaults().clock;
  return pollAndJudge(
    toContext(where),
    parseJob(duration, options.margin),
    () => clock.now(),
    options.signal,
  );
}

function toContext({ source, store, host, machine }: PollingSetup): polling.PollContext {
  const { env, machine: ownName } = getSystemDefaults();
  const named = host === undefined ? env.CRED_WATCH_HOST || null : host;
  return {
    source,
    store,
    host: named === null ? null : validateName(named, 'the host'),
    machine: machine ?? ownName,
  };
}
