import type { Instant } from '../../domain/model.ts';
import { SDKS } from '../../domain/provider-chain/clients.ts';
import { findJobCredentials } from '../../domain/provider-chain/job-credentials.ts';
import type { ProviderName } from '../../domain/provider-chain/providers.ts';
import { judgeEnd, judgeRunningJob, toEndSafety } from '../../domain/running-job/judge-running-job.ts';
import type { ExpiryWarningCode } from '../../domain/running-job/running-job.ts';
import type { JobRequirement } from '../../domain/verdict/job-verdict.ts';
import { CredWatchError } from '../../errors.ts';
import { describeUndecidedSource } from '../../report/messages/provider-chain/job-source.ts';
import { describeChildrenWithKeys, describeProcess } from '../../report/messages/running-job/running-job.ts';
import { renderEndJson, renderRunningJobJson, renderWarningJson } from '../../report/running-job/json.ts';
import { renderRunningJobNagios } from '../../report/running-job/nagios-line.ts';
import { renderEndText, renderRunningJobText } from '../../report/running-job/text.ts';
import type { FollowedProcess, RunningJobView } from '../../report/running-job/view.ts';
import type { TimedTextStyle } from '../../report/terminal/text-style.ts';
import type { TimeFormat } from '../../report/text/time-format.ts';
import { findChildrenWithKeys } from '../../sources/probe/children-with-keys.ts';
import { probeProviders } from '../../sources/probe/probe.ts';
import { readRunningProcess } from '../../sources/probe/process-lifetime.ts';
import type { ProcessView } from '../../sources/probe/process-view.ts';
import { resolveDatabasePath } from '../../store/database-path.ts';
import { SampleStore } from '../../store/sample-store.ts';
import { CorrectedClock } from '../../watch/running-job/corrected-clock.ts';
import { followJob, waitForProcessEnd } from '../../watch/running-job/follow-job.ts';
import { findFrozenCopy } from '../../watch/running-job/frozen-copy.ts';
import { describeMissingDatabase } from '../database/missing-database.ts';
import { EXIT, toExitCode, toSignalExitCode } from '../flags/exit-codes.ts';
import { resolveExpiration } from '../flags/expiration-flag.ts';
import { getTextStyle, type Io, printText } from '../process/io.ts';
import {
  createPollNotePrinter,
  printError,
  printMissingDatabaseNote,
  printNote,
} from '../process/messages.ts';
import { resolveJob } from '../start-check/job-duration.ts';
import { printExpiryWarning } from './print-running-job.ts';
import type { ProcessFlags } from './process-flags.ts';

/** Judges the job of a running process, and follows the process with `--watch`. Returns the exit code. */
export async function checkProcess(
  pid: number,
  flags: ProcessFlags,
  times: TimeFormat,
  io: Io,
): Promise<number> {
  // Before the first output, so that a script can send a signal as soon as it has read the verdict.
  const stop = flags.watch ? io.createStopSignal() : null;
  const { view, startedAt, isRunning } = await readRunningProcess(pid);
  const provider = await findProvider(view, flags, io);
  const { job, copy } = await readStored(view, provider, flags, io);
  const { accessKeyId, end, issuedAt, aheadMs, wrongClockOffset, notes } = copy;
  const clock = new CorrectedClock(io.clock, aheadMs);
  // The start is shifted like the present, so that a correction does not make the job older.
  const processStartedAt = startedAt + aheadMs;
  const running = { processStartedAt, keyIssuedAt: issuedAt, job, credentials: end };
  const judgement = judgeRunningJob(running, clock.now());
  await createPollNotePrinter(io, times)(notes);
  if (wrongClockOffset !== null) {
    const { CORRECT_CLOCK_HINT, describeWrongClock } = await import(
      '../../report/messages/start-check/host-clock.ts'
    );
    await printNote(io, describeWrongClock(wrongClockOffset), CORRECT_CLOCK_HINT);
  }
  const style = { ...getTextStyle(io), times };
  const text = render({ pid, judgement, accessKeyId, notes, isFollowed: stop !== null }, flags, style);
  await (flags.format === 'json' ? io.stdout.write(text) : printText(io, text));
  if (end.reason?.code === 'NO_COPY') await printChildrenWithKeys(view, io);
  if (stop === null) return toExitCode(judgement.verdict);
  if (end.expiration === null) return EXIT.unknown;
  const followed = { pid, startedAt: judgement.startedAt, expiration: end.expiration.at };
  return follow(followed, { clock, aheadMs, isRunning, stop }, flags, style, io);
}

/**
 * The provider that SDKs in the process use. Null if they use several or none.
 * @throws CredWatchError if only some SDKs use the variables
 */
async function findProvider(
  { observed, options }: ProcessView,
  { source }: ProcessFlags,
  { clock, random }: Io,
): Promise<ProviderName | null> {
  if (source === 'environment') return 'environment';
  const job = findJobCredentials(
    await probeProviders({ clock, random, ...options }, { offline: true, observed }),
  );
  if (job.provider !== null) return job.provider;
  const outcomes = SDKS.map((sdk) => job.outcomes[sdk]);
  if (!outcomes.some((outcome) => 'provider' in outcome && outcome.provider === 'environment')) return null;
  throw new CredWatchError(
    describeUndecidedSource(job).message,
    `to judge the keys in the variables of the process, add --source environment; \`cred-watch sources --pid ${observed.pid}\` shows the reasons`,
  );
}

/** SDKs may ignore keys that the process has itself. Its children inherit these keys. */
async function printChildrenWithKeys({ observed: { pid }, options: { env } }: ProcessView, io: Io) {
  if (env.AWS_ACCESS_KEY_ID) return;
  const children = await findChildrenWithKeys(pid);
  if (children.length === 0) return;
  const { message, hint } = describeChildrenWithKeys(pid, children);
  await printNote(io, message, hint);
}

/** Reads what the variables of the process and the database know. */
async function readStored(view: ProcessView, provider: ProviderName | null, flags: ProcessFlags, io: Io) {
  using store = await openStore(flags, io);
  const { env: ownEnv, clock, random } = io;
  const now = clock.now();
  const expiresAt = flags.expires === undefined ? null : resolveExpiration(flags.expires, now);
  const copy = await findFrozenCopy({ view, ownEnv, system: { clock, random }, store, expiresAt, provider });
  return { job: await resolveRunningJob(flags, store, now), copy };
}

async function openStore({ db }: ProcessFlags, io: Io): Promise<SampleStore | null> {
  try {
    const store = SampleStore.openReadOnly(resolveDatabasePath(db, io));
    // Many users have no database. A user who gives --db expects the database to be read.
    if (store === null && db !== undefined) {
      await printMissingDatabaseNote(io, describeMissingDatabase(db), 'correct --db');
    }
    return store;
  } catch (error) {
    if (!(error instanceof CredWatchError)) throw error;
    await printMissingDatabaseNote(io, error.message, error.hint);
    return null;
  }
}

/** Null if the duration is not given. Only ended runs count, because the judged process can be a recorded run itself. */
async function resolveRunningJob(
  flags: ProcessFlags,
  store: SampleStore | null,
  now: Instant,
): Promise<JobRequirement | null> {
  if (flags.jobDuration === undefined) return null;
  const endedRuns = store && {
    jobNames: () => store.jobNames(),
    jobRuns: (filter: Parameters<SampleStore['jobRuns']>[0]) =>
      store.jobRuns(filter).filter(({ end }) => end !== null),
  };
  return resolveJob(flags, endedRuns, now);
}

function render(view: RunningJobView, { format, exitCodes }: ProcessFlags, style: TimedTextStyle): string {
  if (format === 'json') return renderRunningJobJson(view);
  return exitCodes === 'nagios' ? renderRunningJobNagios(view) : renderRunningJobText(view, style);
}

interface Following {
  clock: CorrectedClock;
  /** By how much AWS's clock is ahead of the host's clock. */
  aheadMs: number;
  isRunning: () => Promise<boolean>;
  stop: AbortSignal;
}

/** Follows the process until it ends. Returns the exit code. */
async function follow(
  followed: FollowedProcess,
  { clock, aheadMs, isRunning, stop }: Following,
  { format, warnBefore }: ProcessFlags,
  style: TimedTextStyle,
  io: Io,
): Promise<number> {
  const { pid, expiration } = followed;
  const isJson = format === 'json';
  const onWarning = async (code: ExpiryWarningCode, now: Instant) => {
    await printExpiryWarning(io, code, describeProcess(pid), { expiration, now, aheadMs }, style.times);
    if (isJson) await io.stdout.write(renderWarningJson(code, followed, now));
  };
  const end = await followJob({ clock, expiration, warnBefore: warnBefore ?? null, onWarning }, () =>
    waitForProcessEnd(isRunning, clock, stop),
  );
  if (end === null) {
    // The reason is a signal by the contract of createStopSignal.
    const signal = stop.reason as NodeJS.Signals;
    await printError(
      io,
      `${signal} received while ${describeProcess(pid)} was followed`,
      'the process keeps running; run the command again to follow it',
    );
    return toSignalExitCode(signal);
  }
  const ended = judgeEnd(end, expiration);
  if (isJson) await io.stdout.write(renderEndJson(ended, followed));
  else await printText(io, renderEndText(ended, style));
  return toExitCode(toEndSafety(ended));
}
