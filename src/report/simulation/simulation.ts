import type { Instant } from '../../domain/model.ts';
import type { LoggedRequest } from '../../domain/simulation-traffic.ts';
import { formatInstant } from '../../domain/time/instant.ts';
import { escapeUnprintable, toJson } from '../../untrusted-text.ts';
import { ONE_BLOCK_PER_CLIENT } from '../messages/serving/client-variables.ts';
import { describeSimulation, type SimulationFacts } from '../messages/simulation.ts';
import { formatClientVariables } from '../text/client-variables.ts';
import { formatTimestamp, formatUserAgent, truncateText } from '../text/format-values.ts';
import { buildClientJson, buildRequestJson, buildServedResourceJson } from '../text/request-json.ts';
import { CLIENT_WIDTH, formatRequestedPath, formatServedKey, WORD_WIDTH } from '../text/request-line.ts';

export interface RequestDetails {
  /** Why the client got no complete response (`reset`, `truncated`, …). Null if the status is not. */
  incompleteReason: string | null;
  /** Expiration of the served credentials; null if none were served. */
  expiration: Instant | null;
}

const FAULT_WIDTH = 60;

/** A log line: time, request, outcome, IMDS version, credentials, client, fault. */
export function formatRequestLine(request: LoggedRequest, details: RequestDetails): string {
  const { at, status, apiVersion, fault, client } = request;
  return [
    formatTimestamp(at),
    formatRequestedPath(request),
    status ?? details.incompleteReason,
    apiVersion === '' ? null : `v${truncateText(apiVersion, WORD_WIDTH)}`,
    formatServedKey(request, details.expiration),
    formatUserAgent(client, CLIENT_WIDTH),
    fault === null ? null : `fault: ${truncateText(fault, FAULT_WIDTH)}`,
  ]
    .filter((part) => part !== null)
    .join('  ');
}

/** The log line as one line of JSON. */
export function formatRequestJson(
  request: LoggedRequest,
  { incompleteReason, expiration }: RequestDetails,
): string {
  const { fault } = request;
  return toJson({
    ...buildRequestJson(request),
    incomplete_reason: incompleteReason,
    ...buildServedResourceJson(request, expiration),
    fault: fault === null ? null : escapeUnprintable(fault),
    ...buildClientJson(request),
  });
}

/** The facts of a started simulator, and the environment variables for its clients. */
export interface StartedSimulation extends SimulationFacts {
  shapes: readonly { shape: string; environment: Readonly<Record<string, string>> }[];
}

/** Lines for `.` or `eval` in a shell. Explanations are comments. */
export function formatListeningText(started: StartedSimulation): string {
  const { shapes } = started;
  const comments = [...describeSimulation(started), ...(shapes.length > 1 ? [ONE_BLOCK_PER_CLIENT] : [])];
  const blocks = shapes.map(({ shape, environment }) => [
    comment(shape),
    ...formatClientVariables(environment),
  ]);
  return `${[comments.map(comment), ...blocks].map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** Escapes line ends: the shell would run the text after one. */
const comment = (text: string) => `# ${escapeUnprintable(text)}`;

/** The facts of a started simulator as one line of JSON. */
export function formatListeningJson(started: StartedSimulation): string {
  return toJson({
    schema_version: 1,
    event: 'listening',
    started_at: formatInstant(started.startedAt),
    endpoints: started.endpoints,
    role: started.role,
    lifetime_seconds: started.lifetimeSeconds,
    rotate_every_seconds: started.rotateEverySeconds,
    jitter_seconds: started.jitterSeconds,
    seed: started.seed,
    scenario: started.scenario,
    faults: started.faults,
    environment: Object.fromEntries(started.shapes.map(({ shape, environment }) => [shape, environment])),
  });
}
