import type { ExchangeSummary } from '../../domain/conformance/check-result.ts';
import { createTextRedactor, redactText } from '../../redact.ts';
import { Secret } from '../../secret.ts';
import { containsSecret } from '../role-name.ts';
import type { Exchange } from './prober.ts';

const REDACTED = '[redacted]';

/**
 * What a report may show of the exchanges.
 * @param secrets of the whole run, because a faulty response can quote a secret of a later one
 */
export function summarizeExchanges(
  exchanges: readonly Exchange[],
  secrets: ReadonlySet<string>,
): ExchangeSummary[] {
  // Most header fields occur in every response.
  const redact = createTextRedactor((text) => redactText(text, secrets));
  const show = (name: string, value: string) => [redact(name), redact(value)] as const;
  return exchanges.map(({ number, request, startedAt, durationMs, response, failure }) => ({
    number,
    method: request.method,
    path: redactPath(request.path, secrets),
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

/** The id in the path of a container endpoint gives access to the credentials. */
const redactPath = (path: string, secrets: ReadonlySet<string>): string =>
  path
    .split(/([/?&=])/)
    .map((part) => (containsSecret(part, secrets) ? REDACTED : part))
    .join('');
