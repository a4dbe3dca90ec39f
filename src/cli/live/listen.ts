import type { Instant, Seconds, SourceName } from '../../domain/model.ts';
import { pollHealth } from '../../domain/verdict/poll-health.ts';
import type { ReportContext } from '../../report/context.ts';
import { REPORT_FORMATS } from '../../report/formats.ts';
import { healthMessage } from '../../report/messages/health.ts';
import { type MonitorAnswer, startMonitor } from '../../server/monitor/monitor.ts';
import type { CredentialSource, PollFailure } from '../../sources/source.ts';
import type { SampleStore } from '../../store/sample-store.ts';
import type { Recorded } from '../../watch/poll-once.ts';
import type { JudgingFlags } from '../flags/judging-flags.ts';
import { allowedHosts, listenAddresses } from '../flags/listen-addresses.ts';
import type { ListeningFlags } from '../flags/listening-flags.ts';
import { DEFAULT_WIDTH, type Io } from '../process/io.ts';
import { sayNote, sayThrown } from '../process/messages.ts';
import { assertClearJobs, assessStored } from '../report/assess-stored.ts';
import { LiveReport, type Snapshot } from './live-report.ts';
import { TimedSource } from './timed-source.ts';

/** Replaced by the build. */
declare const CRED_WATCH_VERSION: string;

export interface LiveOptions {
  flags: ListeningFlags & JudgingFlags & { interval: Seconds };
  source: CredentialSource;
  store: SampleStore;
  io: Io;
  debug: boolean;
}

/** What a poller serves while it polls. */
export interface Live {
  /** To be polled in place of the source. */
  source: CredentialSource;
  /** To be told of each poll once it is recorded. */
  onPoll(recorded: Recorded): void;
  close(): Promise<void>;
}

/** How often a page asks for a newer one: with every poll, but neither restlessly nor as if nothing happened. */
const refreshFor = (interval: Seconds): Seconds => Math.min(Math.max(interval, 10), 60);

/**
 * Serves the report of everything in the database, as `report` would give it.
 * @throws CredWatchError where the address is taken, before anything was polled
 */
export async function serveLive({ flags, source, store, io, debug }: LiveOptions): Promise<Live> {
  assertClearJobs(flags);
  const timed = new TimedSource(source, io.clock);
  const live = new LiveReport((now) => assessStored(store, {}, flags, now), timed, io.clock);
  let last: { host: string; endedAt: Instant; failure: PollFailure | null } | null = null;

  const contextOf = ({ now, allTime }: Snapshot): ReportContext => ({
    now,
    margin: flags.margin,
    version: CRED_WATCH_VERSION,
    width: DEFAULT_WIDTH,
    colour: false,
    ascii: false,
    allTime,
    nodeVersion: io.nodeVersion,
    ...(last === null ? {} : { lastPoll: lastPoll(last, timed) }),
  });
  let told = '';
  const report =
    (name: string, type: string, render: (snapshot: Snapshot) => Promise<string>) => async () => {
      const body = await live.text(name, render);
      told = '';
      return { status: 200, type, body };
    };
  const health = async (): Promise<MonitorAnswer> => {
    const state = pollHealth({ interval: flags.interval, last }, io.clock.now());
    const status = state.code === 'HEALTHY' ? 200 : 503;
    return { status, type: 'text/plain; charset=utf-8', body: `${healthMessage(state)}\n` };
  };
  const routes = new Map([
    [
      '/',
      report('page', 'text/html; charset=utf-8', async (snapshot) =>
        (await import('../../report/page/html.ts')).renderPage(snapshot.assessment, contextOf(snapshot), {
          refreshSeconds: refreshFor(flags.interval),
        }),
      ),
    ],
    [
      '/report.json',
      report('json', 'application/json', async (snapshot) =>
        REPORT_FORMATS.json(snapshot.assessment, contextOf(snapshot)),
      ),
    ],
    [
      '/metrics',
      report('metrics', 'text/plain; version=0.0.4; charset=utf-8', async (snapshot) =>
        REPORT_FORMATS.prometheus(snapshot.assessment, contextOf(snapshot)),
      ),
    ],
    ['/healthz', health],
  ]);
  const { origins, close } = await startMonitor({
    listen: listenAddresses(flags),
    hosts: allowedHosts(flags),
    routes,
    // A page that is asked for every few seconds must not fill the log with one and the same error.
    onError(error) {
      if (told !== String(error)) void sayThrown(io, error, debug);
      told = String(error);
    },
  });
  for (const origin of origins) await sayNote(io, `serving ${origin}/`);
  return {
    source: timed,
    onPoll({ outcome, host }) {
      last = { host, endedAt: io.clock.now(), failure: outcome.ok ? null : outcome };
      live.outdate();
    },
    close,
  };
}

const lastPoll = ({ host }: { host: string }, { name, seconds }: TimedSource) => ({
  host,
  source: name as SourceName,
  seconds,
});
