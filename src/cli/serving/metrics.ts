import { DEFAULT_MARGIN } from '../../domain/verdict/job.ts';
import { CredWatchError } from '../../errors.ts';
import { REPORT_FORMATS } from '../../report/formats.ts';
import { renderServedMetrics } from '../../report/metrics/served.ts';
import type { MonitorRoute } from '../../server/monitor/monitor-response.ts';
import { toReportOptions } from '../flags/judging-flags.ts';
import { createLiveReport } from '../live-report/live-report.ts';
import { renderInWorker } from '../live-report/render-in-worker.ts';
import { type LiveReportRequest, renderLiveReport } from '../live-report/render-live-report.ts';
import type { Io } from '../process/io.ts';
import { getAwsNow, type SourceRole } from './source-role.ts';

export interface MetricsPage {
  route: MonitorRoute;
  /** Call after each recorded poll. */
  invalidate(): void;
}

/** After this time without a poll, the age of the newest sample can change a verdict. */
const MAX_AGE_MS = 86_400_000;

/**
 * The metrics of the whole database, as `poll --listen` serves them, and the state of the served roles.
 * @param stop ends the rendering
 */
export function createMetricsPage(
  database: () => string,
  roles: readonly SourceRole[],
  io: Pick<Io, 'clock' | 'machine' | 'nodeVersion' | 'reportWorker'>,
  stop: AbortSignal,
): MetricsPage {
  const { clock, machine, nodeVersion, reportWorker } = io;
  const render = () => {
    const request: LiveReportRequest = {
      format: 'prometheus',
      database: database(),
      options: toReportOptions({ margin: DEFAULT_MARGIN }, {}, { now: clock.now(), machine }),
      // Only the page reloads.
      refreshSeconds: 0,
      nodeVersion,
      lastPolls: [],
    };
    return reportWorker === null ? renderLiveReport(request) : renderInWorker(reportWorker, request, stop);
  };
  const report = createLiveReport(render, clock, MAX_AGE_MS);
  /** A database that cannot be read was reported at the start. The state of the roles is known without it. */
  const renderDatabase = () =>
    report.getText('prometheus').catch((error: unknown) => {
      if (error instanceof CredWatchError) return '';
      throw error;
    });
  return {
    invalidate: report.invalidate,
    async route() {
      const history = await renderDatabase();
      const served = await renderServedMetrics(
        roles.map((role) => role.getFacts()),
        getAwsNow(roles, io),
      );
      const body = history === '' ? served : `${history}\n${served}`;
      return { status: 200, type: REPORT_FORMATS.prometheus.mediaType, body };
    },
  };
}
