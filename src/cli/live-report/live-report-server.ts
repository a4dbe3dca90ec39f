import type { Instant, Seconds, SourceName } from '../../domain/model.ts';
import type { PollNote } from '../../domain/poll-note.ts';
import { checkPollHealth } from '../../domain/verdict/poll-health.ts';
import { REPORT_FORMATS } from '../../report/formats.ts';
import { describePollHealth } from '../../report/messages/failures/describe-failure.ts';
import { updatePollTimes } from '../../report/page/now/poll-times.ts';
import type { MonitorResponse } from '../../server/monitor/monitor-response.ts';
import { findShadowingNote } from '../../sources/environment/shadowing.ts';
import type { CredentialSource, PollFailure, PollOutcome } from '../../sources/source.ts';
import type { RecordedPoll } from '../../watch/poll-once.ts';
import { type JudgingFlags, toReportOptions } from '../flags/judging-flags.ts';
import type { ListeningFlags } from '../flags/listening-flags.ts';
import type { Io } from '../process/io.ts';
import { printThrownError } from '../process/messages.ts';
import { openTimeFormat, type TimeZoneFlag } from '../time-zone/time-zone-flag.ts';
import { createLiveReport } from './live-report.ts';
import { renderInWorker } from './render-in-worker.ts';
import { type LiveFormat, type LiveReportRequest, renderLiveReport } from './render-live-report.ts';
import { startReportMonitor } from './report-monitor.ts';

export interface LiveReportServer extends AsyncDisposable {
  /** The health of the poller covers the polls of this source. */
  observe(source: CredentialSource, interval: Seconds): ObservedSource;
}

export interface ObservedSource {
  /** Poll this source instead of the given one. It measures the duration of polls. */
  source: CredentialSource;
  /** Call after each recorded poll. */
  onPoll(recorded: RecordedPoll): void;
  /** Call with the time of the next poll. Null while a poll runs. */
  onPause(nextPollAt: Instant | null): void;
  /** Call when the source is no longer polled. */
  forget(): void;
}

type Route = () => Promise<MonitorResponse>;
type LastPoll = {
  host: string;
  endedAt: Instant;
  failure: PollFailure | null;
  seconds: Seconds;
  otherCredentials: PollNote | null;
};
/** A source that is polled. */
interface PolledSource {
  source: SourceName;
  interval: Seconds;
  lastOutcome: LastPoll | null;
  /** Differs after a rotation, after a failure, and after the end of failures. */
  result: string;
  nextPollAt: Instant | null;
}

/** The page gets new values once per polling interval, limited to 10 to 60 seconds. */
const toRefreshInterval = (interval: Seconds): Seconds => Math.min(Math.max(interval, 10), 60);

/** After this time without a poll, the age of the newest sample can change a verdict. */
const DEFAULT_MAX_AGE: Seconds = 86_400;

/**
 * Serves the report of the whole database.
 * @throws CredWatchError if flags contradict each other or an address is not available
 */
export async function startLiveReportServer(
  flags: ListeningFlags & JudgingFlags & TimeZoneFlag & { interval: Seconds },
  database: string,
  io: Io,
): Promise<LiveReportServer> {
  // Throws before the first poll if flags contradict each other.
  toReportOptions(flags, {}, { now: io.clock.now(), machine: io.machine });
  const times = await openTimeFormat(flags, io);
  const { clock, machine, nodeVersion, reportWorker } = io;
  const polls = new Set<PolledSource>();
  let lastError: string | null = null;
  const stop = new AbortController();
  const render = (format: LiveFormat): Promise<string> => {
    const request: LiveReportRequest = {
      format,
      database,
      options: toReportOptions(flags, {}, { now: clock.now(), machine }),
      refreshSeconds: toRefreshInterval(flags.interval),
      timezone: times.zone.name,
      nodeVersion,
      lastPolls: listLastPolls(polls),
    };
    return reportWorker === null
      ? renderLiveReport(request)
      : renderInWorker(reportWorker, request, stop.signal);
  };
  const report = createLiveReport(render, clock, (flags.maxAge ?? DEFAULT_MAX_AGE) * 1000);
  const createRoute =
    (format: LiveFormat): Route =>
    async () => {
      const text = await report.getText(format);
      lastError = null;
      const body = format === 'html' ? updatePollTimes(text, listLastPolls(polls), clock.now()) : text;
      return { status: 200, type: REPORT_FORMATS[format].mediaType, body };
    };
  const checkHealth: Route = async () => {
    const health = checkPollHealth([...polls], clock.now());
    const status = health.code === 'HEALTHY' ? 200 : 503;
    return { status, type: 'text/plain; charset=utf-8', body: `${describePollHealth(health)}\n` };
  };
  const routes = {
    createRoute,
    checkHealth,
    // The page sends a request every few seconds, so an error is printed only once until a request succeeds.
    onError(error: unknown) {
      if (stop.signal.aborted) return;
      if (lastError !== String(error)) void printThrownError(io, error);
      lastError = String(error);
    },
  };
  const close = await startReportMonitor(flags, routes, io);
  return {
    observe(polledSource, interval) {
      const state: PolledSource = {
        ...{ source: polledSource.name, interval, lastOutcome: null, result: '', nextPollAt: null },
      };
      let seconds: Seconds = 0;
      polls.add(state);
      return {
        source: {
          name: polledSource.name,
          endpoint: polledSource.endpoint,
          async poll(signal) {
            const startedAt = clock.now();
            const outcome = await polledSource.poll(signal);
            // Not negative, even if the clock was set back.
            seconds = Math.max(0, clock.now() - startedAt) / 1000;
            return outcome;
          },
        },
        onPoll({ outcome, identity, isStarting }) {
          const failure = outcome.ok || isStarting ? null : outcome;
          state.lastOutcome = {
            ...{ host: identity.host, endedAt: clock.now(), failure, seconds },
            otherCredentials: findShadowingNote(outcome.notes),
          };
          const result = describeResult(outcome);
          report.invalidate(result !== state.result);
          state.result = result;
        },
        onPause(nextPollAt) {
          state.nextPollAt = nextPollAt;
          // A page that was rendered during the poll does not have this time.
          if (nextPollAt !== null) report.invalidate();
        },
        forget: () => void polls.delete(state),
      };
    },
    [Symbol.asyncDispose]: () => {
      stop.abort();
      return close();
    },
  };
}

const listLastPolls = (polls: Iterable<PolledSource>): LiveReportRequest['lastPolls'] =>
  Array.from(polls).flatMap(({ source, lastOutcome, nextPollAt }) => {
    if (lastOutcome === null) return [];
    const { host, seconds, endedAt, otherCredentials } = lastOutcome;
    return [{ host, source, seconds, endedAt, nextPollAt, otherCredentials }];
  });

const describeResult = (outcome: PollOutcome): string =>
  outcome.ok ? outcome.credentials.accessKeyId : outcome.reason;
