import type { ExchangeSummary } from '../../domain/conformance/check-result.ts';
import { redactText } from '../../redact.ts';
import { Secret } from '../../secret.ts';
import { containsSecret } from '../role-name.ts';
import type { Exchange } from './prober.ts';

const REDACTED = '[redacted]';

/** What a report may show of an exchange. Called when all secrets are known, because an early response can quote later ones. */
export function summarizeExchange(exchange: Exchange, secrets: ReadonlySet<string>): ExchangeSummary {
  const { number, request, startedAt, durationMs, response, failure } = exchange;
  const show = (name: string, value: string) =>
    [redactText(name, secrets), redactText(value, secrets)] as const;
  return {
    number,
    method: request.method,
    path: redactPath(request.path, secrets),
    requestHeaders: Object.entries(request.headers ?? {}).map(([name, value]) =>
      value instanceof Secret ? [name, REDACTED] : show(name, value),
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
  };
}

/** The id in the path of a container endpoint gives access to the credentials. */
export const redactPath = (path: string, secrets: ReadonlySet<string>): string =>
  path
    .split(/([/?&=])/)
    .map((part) => (containsSecret(part, secrets) ? REDACTED : part))
    .join('');
