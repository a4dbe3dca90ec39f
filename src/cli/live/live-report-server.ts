import type { Instant, Seconds, SourceName } from '../../domain/model.ts';
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
import { type AssessmentSnapshot, LiveReport } from './live-report.ts';
import { TimedSource } from './timed-source.ts';

/** Replaced by the build. */
declare const CRED_WATCH_VERSION: string;

export interface LiveReportServerOptions {
  flags: ListeningFlags & JudgingFlags & { interval: Seconds };
  source: CredentialSource;
  store: SampleStore;
  io: Io;
  debug: boolean;
}

/** What a poller serves while it polls. */
export interface LiveReportServer {
  /** To be polled in place of the source. */
  source: CredentialSource;
  /** To be told of each poll once it is recorded. */
  onPoll(recorded: RecordedPoll): void;
  close(): Promise<void>;
}

/** How often a page asks for a newer one: with every poll, but neither restlessly nor as if nothing happened. */
const refreshFor = (interval: Seconds): Seconds => Math.min(Math.max(interval, 10), 60);

/**
 * Serves the report of everything in the database, as `report` would give it.
 * @throws CredWatchError where the address is taken, before anything was polled
 */
export async function startLiveReportServer({
  flags,
  source,
  store,
  io,
  debug,
}: LiveReportServerOptions): Promise<LiveReportServer> {
  toReportOptions(flags, {}, io.clock.now());
  const timed = new TimedSource(source, io.clock);
  const live = new LiveReport((now) => assessStored(store, toReportOptions(flags, {}, now)), timed, io.clock);
  let last: { host: string; endedAt: Instant; failure: PollFailure | null } | null = null;

  const contextOf = ({ now, assessAllTime }: AssessmentSnapshot): ReportContext => ({
    now,
    margin: flags.margin,
    version: CRED_WATCH_VERSION,
    width: DEFAULT_WIDTH,
    hasColour: false,
    isAsciiOnly: false,
    assessAllTime,
    nodeVersion: io.nodeVersion,
    ...(last === null ? {} : { lastPoll: lastPoll(last, timed) }),
  });
  let told = '';
  const report =
    (name: string, type: string, render: (snapshot: AssessmentSnapshot) => Promise<string>) => async () => {
      const body = await live.getText(name, render);
      told = '';
      return { status: 200, type, body };
    };
  const health = async (): Promise<MonitorResponse> => {
    const state = checkPollHealth({ interval: flags.interval, lastOutcome: last }, io.clock.now());
    const status = state.code === 'HEALTHY' ? 200 : 503;
    return { status, type: 'text/plain; charset=utf-8', body: `${describePollHealth(state)}\n` };
  };
  const routes = new Map([
    [
      '/',
      report('page', REPORT_FORMATS.html.mediaType, async (snapshot) =>
        (await import('../../report/page/html.ts')).renderPage(snapshot.assessment, contextOf(snapshot), {
          refreshSeconds: refreshFor(flags.interval),
        }),
      ),
    ],
    [
      '/report.json',
      report('json', REPORT_FORMATS.json.mediaType, async (snapshot) =>
        REPORT_FORMATS.json.render(snapshot.assessment, contextOf(snapshot)),
      ),
    ],
    [
      '/metrics',
      report('metrics', REPORT_FORMATS.prometheus.mediaType, async (snapshot) =>
        REPORT_FORMATS.prometheus.render(snapshot.assessment, contextOf(snapshot)),
      ),
    ],
    ['/healthz', health],
  ]);
  const { origins, close } = await startMonitor({
    listen: parseListenAddresses(flags),
    allowedHosts: parseAllowedHosts(flags),
    routes,
    // A page that is asked for every few seconds must not fill the log with one and the same error.
    onError(error) {
      if (told !== String(error)) void printThrownError(io, error, debug);
      told = String(error);
    },
  });
  for (const origin of origins) await printNote(io, `serving ${origin}/`);
  return {
    source: timed,
    onPoll({ outcome, identity }) {
      last = { host: identity.host, endedAt: io.clock.now(), failure: outcome.ok ? null : outcome };
      live.invalidate();
    },
    close,
  };
}

const lastPoll = ({ host }: { host: string }, { name, lastPollSeconds }: TimedSource) => ({
  host,
  source: name as SourceName,
  seconds: lastPollSeconds,
});
