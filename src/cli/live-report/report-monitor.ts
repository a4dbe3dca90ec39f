import { startMonitor } from '../../server/monitor/monitor.ts';
import type { MonitorRoute } from '../../server/monitor/monitor-response.ts';
import { parseListenAddresses } from '../flags/listen-addresses.ts';
import type { ListeningFlags } from '../flags/listening-flags.ts';
import type { Io } from '../process/io.ts';
import { printNote } from '../process/messages.ts';
import type { LiveFormat } from './render-live-report.ts';

interface ReportRoutes {
  createRoute(format: LiveFormat): MonitorRoute;
  checkHealth: MonitorRoute;
  onError(error: unknown): void;
}

/**
 * Serves the formats of a report and the health of its database, and prints the addresses.
 * @returns a function that stops the server
 * @throws CredWatchError if an address is not available
 */
export async function startReportMonitor(
  flags: ListeningFlags,
  { createRoute, checkHealth, onError }: ReportRoutes,
  io: Io,
): Promise<() => Promise<void>> {
  const { origins, close } = await startMonitor({
    listen: parseListenAddresses(flags),
    allowedHosts: [io.machine, ...flags.allowHost],
    routes: new Map([
      ['/', createRoute('html')],
      ['/report.json', createRoute('json')],
      ['/metrics', createRoute('prometheus')],
      ['/healthz', checkHealth],
    ]),
    onError,
  });
  for (const origin of origins) await printNote(io, `serving ${origin}/`);
  return close;
}
