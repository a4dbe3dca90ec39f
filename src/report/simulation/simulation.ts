import type { Instant } from '../../domain/model.ts';
import { formatInstant, secondsBetween } from '../../domain/time/instant.ts';
import { ONE_BLOCK_EACH, type RehearsalFacts, rehearsalMessages } from '../messages/simulation.ts';
import { maskKeyId, printable, shorten, writeUserAgent } from '../text/printable.ts';
import { instantJson, writeInstant, writeRemaining } from '../text/writing.ts';

/** One request to the simulator; `client` is its User-Agent. What comes from clients may be anything. */
export interface LoggedRequest {
  at: Instant;
  client: string;
  address: string;
  shape: string | null;
  asked: string;
  apiVersion: string;
  method: string;
  path: string;
  status: number | null;
  fault: string | null;
  accessKeyId: string | null;
}

export interface RequestDetails {
  /** What came in place of an answer: `reset`, `truncated`, …; null where there was one. */
  instead: string | null;
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
export function requestLine(request: LoggedRequest, details: RequestDetails): string {
  const { at, method, path, status, apiVersion, fault, client } = request;
  const credentials = credentialsText(request, details);
  return [
    writeInstant(at),
    `${shorten(method, WORD_WIDTH)} ${shorten(path, PATH_WIDTH)}`,
    status === null ? shorten(details.instead ?? 'no answer', WORD_WIDTH) : String(status),
    ...(apiVersion === '' ? [] : [`v${shorten(apiVersion, WORD_WIDTH)}`]),
    ...(credentials === '' ? [] : [credentials]),
    writeUserAgent(client, CLIENT_WIDTH),
    ...(fault === null ? [] : [`fault: ${shorten(fault, FAULT_WIDTH)}`]),
  ].join('  ');
}

function credentialsText({ at, accessKeyId }: LoggedRequest, { expiration }: RequestDetails): string {
  if (accessKeyId === null) return '';
  if (expiration === null) return maskKeyId(accessKeyId);
  return `${maskKeyId(accessKeyId)} ${writeRemaining(secondsBetween(at, expiration))}`;
}

/** The same as one line of JSON. */
export function requestJson(request: LoggedRequest, { instead, expiration }: RequestDetails): string {
  const { at, client, address, shape, asked, apiVersion, method, path, status, fault, accessKeyId } = request;
  return JSON.stringify({
    schema_version: 1,
    event: 'request',
    at: formatInstant(at),
    method: shorten(method, WORD_WIDTH),
    path: printable(path),
    status,
    instead: status === null ? (instead ?? 'no answer') : null,
    shape,
    asked,
    api_version: apiVersion,
    access_key_id: accessKeyId && maskKeyId(accessKeyId),
    expiration: instantJson(expiration),
    remaining_seconds: expiration === null ? null : secondsBetween(at, expiration),
    fault: fault === null ? null : printable(fault),
    client: client === '' ? null : shorten(client, CLIENT_LENGTH),
    address: printable(address),
  });
}

/** What the simulator serves, and what tells a client to ask it. */
export interface StartedSimulation extends RehearsalFacts {
  shapes: readonly { shape: string; environment: Readonly<Record<string, string>> }[];
}

/** Lines for a shell to read (`.` or `eval`); whatever is for people is a comment. */
export function listeningText(started: StartedSimulation): string {
  const { shapes } = started;
  const comments = [...rehearsalMessages(started), ...(shapes.length > 1 ? [ONE_BLOCK_EACH] : [])];
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
const comment = (text: string) => `# ${printable(text)}`;

/** Single quotes keep everything as it is but themselves. */
const quoteForShell = (value: string) =>
  /^[\w./:@%+,=-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;

/** The same as one line of JSON. */
export function listeningJson(started: StartedSimulation): string {
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
