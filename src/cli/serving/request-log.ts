import type { Seconds } from '../../domain/model.ts';
import { redactSecretWords } from '../../key-id.ts';
import { redactText } from '../../redact.ts';
import {
  formatServedRequestJson,
  formatServedRequestLine,
  type ServedRequest,
} from '../../report/serving/events.ts';
import { formatCount } from '../../report/text/format-values.ts';
import type { ServedExchange } from '../../server/serving/served-exchange.ts';
import { Traffic } from '../../server/traffic.ts';
import type { Io } from '../process/io.ts';
import { createLogOutput } from '../process/log-output.ts';
import { printNote, printWarning } from '../process/messages.ts';
import type { ServeFlags } from './serve-flags.ts';

/**
 * Writes a line for each request, and counts requests for the summary.
 * @param getClockOffset the host's clock minus AWS's, by which credentials expire
 */
export function createRequestLog(
  { log, format }: Pick<ServeFlags, 'log' | 'format'>,
  getClockOffset: () => Seconds,
  io: Io,
) {
  const traffic = new Traffic();
  const output = format === 'json' ? io.stdout : io.stderr;
  let isHostReported = false;
  const write = createLogOutput(output, {
    onDropped: (count) => void printNote(io, ...describeDroppedLines(count)),
    onError: (error) => void printWarning(io, ...describeLogError(error)),
  });
  /** The response has the form of the real endpoint, without an explanation. */
  const reportHost = (host: string) => {
    const hint = 'use an address on which the server listens, or add --allow-host NAME';
    if (!isHostReported) void printNote(io, `rejected a request to the host '${redactText(host)}'`, hint);
    isHostReported = true;
  };
  return {
    traffic,
    /** Writes a line to the log. */
    write,
    onExchange(exchange: ServedExchange): void {
      if (exchange.rejectedHost !== null) reportHost(exchange.rejectedHost);
      // Monitoring requests these pages every few seconds.
      if (exchange.kind === 'route') return;
      const request = toServedRequest(exchange, exchange.kind, getClockOffset());
      traffic.record({
        ...request,
        shape: exchange.shape,
        kind: exchange.kind,
        apiVersion: exchange.apiVersion,
      });
      if (log) write(format === 'json' ? formatServedRequestJson(request) : formatServedRequestLine(request));
    },
  };
}

const describeDroppedLines = (count: number) =>
  [
    `${formatCount(count, 'line')} of the log ${count === 1 ? 'was' : 'were'} dropped, because no program read the log`,
    'use --no-log, or a faster reader',
  ] as const;

/** Serving continues, because clients need the credentials more than the log. */
const describeLogError = (error: unknown) =>
  [
    `the log ends here, and the credentials are still served: ${error instanceof Error ? error.message : ''}`,
    'free disk space and restart the server, or write the log to another file',
  ] as const;

function toServedRequest(exchange: ServedExchange, kind: string, clockOffset: Seconds): ServedRequest {
  const { at, role, shape, apiVersion, method, path, status, client, connection, peer, credentials } =
    exchange;
  return {
    at: at - clockOffset * 1000,
    client: redactSecretWords(client),
    address: connection.remoteAddress,
    shape,
    kind,
    apiVersion,
    method,
    path,
    status,
    fault: null,
    accessKeyId: credentials?.loggedKeyId ?? null,
    role,
    expiration: credentials?.expiration ?? null,
    peer,
  };
}
