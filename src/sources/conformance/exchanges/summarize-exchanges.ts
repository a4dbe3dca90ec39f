import type { ExchangeSummary } from '../../../domain/conformance/check-result.ts';
import { Secret } from '../../../secret.ts';
import type { KnownSecrets } from './known-secrets.ts';
import type { Exchange } from './prober.ts';

const REDACTED = '[redacted]';

/**
 * What a report may show of the exchanges.
 * @param secrets of the whole run, because a faulty response can quote a secret of a later one
 */
export function summarizeExchanges(exchanges: readonly Exchange[], secrets: KnownSecrets): ExchangeSummary[] {
  const show = (name: string, value: string) => [secrets.redact(name), secrets.redact(value)] as const;
  return exchanges.map(({ number, request, startedAt, durationMs, response, failure }) => ({
    number,
    method: request.method,
    path: secrets.redactPath(request.path),
    requestHeaders: Object.entries(request.headers ?? {}).map(([name, value]) =>
      value instanceof Secret ? [name, REDACTED] : [name, value],
    ),
    startedAt,
    durationMs,
    response:
      response === null
        ? (failure ?? { reason: 'connection-closed', detail: '' })
        : {
            status: response.status,
            headers: response.listHeaders().map(([name, value]) => show(name, value)),
            bodyLength: response.body === null ? null : Buffer.byteLength(response.body),
          },
  }));
}
