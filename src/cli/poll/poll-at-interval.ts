/** `poll --interval`: polls until a signal or until the end of `--for`. */

import type { Instant, Seconds } from '../../domain/model.ts';
import { describeNewCredentials, describeRecovery } from '../../report/messages/polling/polling.ts';
import { formatPollLine } from '../../report/poll-line.ts';
import { formatPollingLine } from '../../report/polling/polling-line.ts';
import { renderPollingSummary } from '../../report/polling/polling-summary.ts';
import type { TimeFormat } from '../../report/text/time-format.ts';
import type { SampleStore } from '../../store/sample-store.ts';
import type { PollContext, RecordedPoll } from '../../watch/poll-once.ts';
import { watch } from '../../watch/watch.ts';
import { EXIT } from '../flags/exit-codes.ts';
import { printExposedFiles } from '../process/exposed-files.ts';
import { getTextStyle, type Io, printText, supportsUnicode } from '../process/io.ts';
import { printNote } from '../process/messages.ts';
import { disableWasmTiering } from '../process/wasm-optimisation.ts';
import { openTimeFormat } from '../time-zone/time-zone-flag.ts';
import { ChangeNotifier } from './change-notifier.ts';
import type { PollFlags } from './poll-flags.ts';
import { createMessagePrinter, createPollPrinter, printPollFailure } from './poll-printer.ts';
import { openPush } from './poll-push.ts';
import { PollTracker } from './poll-tracker.ts';
import { summarisePolling } from './polling-summary.ts';
import { showUpdatingLine } from './updating-line.ts';

export type IntervalFlags = PollFlags & { interval: Seconds };

/** What a poller needs besides its flags. */
export interface Recording {
  context: PollContext;
  store: SampleStore;
  /** The file of the store. */
  database: string;
}

interface PollListener {
  onPoll(recorded: RecordedPoll, nextPollAt: Instant): Promise<void>;
  /** @param nextPollAt null while a poll runs */
  onPause?(nextPollAt: Instant | null): void;
}

/** Resolves to the exit code. */
export async function pollAtInterval(recording: Recording, flags: IntervalFlags, io: Io): Promise<number> {
  const { format } = flags;
  const times = await openTimeFormat(flags, io);
  const printEach = createPollPrinter(format, io, times);
  // Log files and other programs get one line per poll.
  if (format !== 'text' || !io.stdout.isTerminal)
    return toExitCode(await runPoller(recording, flags, { onPoll: printEach }, io));
  const startedAt = io.clock.now();
  const tracker = new PollTracker();
  // Such a terminal cannot erase a line.
  const isDumb = io.env.TERM === 'dumb';
  const onPoll = (recorded: RecordedPoll, nextPollAt: Instant) => {
    tracker.onPoll(recorded);
    return printEach(recorded, nextPollAt);
  };
  const sampleCount = isDumb
    ? await runPoller(recording, flags, { onPoll }, io)
    : await pollWithUpdatingLine(recording, flags, tracker, { io, times });
  const summary = summarisePolling(recording.store, flags, tracker, {
    startedAt,
    now: io.clock.now(),
    machine: io.machine,
  });
  await printText(io, renderPollingSummary(summary, { ...getTextStyle(io), times }));
  return toExitCode(sampleCount);
}

const toExitCode = (sampleCount: number): number => (sampleCount > 0 ? EXIT.ok : EXIT.failed);

/** Prints only what changes, above a line with the present state. */
async function pollWithUpdatingLine(
  recording: Recording,
  flags: IntervalFlags,
  tracker: PollTracker,
  { io, times }: { io: Io; times: TimeFormat },
): Promise<number> {
  const isAsciiOnly = !supportsUnicode(io.env);
  let nextPollAt: Instant | null = null;
  using line = showUpdatingLine(io, (columns) =>
    formatPollingLine(
      { ...tracker.state, now: io.clock.now(), interval: flags.interval, nextPollAt },
      columns,
      isAsciiOnly,
      times,
    ),
  );
  const onPoll = createEventPrinter(tracker, line.io, times);
  return await runPoller(
    recording,
    flags,
    {
      onPoll,
      onPause(at) {
        nextPollAt = at;
        line.update();
      },
    },
    line.io,
  );
}

/** Prints new credentials, and the begin and the end of failures. */
function createEventPrinter(tracker: PollTracker, io: Io, times: TimeFormat): PollListener['onPoll'] {
  const printMessages = createMessagePrinter(io, times);
  return async (recorded, nextPollAt) => {
    const { outcome, identity } = recorded;
    const event = tracker.onPoll(recorded);
    await printMessages(recorded);
    if (event.code === 'FAILED') {
      if (event.isNewReason) await printPollFailure(recorded, io, nextPollAt);
      return;
    }
    if (event.failedSince !== null) await printNote(io, describeRecovery(event.failedSince, times));
    if (event.kind === null || !outcome.ok) return;
    const remark = describeNewCredentials(event.kind, event.leadTime);
    await printText(io, `${formatPollLine(identity, outcome, times)}${remark === '' ? '' : `  ${remark}`}\n`);
  };
}

/** Resolves to the number of samples. */
async function runPoller(
  { context, store, database }: Recording,
  flags: IntervalFlags,
  { onPoll, onPause }: PollListener,
  io: Io,
): Promise<number> {
  using _ = disableWasmTiering();
  const stop = io.createStopSignal();
  await using push = await openPush(flags, store, io);
  await printExposedFiles(database, io);
  const changes =
    flags.onChange === undefined ? null : new ChangeNotifier(flags.onChange, flags, context, store, io);
  await using server = flags.listen.length === 0 ? null : await startServer(flags, database, io);
  const observed = server?.observe(context.source, flags.interval) ?? null;
  const sampleCount = await watch(observed === null ? context : { ...context, source: observed.source }, {
    interval: flags.interval,
    duration: flags.for ?? null,
    clock: io.clock,
    random: io.random,
    stop,
    async onPoll(recorded, nextPollAt) {
      observed?.onPoll(recorded);
      await onPoll(recorded, nextPollAt);
      push?.request();
      changes?.onPoll(recorded);
    },
    onPause(nextPollAt) {
      observed?.onPause(nextPollAt);
      onPause?.(nextPollAt);
    },
  });
  await changes?.end(stop, io);
  return sampleCount;
}

async function startServer(flags: IntervalFlags, database: string, io: Io) {
  const { startLiveReportServer } = await import('../live-report/live-report-server.ts');
  return startLiveReportServer(flags, database, io);
}
