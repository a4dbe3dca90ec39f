import { systemClock } from '../../clock.ts';
import type { GroupBy } from '../../domain/fleet/assessed-fleet.ts';
import type { Seconds } from '../../domain/model.ts';
import { CredWatchError } from '../../errors.ts';
import type { ReportContext } from '../../report/context.ts';
import { REPORT_FORMATS } from '../../report/formats.ts';
import { addGeneralKnowledge } from '../../report/general-knowledge/add-knowledge.ts';
import type { Environment } from '../../sources/environment/variables.ts';
import { assessStored, type StoredReportOptions } from '../../watch/stored-report.ts';
import { describeMissingDatabase } from '../database/missing-database.ts';
import {
  openReportDatabase,
  type ReportDatabase,
  suggestFleet,
  toReadRequest,
} from '../database/report-database.ts';
import { FILE_STYLE } from '../process/io.ts';
import { openTimeFormat } from '../time-zone/time-zone-flag.ts';

export type LiveFormat = 'html' | 'json' | 'prometheus';

/** The input of {@link renderLiveReport}. It contains only data that can be sent to another thread. */
export interface LiveReportRequest {
  format: LiveFormat;
  /** A file, or the URL of a PostgreSQL database. */
  database: string;
  /** Set if no poller in another thread has the file open. The connection to a PostgreSQL database depends on it. */
  standalone?: { env: Environment; home: string };
  options: StoredReportOptions;
  /** Set to show hosts instead of series. */
  fleet?: { groupBy: GroupBy | null };
  /** The page gets new values at least this often. */
  refreshSeconds: Seconds;
  nodeVersion: string;
  lastPolls: NonNullable<ReportContext['lastPolls']>;
  /** The time zone of the page. The default is UTC. */
  timezone?: string | undefined;
}

/**
 * Renders the report of the whole database.
 * @throws CredWatchError if the database cannot be read
 */
export async function renderLiveReport(request: LiveReportRequest): Promise<string> {
  const times = await openTimeFormat(request, { env: {} });
  if (request.fleet !== undefined) {
    const { renderLiveFleet } = await import('../fleet-report/render-live-fleet.ts');
    return renderLiveFleet({ ...request, groupBy: request.fleet.groupBy, times });
  }
  const { format, options, refreshSeconds, nodeVersion, lastPolls } = request;
  using database = await openDatabase(request);
  const { assessment, assessAllTime } = assessStored(database.store, options);
  const context: ReportContext = {
    now: options.now,
    times,
    margin: options.margin,
    version: CRED_WATCH_VERSION,
    ...FILE_STYLE,
    isAsciiOnly: false,
    seriesLimits: { showRetired: false, top: null },
    assessAllTime,
    nodeVersion,
    lastPolls,
  };
  if (format === 'html') {
    const { renderPage } = await import('../../report/page/html.ts');
    return renderPage(assessment, await addGeneralKnowledge(assessment, context), { refreshSeconds });
  }
  const rendered: string | Iterable<string> = await REPORT_FORMATS[format].render(assessment, context);
  return typeof rendered === 'string' ? rendered : [...rendered].join('');
}

async function openDatabase({
  format,
  database,
  standalone,
  options,
}: LiveReportRequest): Promise<ReportDatabase> {
  const request = toReadRequest(options, format === 'prometheus');
  const context = { env: {}, home: '', ...standalone, clock: systemClock, random: Math.random };
  const isOpenInOtherThread = standalone === undefined;
  const opened = await suggestFleet(openReportDatabase(database, request, context, { isOpenInOtherThread }));
  if (opened.store !== null || standalone === undefined) return opened;
  throw new CredWatchError(
    `no samples: ${describeMissingDatabase(database)}`,
    'record samples with `cred-watch poll`',
  );
}
