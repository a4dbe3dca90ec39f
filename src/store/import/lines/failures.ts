import type { FailureReason } from '../../../domain/model.ts';

/** Exit codes of curl. All others count as unreachable. */
const CURL_REASONS: Readonly<Record<number, FailureReason>> = {
  28: 'timeout',
  47: 'redirect',
  63: 'response-too-large',
};

const CURL = /\bcurl: \((\d{1,3})\)(?:.*\b(?:error|code)[: ]+(\d{3})\b)?/;

/** Messages of PowerShell, wget and Python. */
const OTHER =
  /^(?:Invoke-(?:RestMethod|WebRequest) ?:|wget: |(?:requests|urllib3?)\.[\w.]*(?:Error|Timeout)\b)|Unable to connect to the remote server|The operation has timed out|Connection (?:refused|timed out)|No route to host/;

/** Finds why a poll failed, from the error message of another program. Null for any other text. */
export function findFailureReason(text: string): FailureReason | null {
  const [match, code, status] = CURL.exec(text) ?? [];
  if (match !== undefined) {
    return status === undefined
      ? (CURL_REASONS[Number(code)] ?? 'unreachable')
      : findStatusReason(Number(status));
  }
  const [, title] = /<(?:title|h1)>([45]\d\d)\b/.exec(text.slice(0, 1000)) ?? [];
  if (title !== undefined) return findStatusReason(Number(title));
  if (text.length > 1000 || !OTHER.test(text)) return null;
  return /time(?:d )?out/i.test(text) ? 'timeout' : 'unreachable';
}

/**
 * Returns the reason for an HTTP status of a log. Sources know more than a log: whether a request had a token, and what
 * the body says. So this table is not the one of `src/sources/http/status.ts`.
 */
export function findStatusReason(status: number): FailureReason {
  if (status === 401) return 'auth-rejected';
  if (status === 403) return 'access-denied';
  if (status === 404) return 'not-found';
  if (status === 429) return 'throttled';
  if (status >= 500) return 'server-error';
  return status >= 400 ? 'bad-request' : 'unexpected-status';
}
