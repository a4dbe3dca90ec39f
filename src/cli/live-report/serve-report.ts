import type { GroupBy } from '../../domain/fleet/assessed-fleet.ts';
import type { Seconds } from '../../domain/model.ts';
import { CredWatchError, type ErrorCode } from '../../errors.ts';
import { isFolder } from '../../remote/object-storage/is-folder.ts';
import { isPostgresUrl } from '../../remote/postgres/is-postgres-url.ts';
import { REPORT_FORMATS } from '../../report/formats.ts';
import {
  buildMonitorError,
  type MonitorResponse,
  type MonitorRoute,
} from '../../server/monitor/monitor-response.ts';
import { escapeUnprintable } from '../../untrusted-text.ts';
import type { Invocation } from '../command.ts';
import { resolveDatabase } from '../database/database-location.ts';
import { EXIT } from '../flags/exit-codes.ts';
import { type JudgingFlags, toReportOptions } from '../flags/judging-flags.ts';
import type { ListeningFlags } from '../flags/listening-flags.ts';
import type { SelectionFlags } from '../flags/selection-flags.ts';
import { toSeriesFilter } from '../flags/series-filter.ts';
import { rejectSeriesFlags } from '../fleet-report/fleet-flags.ts';
import { isPeriod } from '../fleet-report/read-fleet.ts';
import { printNote, printThrownError } from '../process/messages.ts';
import { openTimeFormat, type TimeZoneFlag } from '../time-zone/time-zone-flag.ts';
import { createLiveReport } from './live-report.ts';
import { renderInWorker } from './render-in-worker.ts';
import { type LiveFormat, type LiveReportRequest, renderLiveReport } from './render-live-report.ts';
import { startReportMonitor } from './report-monitor.ts';

type ServeReportFlags = SelectionFlags &
  JudgingFlags &
  ListeningFlags &
  TimeZoneFlag & { refreshInterval?: Seconds; fleet?: boolean; groupBy?: GroupBy };

const DEFAULT_REFRESH_INTERVAL: Seconds = 60;

/** The page does not request itself more often, except soon after a poll. */
const MIN_RELOAD: Seconds = 10;

/**
 * Serves the report of a database until a signal. The database is read again after the refresh interval, and only when a
 * client requests the report. An error of the database is the response, and the next request tries again.
 * @returns the exit code
 */
export async function serveReport(flags: ServeReportFlags, invocation: Invocation): Promise<number> {
  const { io } = invocation;
  const { clock, machine, nodeVersion, reportWorker, env, home } = io;
  const database = resolveDatabase(flags.db, io);
  const refreshInterval = flags.refreshInterval ?? DEFAULT_REFRESH_INTERVAL;
  const isFleet = flags.fleet === true || flags.groupBy !== undefined;
  // The thread that renders does not have all variables.
  const times = await openTimeFormat(flags, io);
  const stop = io.createStopSignal();
  const render = async (format: LiveFormat): Promise<string> => {
    const now = clock.now();
    const request: LiveReportRequest = {
      format,
      database,
      standalone: { env: { ...env }, home },
      options: toReportOptions(flags, await toSeriesFilter(flags, now), { now, machine }),
      refreshSeconds: Math.max(MIN_RELOAD, refreshInterval),
      nodeVersion,
      lastPolls: [],
      timezone: times.zone.name,
      ...(isFleet ? { fleet: { groupBy: flags.groupBy ?? null } } : {}),
    };
    return reportWorker === null ? renderLiveReport(request) : renderInWorker(reportWorker, request, stop);
  };
  // Throws before the server starts if flags contradict each other.
  const filter = await toSeriesFilter(flags, clock.now());
  toReportOptions(flags, filter, { now: clock.now(), machine });
  if (isFleet) rejectSeriesFlags(invocation, [], isPostgresUrl(database) && isPeriod(filter));
  const report = createLiveReport(render, clock, refreshInterval * 1000);
  let lastError: string | null = null;
  /** A client that reloads every few seconds must not fill the log. */
  const printNewError = (error: unknown) => {
    if (stop.aborted) return;
    if (lastError !== String(error)) void printThrownError(io, error);
    lastError = String(error);
  };
  const printRecovery = async () => {
    const hadError = lastError !== null;
    lastError = null;
    if (hadError) await printNote(io, 'the database can be read again');
  };
  const createRoute =
    (format: LiveFormat): MonitorRoute =>
    async () => {
      const response = await respond(async () => report.getText(format), printNewError);
      if (response.status === 200) await printRecovery();
      return { ...response, ...(response.status === 200 ? { type: REPORT_FORMATS[format].mediaType } : {}) };
    };
  const checkHealth: MonitorRoute = () =>
    respond(async () => {
      // Reads the report, because a database that accepts connections can still be unreadable.
      await report.getText('json');
      return 'the database can be read\n';
    }, printNewError);
  // A database that is down can come back, but a selection does not become smaller, and a URL not valid.
  if (isPostgresUrl(database) || isFolder(database)) await report.getText('json').catch(throwIfPermanent);
  const close = await startReportMonitor(flags, { createRoute, checkHealth, onError: printNewError }, io);
  await waitUntilAborted(stop);
  await close();
  return EXIT.ok;
}

/** The reason of a failure is part of the response, because a user of the page cannot see the messages. */
async function respond(
  getText: () => Promise<string>,
  onError: (error: unknown) => void,
): Promise<MonitorResponse> {
  try {
    return { status: 200, type: 'text/plain; charset=utf-8', body: await getText() };
  } catch (error) {
    if (!(error instanceof CredWatchError)) throw error;
    onError(error);
    const hint = error.hint === undefined ? '' : `\nhint: ${error.hint}`;
    return buildMonitorError(503, escapeUnprintable(error.message) + hint);
  }
}

function throwIfPermanent(error: unknown): void {
  if (error instanceof CredWatchError && PERMANENT.includes(error.code)) throw error;
}

/** An invalid URL, and a selection that is too large. */
const PERMANENT: readonly ErrorCode[] = ['INVALID_ARGUMENT', 'SELECTION_TOO_LARGE'];

const waitUntilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
