import { getSourceKnowledge } from '../../domain/general-knowledge/source-knowledge.ts';
import { findAttentions } from '../../domain/installation/attention.ts';
import {
  type ChosenInterval,
  findRotationBasis,
  findValidityBasis,
  planInterval,
  type RotationBasis,
  USUAL_INTERVAL,
} from '../../domain/installation/choose-interval.ts';
import {
  chooseSchedule,
  findProcessReason,
  findScheduleProblem,
} from '../../domain/installation/choose-schedule.ts';
import { findNextReport } from '../../domain/installation/next-report.ts';
import type {
  Host,
  Installation,
  PollCommand,
  ProcessReason,
  ScheduleKind,
  SchedulePlace,
} from '../../domain/installation/schedule.ts';
import { isFalseKeyId } from '../../domain/keys/false-key-id.ts';
import { findLaterTime } from '../../domain/measurement/generations.ts';
import { secondsBetween } from '../../domain/time/instant.ts';
import { CredWatchError } from '../../errors.ts';
import type { InitReport } from '../../report/installation/init-report.ts';
import { describeScheduleProblem } from '../../report/messages/installation/schedule.ts';
import { detectPlatform } from '../../sources/environment/platform.ts';
import type { CredentialSource, PolledCredentials } from '../../sources/source.ts';
import type { SampleStore } from '../../store/sample-store.ts';
import { formatShellCommand } from '../../untrusted-text.ts';
import { analyseSeries } from '../../watch/newest-series.ts';
import { pollOnce, type RecordedPoll } from '../../watch/poll-once.ts';
import type { Invocation } from '../command.ts';
import { EXIT, UnknownCredentialsError } from '../flags/exit-codes.ts';
import { findConfiguredHost, openSourceFromFlags, resolveJobSource } from '../flags/source-flags.ts';
import { getTextStyle, type Io, printText } from '../process/io.ts';
import { createPollNotePrinter, printError, printVariablesNote } from '../process/messages.ts';
import { openRecordingStore } from '../process/recording-store.ts';
import { findSamePollers, type SamePollers } from './existing-pollers.ts';
import { printFailedSample } from './failed-sample.ts';
import { findCheckout } from './find-checkout.ts';
import type { InitFlags } from './init-flags.ts';
import { assertInstallable, installSchedule } from './install/install-schedule.ts';
import { buildOwnSchedule } from './own-schedule.ts';
import { buildPollCommand } from './poll-command.ts';
import { readHost } from './read-host.ts';

/**
 * Resolves to the exit code.
 * @param root another folder than `/`, for tests
 */
export async function runInit(flags: InitFlags, invocation: Invocation, root = '/'): Promise<number> {
  const { io } = invocation;
  const selected = await selectSource(flags, io);
  if (selected === null) return EXIT.failed;
  const poll = await buildPollCommand(selected, io);
  const host = await readHost(io, root);
  const kind = planKind(flags, host, poll);
  const isChosen = flags.schedule === undefined && kind === 'process';
  const { every = USUAL_INTERVAL } = flags;
  const processReason = isChosen ? findProcessReason(host, poll, every) : null;
  assertInstallable(flags, { kind, host, processReason }, io);
  const { source, host: hostName } = await openSourceFromFlags(selected, io);
  using store = await openRecordingStore(poll.database, flags.db, io);
  const recorded = await pollOnce({
    ...{ source, store, host: hostName, machine: io.machine },
    // Not a poll of the schedule.
    recordedFailures: 'none',
  });
  const { outcome } = recorded;
  await createPollNotePrinter(io)(
    // The report of `init` has an attention.
    outcome.notes.filter(({ code }) => code !== 'SIMULATED_CREDENTIALS'),
  );
  if (!outcome.ok) {
    await printFailedSample(outcome, flags, io);
    await printVariablesNote(invocation.command, io);
    return EXIT.failed;
  }
  const place: SchedulePlace = { kind, scope: host.isRoot ? 'system' : 'user' };
  const pollers = await findSamePollers(flags, poll, place, { io, root });
  const sampled = { recorded, outcome, source, store, poll, kind, pollers, processReason };
  const report = buildReport(sampled, flags, host, io);
  return finish(report, flags, invocation);
}

/** Null, and prints why, if the settings of the credentials are wrong. */
async function selectSource(flags: InitFlags, io: Io) {
  try {
    return { ...flags, ...(await resolveJobSource(flags, io, { explainsEndpoint: false })) };
  } catch (error) {
    if (!(error instanceof UnknownCredentialsError)) throw error;
    await printError(io, `no credentials found: ${error.message}`, error.hint);
    return null;
  }
}

/** @throws CredWatchError if the schedule that the user requested is not possible */
function planKind(flags: InitFlags, host: Host, poll: PollCommand): ScheduleKind {
  const { every = USUAL_INTERVAL } = flags;
  const kind = flags.schedule ?? chooseSchedule(host, poll, every);
  const problem = findScheduleProblem(kind, host, poll, every);
  if (problem !== null) {
    const { message, hint } = describeScheduleProblem(problem);
    throw new CredWatchError(message, hint);
  }
  return kind;
}

interface SampledSource {
  recorded: RecordedPoll;
  outcome: PolledCredentials;
  source: CredentialSource;
  store: SampleStore;
  poll: PollCommand;
  kind: ScheduleKind;
  pollers: SamePollers;
  processReason: ProcessReason | null;
}

function buildReport(
  { recorded, outcome, source, store, poll, kind, pollers, processReason }: SampledSource,
  flags: InitFlags,
  machine: Host,
  io: Io,
): InitReport {
  const { identity } = recorded;
  const { credentials, observedAt, clockOffset } = outcome;
  const now = findLaterTime(outcome);
  const [analysis] = analyseSeries(store, identity, { now: io.clock.now() }).filter(
    (each) => each.identity.apiVersion === identity.apiVersion,
  );
  const { sampleCount = 1, witnessedCount = 0, rotationInterval = null } = analysis?.measurement ?? {};
  const { env } = io;
  const knowledge = getSourceKnowledge({
    source: identity.source,
    variables: env,
    platform: detectPlatform(env),
  });
  const basis = findRotationBasis({
    source: identity.source,
    measuredInterval: rotationInterval?.median ?? null,
    knowledge,
    validity: findValidityBasis(credentials, now),
  });
  const { every, reason } = chooseEvery(flags, { kind, basis, poll, pollers }, machine);
  const schedule = buildOwnSchedule(kind, { poll, every, host: machine }, io);
  const polledEvery = pollers.existing?.interval ?? every;
  const attentions = findAttentions({
    ...{ schedule, host: machine, poll, checkout: findCheckout(poll.program), every: polledEvery, basis },
    hasPoller: pollers.existing !== null,
    others: pollers.others,
  });
  const isTooLong = attentions.some(({ code }) => code === 'INTERVAL_TOO_LONG');
  return {
    generatedAt: observedAt,
    identity,
    endpoint: source.endpoint?.url ?? null,
    credentials,
    remaining: secondsBetween(now, credentials.expiration),
    isSimulated: isFalseKeyId(credentials.accessKeyId),
    clockOffset,
    database: poll.database,
    isDefaultDatabase: poll.isDefaultDatabase,
    sampleCount,
    rotationCount: witnessedCount,
    ...{ poll, every, schedule, processReason, attentions },
    existing: pollers.existing,
    // The attention gives the same reason.
    intervalReason: pollers.existing !== null || isTooLong ? null : reason,
    jobDuration: flags.jobDuration ?? null,
    knowledge: witnessedCount === 0 ? [knowledge] : [],
    nextReport: findNextReport({
      now,
      lastUpdated: credentials.lastUpdated,
      expiration: credentials.expiration,
      rotationCount: witnessedCount,
      knowledge,
      every: polledEvery,
    }),
  };
}

/** The interval of the user, or else of the schedule that is replaced, or else for these credentials. */
function chooseEvery(
  { every }: InitFlags,
  {
    kind,
    basis,
    poll,
    pollers,
  }: Pick<SampledSource, 'kind' | 'poll' | 'pollers'> & { basis: RotationBasis | null },
  machine: Host,
): ChosenInterval {
  if (every !== undefined) return { every, reason: null };
  const installed = pollers.replaced?.interval ?? null;
  const canStay = installed !== null && findScheduleProblem(kind, machine, poll, installed) === null;
  return planInterval(kind, basis, canStay ? installed : null);
}

/** Shows everything before it asks and installs. */
async function finish(report: InitReport, flags: InitFlags, invocation: Invocation): Promise<number> {
  const { io } = invocation;
  const exitCode = report.remaining > 0 ? EXIT.ok : EXIT.failed;
  if (flags.format === 'json') {
    const { renderInitJson } = await import('../../report/installation/init-json.ts');
    await io.stdout.write(renderInitJson(report, await install(report, flags, io)));
    return exitCode;
  }
  const { renderNextSteps, renderSample, renderSchedule } = await import(
    '../../report/installation/init-text.ts'
  );
  const style = getTextStyle(io);
  await printText(io, renderSample(report, describeRun(flags, invocation), style));
  await io.stdout.write(renderSchedule(report));
  const installation = await install(report, flags, io);
  await printText(io, renderNextSteps(report, installation, style));
  return exitCode;
}

const describeRun = (flags: InitFlags, { ownArguments, io }: Invocation) => ({
  writes: flags.write === true,
  writeCommand: formatShellCommand(['cred-watch', ...ownArguments, '--write']),
  hasHost: findConfiguredHost(flags, io) !== null,
});

/** Installs nothing if a poller records these credentials already. */
const install = async (report: InitReport, flags: InitFlags, io: Io): Promise<Installation> =>
  report.existing === null ? installSchedule(report, flags, io) : { state: 'unchanged', replaced: null };
