/** `poll --targets`: polls the endpoints that a file lists. */

import { stat } from 'node:fs/promises';
import type { Seconds } from '../../domain/model.ts';
import { formatCount } from '../../report/text/format-values.ts';
import { readDescriptorLimit } from '../../server/wire/connections.ts';
import type { SampleStore } from '../../store/sample-store.ts';
import { PollPool } from '../../watch/targets/poll-pool.ts';
import { pollEachTarget, TargetWatcher } from '../../watch/targets/watch-targets.ts';
import { resolveDatabaseFile } from '../database/database-location.ts';
import { EXIT } from '../flags/exit-codes.ts';
import type { CommonPollFlags } from '../poll/poll-flags.ts';
import { printExposedFiles } from '../process/exposed-files.ts';
import type { Io } from '../process/io.ts';
import { createNewTextCheck, printError, printNote } from '../process/messages.ts';
import { openRecordingStore } from '../process/recording-store.ts';
import type { BackgroundPush, PollPushFlags } from '../push/background-push.ts';
import { openTimeFormat, type TimeZoneFlag } from '../time-zone/time-zone-flag.ts';
import { type OpenTarget, OpenTargetList } from './open-targets.ts';
import { canKeepConnections, computeSlotLimits } from './slot-limits.ts';
import type { Target } from './target.ts';
import { TargetPrinter } from './target-printer.ts';
import { FORMAT_HINT, TargetsFile } from './targets-file.ts';

export type TargetsFlags = CommonPollFlags & TimeZoneFlag & { targets: string };

type IntervalFlags = TargetsFlags & { interval: Seconds };

/** How often the file is checked for changes. */
const CHECK_FILE_MS = 10_000;

/** The first summary is early, because most targets have been polled once by then. */
const FIRST_SUMMARY_MS = 15_000;

/** More problems usually have one cause, for example a template without the host. */
const MAX_PRINTED_PROBLEMS = 100;

/** Resolves to the exit code. */
export async function pollTargets(flags: TargetsFlags, io: Io): Promise<number> {
  const { interval } = flags;
  const file = new TargetsFile(flags.targets, { env: io.env, defaultInterval: interval ?? null });
  const read = await file.read();
  if (read.code !== 'targets') {
    await printProblems(flags.targets, read.code === 'problems' ? read.problems : [], io);
    return EXIT.usage;
  }
  const database = resolveDatabaseFile(flags.db, io);
  using store = await openRecordingStore(database, flags.db, io);
  await printNoteIfWritable(flags.targets, io);
  await printExposedFiles(database, io);
  await using push =
    flags.push === undefined ? null : await openPush({ ...flags, push: flags.push }, store, io);
  // Awaited, because the store is closed when this function returns.
  return interval === undefined
    ? await pollOneRound(read.targets, flags, store, io)
    : await pollAtIntervals(file, read.targets, { ...flags, interval }, { store, database, push }, io);
}

async function pollOneRound(
  targets: readonly Target[],
  flags: TargetsFlags,
  store: SampleStore,
  io: Io,
): Promise<number> {
  const { clock } = io;
  const pool = new PollPool(store, computeSlotLimits(readDescriptorLimit()), clock);
  const printer = new TargetPrinter(flags.format, io, await openTimeFormat(flags, io));
  const open = new OpenTargetList({
    store,
    io,
    defaultInterval: null,
    server: null,
    keepsConnections: false,
  });
  open.replace(targets);
  let failedCount = 0;
  const missingCount = await pollEachTarget(open.list(), {
    ...{ pool, clock, stop: io.createStopSignal() },
    onPoll(target, recorded) {
      if (!recorded.outcome.ok && !recorded.isStarting) failedCount += 1;
      return printer.onPoll(target, recorded);
    },
  });
  await printer.printSummary(targets.length);
  if (missingCount > 0)
    await printError(io, `stopped before ${missingCount} of ${targets.length} targets were polled`);
  return failedCount + missingCount === 0 ? EXIT.ok : EXIT.failed;
}

async function pollAtIntervals(
  file: TargetsFile,
  targets: readonly Target[],
  flags: IntervalFlags,
  { store, database, push }: { store: SampleStore; database: string; push: BackgroundPush | null },
  io: Io,
): Promise<number> {
  const { clock, random } = io;
  const stop = createStop(flags, io);
  const printer = new TargetPrinter(flags.format, io, await openTimeFormat(flags, io));
  await using server = flags.listen.length === 0 ? null : await startServer(flags, database, io);
  const descriptorLimit = readDescriptorLimit();
  const open = new OpenTargetList({
    ...{ store, io, server, defaultInterval: flags.interval },
    keepsConnections: canKeepConnections(targets.length, descriptorLimit),
  });
  const watcher = new TargetWatcher<OpenTarget>({
    pool: new PollPool(store, computeSlotLimits(descriptorLimit), clock),
    ...{ clock, random, stop },
    onPoll(target, recorded) {
      target.observed?.onPoll(recorded);
      return printer.onPoll(target, recorded);
    },
  });
  open.replace(targets);
  watcher.setTargets(open.list());
  const reload = createReloader(file, flags.targets, io);
  let nextSummary = clock.now() + Math.min(flags.interval * 1000, FIRST_SUMMARY_MS);
  while (!stop.signal.aborted) {
    await clock.sleep(Math.min(CHECK_FILE_MS, Math.max(0, nextSummary - clock.now())), stop.signal);
    if (stop.signal.aborted) break;
    const changed = await reload();
    if (changed !== null) {
      const { added, removed } = open.replace(changed);
      for (const target of removed) printer.forget(target);
      watcher.setTargets(open.list());
      await printNote(
        io,
        `${flags.targets}: ${formatCount(added, 'target')} added, ${removed.length} removed`,
      );
    }
    if (clock.now() < nextSummary) continue;
    nextSummary = clock.now() + flags.interval * 1000;
    await printer.printSummary(open.list().length);
    push?.request();
  }
  const sampleCount = await watcher.end();
  await printer.printSummary(open.list().length);
  return sampleCount > 0 ? EXIT.ok : EXIT.failed;
}

/** Creates a controller that a signal to this process or the end of --for aborts. */
function createStop({ for: duration }: IntervalFlags, { clock, createStopSignal }: Io): AbortController {
  const stop = new AbortController();
  createStopSignal().addEventListener('abort', () => stop.abort(), { once: true });
  if (duration !== undefined) void clock.sleep(duration * 1000, stop.signal).then(() => stop.abort());
  return stop;
}

async function openPush(flags: PollPushFlags, store: SampleStore, io: Io): Promise<BackgroundPush> {
  const { BackgroundPush } = await import('../push/background-push.ts');
  return BackgroundPush.open(flags, store, io);
}

async function startServer(flags: IntervalFlags, database: string, io: Io) {
  const { startLiveReportServer } = await import('../live-report/live-report-server.ts');
  return startLiveReportServer(flags, database, io);
}

/**
 * Returns a function that reads the file again. The function returns null if the list does not change. It prints a
 * problem only once.
 */
function createReloader(file: TargetsFile, path: string, io: Io) {
  let isNewProblem = createNewTextCheck();
  return async (): Promise<readonly Target[] | null> => {
    const read = await file.read();
    switch (read.code) {
      case 'targets':
        isNewProblem = createNewTextCheck();
        return read.targets;
      case 'unchanged':
        return null;
      case 'problems': {
        const [first = '', ...others] = read.problems;
        const more = others.length === 0 ? '' : ` (and ${others.length} more problems)`;
        if (isNewProblem(read.problems.join('\n')))
          await printNote(
            io,
            `${path}: ${first}${more}`,
            'the previous list of targets stays in use; correct the file',
          );
        return null;
      }
    }
  };
}

async function printProblems(path: string, problems: readonly string[], io: Io): Promise<void> {
  const shown = problems.slice(0, MAX_PRINTED_PROBLEMS);
  for (const [index, problem] of shown.entries()) {
    const isLast = index === problems.length - 1;
    await printError(io, `${path}: ${problem}`, isLast ? FORMAT_HINT : undefined);
  }
  const count = problems.length - shown.length;
  if (count > 0) await printError(io, `${path}: ${count} more problems`, FORMAT_HINT);
}

/** A user who can write the file can send any file of this user to any URL, as an authorization token. */
async function printNoteIfWritable(path: string, io: Io): Promise<void> {
  // Null if the file was deleted after it was read.
  const stats = await stat(path).catch(() => null);
  if (stats !== null && (stats.mode & 0o022) !== 0)
    await printNote(io, `other users can write ${path}`, `run \`chmod go-w ${path}\``);
}
