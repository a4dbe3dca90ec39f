import type { Seconds } from '../../domain/model.ts';
import type { ReportContext } from '../../report/context.ts';
import { REPORT_FORMATS } from '../../report/formats.ts';
import { SampleStore } from '../../store/sample-store.ts';
import { assessStored, type StoredReportOptions } from '../../watch/stored-report.ts';
import { FILE_STYLE } from '../process/io.ts';

export type LiveFormat = 'html' | 'json' | 'prometheus';

/** The input of {@link renderLiveReport}. It contains only data that can be sent to another thread. */
export interface LiveReportRequest {
  format: LiveFormat;
  database: string;
  options: StoredReportOptions;
  /** The page reloads after this time. */
  refreshSeconds: Seconds;
  nodeVersion: string;
  lastPolls: NonNullable<ReportContext['lastPolls']>;
}

/** Renders the report of the whole database, which the poller has open in another thread. */
export async function renderLiveReport(request: LiveReportRequest): Promise<string> {
  const { format, database, options, refreshSeconds, nodeVersion, lastPolls } = request;
  using store = SampleStore.openReadOnly(database, { isOpenInOtherThread: true });
  const { assessment, assessAllTime } = assessStored(store, options);
  const context: ReportContext = {
    now: options.now,
    margin: options.margin,
    version: CRED_WATCH_VERSION,
    ...FILE_STYLE,
    isAsciiOnly: false,
    seriesLimits: { showRetired: false, top: null },
    assessAllTime,
    nodeVersion,
    lastPolls,
  };
  if (format === 'html')
    return (await import('../../report/page/html.ts')).renderPage(assessment, context, { refreshSeconds });
  const rendered: string | Iterable<string> = await REPORT_FORMATS[format].render(assessment, context);
  return typeof rendered === 'string' ? rendered : [...rendered].join('');
}
