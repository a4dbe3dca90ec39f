import type { Instant } from '../domain/model.ts';

/** One request and what became of it, without its secrets. */
export interface SeenRequest {
  at: Instant;
  /** The User-Agent as it was sent, `''` if none was. Hostile text. */
  client: string;
  address: string;
  /** Null: no endpoint has such a path. */
  shape: 'imds' | 'ecs' | 'eks' | 'cloudshell' | null;
  kind: 'token' | 'role' | 'credentials' | 'metadata' | 'other';
  /** Of IMDS: `'2'` where a session token was used, or asked for. */
  apiVersion: '1' | '2' | '';
  method: string;
  path: string;
  /** Null: no whole answer was sent (reset, silence, truncated). */
  status: number | null;
  /** The kind of the fault that changed the answer. */
  fault: string | null;
  /** Of the credentials that were handed out. */
  accessKeyId: string | null;
}

export interface RequestCounts {
  requests: number;
  /** Requests for a session token, whatever the answer. */
  tokens: number;
  /** Answers that carried credentials. An error document has status 200 as well, and counts as none. */
  credentials: number;
  credentialsV1: number;
  credentialsV2: number;
  /** Requests for the role's name or other metadata of IMDS, whatever the answer. */
  metadataV1: number;
  metadataV2: number;
  /** Answers with a status of 400 and above, and requests without a whole answer. */
  failed: number;
  /** Answers that a fault changed or swallowed. */
  faulted: number;
  /** Different sets of credentials handed out. */
  credentialSets: number;
  /** The most frequent first. Null: no whole answer. */
  responses: { status: number | null; count: number }[];
  /** The most frequent first. */
  faults: { kind: string; count: number }[];
  /** Null where nobody asked. */
  firstAt: Instant | null;
  lastAt: Instant | null;
}

/** Who a request came from. */
export interface Client {
  /** The products that its User-Agent names, `''` if it sent none. Hostile text. */
  name: string;
  address: string;
  /** All that came when as many clients as are kept apart were known; they have no name and no address. */
  others: boolean;
}

export interface ClientTraffic extends Client, RequestCounts {
  shape: SeenRequest['shape'];
}

/** Who was given data by IMDS without a session token. */
export interface V1Client extends Client {
  responses: number;
  firstAt: Instant;
  lastAt: Instant;
  /** It was given data with a session token, too. */
  usesV2: boolean;
}

export interface TrafficSummary {
  /** Clients are those kept apart; `others` tells whether there were more. */
  totals: RequestCounts & { clients: number; others: boolean };
  /** One a client and shape, the most requests first, then by name. */
  clients: ClientTraffic[];
  /** In the order of `clients`. Null where IMDS was not asked at all. */
  v1Clients: V1Client[] | null;
}

/** What keeps the memory flat: beyond these, whatever else comes is counted together. */
const CLIENTS_KEPT_APART = 500;
const FAULTS_KEPT_APART = 30;
const LONGEST_USER_AGENT = 1000;
const LONGEST_NAME = 100;

/** Two generations each of IMDSv1, IMDSv2, ECS, EKS and CloudShell may take turns, and some more. */
const KEYS_REMEMBERED = 16;

interface Tally extends Omit<RequestCounts, 'responses' | 'faults'> {
  answers: Map<number | null, number>;
  faults: Map<string, number>;
  /** Ids of the sets that were handed out last, the newest at the end. */
  keys: string[];
  v1: Pick<V1Client, 'responses' | 'firstAt' | 'lastAt'> | null;
  usesV2: boolean;
}

type Row = Pick<ClientTraffic, 'shape'> & { client: Client; tally: Tally };

/** Who asked what. It grows with the number of clients up to a limit, and never with the number of requests. */
export class Traffic {
  readonly #total = newTally();
  readonly #clients = new Set<string>();
  readonly #rows = new Map<string, Row>();
  /** A client asks several times in a row, and its User-Agent takes longer to read than all else here. */
  #last = { userAgent: '', name: '' };

  record(request: SeenRequest): void {
    count(this.#total, request);
    count(this.#rowOf(request).tally, request);
  }

  summarise(): TrafficSummary {
    const rows = [...this.#rows.values()].sort(
      (a, b) => b.tally.requests - a.tally.requests || (nameOf(a) < nameOf(b) ? -1 : 1),
    );
    const imds = rows.filter(({ shape }) => shape === 'imds');
    const v1Clients = imds.flatMap(({ client, tally: { v1, usesV2 } }) =>
      v1 === null ? [] : [{ ...client, ...v1, usesV2 }],
    );
    return {
      totals: {
        ...countsOf(this.#total),
        clients: this.#clients.size,
        others: rows.some(({ client }) => client.others),
      },
      clients: rows.map(({ client, shape, tally }) => ({ ...client, shape, ...countsOf(tally) })),
      v1Clients: imds.length === 0 ? null : v1Clients,
    };
  }

  #rowOf({ client: userAgent, address, shape }: SeenRequest): Row {
    if (userAgent !== this.#last.userAgent) this.#last = { userAgent, name: clientName(userAgent) };
    const { name } = this.#last;
    const client = `${address} ${name}`;
    const others = !this.#clients.has(client) && this.#clients.size >= CLIENTS_KEPT_APART;
    const key = others ? `${shape}` : `${shape} ${client}`;
    const known = this.#rows.get(key);
    if (known !== undefined) return known;
    if (!others) this.#clients.add(client);
    const who = others ? { name: '', address: '', others } : { name, address, others };
    const row = { client: who, shape, tally: newTally() };
    this.#rows.set(key, row);
    return row;
  }
}

/** No two rows have the same. */
const nameOf = ({ client, shape }: Row) => [client.name, client.address, shape].join('\0');

/**
 * Parts of a User-Agent that differ between requests of one program: what the AWS SDKs say of the call that they make
 * the request for, of settings, features and session (`api/s3#1.2 md/command#s3.ls m/E,Z sid/35033f4ca1bd`).
 */
const PASSING = new Set(['api', 'cfg', 'command', 'ft', 'm', 'md', 'prompt', 'sid', 'ua']);

/** In place of a version, an id of a request or a session. */
const ID = /[\da-f-]{12}/i;

/** `aws-cli/2.9.19 Python/3.11.2 Linux/6.1`: the products, without comments, passing parts and ids. */
function clientName(userAgent: string): string {
  const text = userAgent.slice(0, LONGEST_USER_AGENT).trim();
  const products = text
    .replace(/\([^()]*\)/g, ' ')
    .split(/\s+/)
    .flatMap((word) => {
      const [product = '', ...version] = word.split('/');
      if (product === '' || version.length === 0 || PASSING.has(product)) return [];
      return [ID.test(version.join('/')) ? product : word];
    });
  return ownCopy((products.length === 0 ? text : products.join(' ')).slice(0, LONGEST_NAME));
}

/** V8 keeps a whole text alive for a part that was cut out of it, here up to the size of a request's head. */
const ownCopy = (text: string) => Buffer.from(text).toString();

function newTally(): Tally {
  return {
    requests: 0,
    tokens: 0,
    credentials: 0,
    credentialsV1: 0,
    credentialsV2: 0,
    metadataV1: 0,
    metadataV2: 0,
    failed: 0,
    faulted: 0,
    credentialSets: 0,
    answers: new Map(),
    faults: new Map(),
    firstAt: null,
    lastAt: null,
    keys: [],
    v1: null,
    usesV2: false,
  };
}

function count(tally: Tally, request: SeenRequest): void {
  const { at, kind, status, apiVersion, fault } = request;
  tally.requests++;
  tally.firstAt = Math.min(tally.firstAt ?? at, at);
  tally.lastAt = Math.max(tally.lastAt ?? at, at);
  tally.answers.set(status, (tally.answers.get(status) ?? 0) + 1);
  if (status === null || status >= 400) tally.failed++;
  if (fault !== null) countFault(tally, fault);
  if (kind === 'token') tally.tokens++;
  const metadata = kind === 'role' || kind === 'metadata';
  if (metadata && apiVersion === '1') tally.metadataV1++;
  if (metadata && apiVersion === '2') tally.metadataV2++;
  countCredentials(tally, request);
  countVersions(tally, request);
}

function countFault(tally: Tally, fault: string): void {
  const kind = tally.faults.has(fault) || tally.faults.size < FAULTS_KEPT_APART ? fault : 'other';
  tally.faulted++;
  tally.faults.set(kind, (tally.faults.get(kind) ?? 0) + 1);
}

function countCredentials(tally: Tally, { kind, status, apiVersion, accessKeyId }: SeenRequest): void {
  if (kind !== 'credentials' || status !== 200 || accessKeyId === null) return;
  tally.credentials++;
  if (apiVersion === '1') tally.credentialsV1++;
  if (apiVersion === '2') tally.credentialsV2++;
  if (tally.keys.at(-1) === accessKeyId) return;
  if (!tally.keys.includes(accessKeyId)) tally.credentialSets++;
  tally.keys = [...tally.keys.filter((key) => key !== accessKeyId), accessKeyId].slice(-KEYS_REMEMBERED);
}

/** Only data counts: to ask for a session token, or to be turned away without one, is no use of a version. */
function countVersions(tally: Tally, { at, kind, status, apiVersion }: SeenRequest): void {
  if (kind === 'token' || status === null || status < 200 || status > 299) return;
  if (apiVersion === '2') tally.usesV2 = true;
  if (apiVersion !== '1') return;
  const { responses = 0, firstAt = at, lastAt = at } = tally.v1 ?? {};
  tally.v1 = { responses: responses + 1, firstAt: Math.min(firstAt, at), lastAt: Math.max(lastAt, at) };
}

function countsOf(tally: Tally): RequestCounts {
  const { answers, faults, keys: _keys, v1: _v1, usesV2: _usesV2, ...counts } = tally;
  return {
    ...counts,
    responses: [...answers].map(([status, times]) => ({ status, count: times })).sort(mostFirst),
    faults: [...faults].map(([kind, times]) => ({ kind, count: times })).sort(mostFirst),
  };
}

const mostFirst = (a: { count: number }, b: { count: number }) => b.count - a.count;
