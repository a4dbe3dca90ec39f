import type { Instant } from '../../domain/model.ts';
import { formatInstant, secondsBetween } from '../../domain/time/instant.ts';
import { describeSimulation, ONE_BLOCK_PER_CLIENT, type SimulationFacts } from '../messages/simulation.ts';
import { formatNullableInstant, formatRemaining, formatTimestamp } from '../text/format-values.ts';
import { escapeUnprintable, formatUserAgent, maskKeyId, truncateText } from '../text/untrusted-text.ts';

/** One request to the simulator; `client` is its User-Agent. What comes from clients may be anything. */
export interface LoggedRequest {
  at: Instant;
  client: string;
  address: string;
  shape: string | null;
  kind: string;
  apiVersion: string;
  method: string;
  path: string;
  status: number | null;
  fault: string | null;
  accessKeyId: string | null;
}

export interface RequestDetails {
  /** What came in place of an answer: `reset`, `truncated`, …; null where there was one. */
  incompleteReason: string | null;
  /** Of the credentials that were handed out. */
  expiration: Instant | null;
}

/** The longest path that a client has reason to ask for ends in a role's name of 64 characters. */
const PATH_WIDTH = 120;
const CLIENT_WIDTH = 40;
const CLIENT_LENGTH = 100;
const WORD_WIDTH = 20;
const FAULT_WIDTH = 60;

/** One line of the log: when, what was asked, what was answered, to whom. */
export function formatRequestLine(request: LoggedRequest, details: RequestDetails): string {
  const { at, method, path, status, apiVersion, fault, client } = request;
  const credentials = credentialsText(request, details);
  return [
    formatTimestamp(at),
    `${truncateText(method, WORD_WIDTH)} ${truncateText(path, PATH_WIDTH)}`,
    status === null ? truncateText(details.incompleteReason ?? 'no answer', WORD_WIDTH) : String(status),
    ...(apiVersion === '' ? [] : [`v${truncateText(apiVersion, WORD_WIDTH)}`]),
    ...(credentials === '' ? [] : [credentials]),
    formatUserAgent(client, CLIENT_WIDTH),
    ...(fault === null ? [] : [`fault: ${truncateText(fault, FAULT_WIDTH)}`]),
  ].join('  ');
}

function credentialsText({ at, accessKeyId }: LoggedRequest, { expiration }: RequestDetails): string {
  if (accessKeyId === null) return '';
  if (expiration === null) return maskKeyId(accessKeyId);
  return `${maskKeyId(accessKeyId)} ${formatRemaining(secondsBetween(at, expiration))}`;
}

/** The same as one line of JSON. */
export function formatRequestJson(
  request: LoggedRequest,
  { incompleteReason, expiration }: RequestDetails,
): string {
  const { at, client, address, shape, kind, apiVersion, method, path, status, fault, accessKeyId } = request;
  return JSON.stringify({
    schema_version: 1,
    event: 'request',
    at: formatInstant(at),
    method: truncateText(method, WORD_WIDTH),
    path: escapeUnprintable(path),
    status,
    instead: status === null ? (incompleteReason ?? 'no answer') : null,
    shape,
    asked: kind,
    api_version: apiVersion,
    access_key_id: accessKeyId && maskKeyId(accessKeyId),
    expiration: formatNullableInstant(expiration),
    remaining_seconds: expiration === null ? null : secondsBetween(at, expiration),
    fault: fault === null ? null : escapeUnprintable(fault),
    client: client === '' ? null : truncateText(client, CLIENT_LENGTH),
    address: escapeUnprintable(address),
  });
}

/** What the simulator serves, and what tells a client to ask it. */
export interface StartedSimulation extends SimulationFacts {
  shapes: readonly { shape: string; environment: Readonly<Record<string, string>> }[];
}

/** Lines for a shell to read (`.` or `eval`); whatever is for people is a comment. */
export function formatListeningText(started: StartedSimulation): string {
  const { shapes } = started;
  const comments = [...describeSimulation(started), ...(shapes.length > 1 ? [ONE_BLOCK_PER_CLIENT] : [])];
  const blocks = shapes.map(({ shape, environment }) => [
    comment(shape),
    ...Object.entries(environment).map(([name, value]) => `export ${name}=${quoteForShell(value)}`),
    `unset ${WINNING.filter((name) => !Object.hasOwn(environment, name)).join(' ')}`,
  ]);
  return `${[comments.map(comment), ...blocks].map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** What an earlier rehearsal may have left behind, and what wins over the lines of another shape. */
const WINNING = [
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN',
  'AWS_EC2_METADATA_DISABLED',
];

/** A line end would end the comment, and the rest would be run. */
const comment = (text: string) => `# ${escapeUnprintable(text)}`;

/** Single quotes keep everything as it is but themselves. */
const quoteForShell = (value: string) =>
  /^[\w./:@%+,=-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;

/** The same as one line of JSON. */
export function formatListeningJson(started: StartedSimulation): string {
  return JSON.stringify({
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
