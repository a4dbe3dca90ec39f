import type { Instant, Seconds } from '../../domain/model.ts';
import { checkPollHealth } from '../../domain/verdict/poll-health.ts';
import type { ReportContext } from '../../report/context.ts';
import { REPORT_FORMATS } from '../../report/formats.ts';
import { describePollHealth } from '../../report/messages/health.ts';
import { type MonitorResponse, startMonitor } from '../../server/monitor/monitor.ts';
import type { CredentialSource, PollFailure } from '../../sources/source.ts';
import type { SampleStore } from '../../store/sample-store.ts';
import type { RecordedPoll } from '../../watch/poll-once.ts';
import { assessStored } from '../../watch/stored-report.ts';
import { type JudgingFlags, toReportOptions } from '../flags/judging-flags.ts';
import { parseAllowedHosts, parseListenAddresses } from '../flags/listen-addresses.ts';
import type { ListeningFlags } from '../flags/listening-flags.ts';
import { DEFAULT_WIDTH, type Io } from '../process/io.ts';
import { printNote, printThrownError } from '../process/messages.ts';
import { LiveReport, type ReportSnapshot } from './live-report.ts';
import { TimedSource } from './timed-source.ts';

export interface LiveReportServerOptions {
  flags: ListeningFlags & JudgingFlags & { interval: Seconds };
  source: CredentialSource;
  store: SampleStore;
  io: Io;
  debug: boolean;
}

export interface LiveReportServer {
  /** Poll this source instead of the given one. */
  source: CredentialSource;
  /** Call after each recorded poll. */
  onPoll(recorded: RecordedPoll): void;
  close(): Promise<void>;
}

interface LastPoll {
  host: string;
  endedAt: Instant;
  failure: PollFailure | null;
}

type Route = () => Promise<MonitorResponse>;

/** The page reloads once per polling interval, limited to 10 to 60 seconds. */
const toRefreshInterval = (interval: Seconds): Seconds => Math.min(Math.max(interval, 10), 60);

/**
 * Serves the report of the whole database.
 * @throws CredWatchError if flags contradict each other or an address is not available
 */
export async function startLiveReportServer(options: LiveReportServerOptions): Promise<LiveReportServer> {
  const { flags, store, io, debug } = options;
  const buildOptions = (now: Instant) => toReportOptions(flags, {}, now);
  // Throws before the first poll if flags contradict each other.
  buildOptions(io.clock.now());
  const source = new TimedSource(options.source, io.clock);
  const report = new LiveReport((now) => assessStored(store, buildOptions(now)), source, io.clock);
  let lastPoll: LastPoll | null = null;
  let lastError = '';

  const toContext = ({ now, assessAllTime }: ReportSnapshot): ReportContext => ({
    now,
    margin: flags.margin,
    version: CRED_WATCH_VERSION,
    width: DEFAULT_WIDTH,
    hasColour: false,
    isAsciiOnly: false,
    assessAllTime,
    nodeVersion: io.nodeVersion,
    ...(lastPoll === null
      ? {}
      : { lastPoll: { host: lastPoll.host, source: source.name, seconds: source.lastPollSeconds } }),
  });
  const createRoute =
    (type: string, render: (snapshot: ReportSnapshot) => Promise<string>): Route =>
    async () => {
      const body = await report.getText(type, render);
      lastError = '';
      return { status: 200, type, body };
    };
  const checkHealth: Route = async () => {
    const health = checkPollHealth({ interval: flags.interval, lastOutcome: lastPoll }, io.clock.now());
    const status = health.code === 'HEALTHY' ? 200 : 503;
    return { status, type: 'text/plain; charset=utf-8', body: `${describePollHealth(health)}\n` };
  };
  const { html, json, prometheus } = REPORT_FORMATS;
  const routes = new Map<string, Route>([
    [
      '/',
      createRoute(html.mediaType, async (snapshot) => {
        const { renderPage } = await import('../../report/page/html.ts');
        const refreshSeconds = toRefreshInterval(flags.interval);
        return renderPage(snapshot.assessment, toContext(snapshot), { refreshSeconds });
      }),
    ],
    [
      '/report.json',
      createRoute(json.mediaType, (snapshot) => json.render(snapshot.assessment, toContext(snapshot))),
    ],
    [
      '/metrics',
      createRoute(prometheus.mediaType, (snapshot) =>
        prometheus.render(snapshot.assessment, toContext(snapshot)),
      ),
    ],
    ['/healthz', checkHealth],
  ]);
  const { origins, close } = await startMonitor({
    listen: parseListenAddresses(flags),
    allowedHosts: parseAllowedHosts(flags),
    routes,
    // The page sends a request every few seconds, so a repeated error is printed only once.
    onError(error) {
      if (lastError !== String(error)) void printThrownError(io, error, debug);
      lastError = String(error);
    },
  });
  for (const origin of origins) await printNote(io, `serving ${origin}/`);
  return {
    source,
    onPoll({ outcome, identity }) {
      lastPoll = {
        host: identity.host,
        endedAt: io.clock.now(),
        failure: outcome.ok ? null : outcome,
      };
      report.invalidate();
    },
    close,
  };
}
