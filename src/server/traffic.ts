import type {
  Client,
  ClientTraffic,
  LoggedRequest,
  RequestCounts,
  TrafficSummary,
  V1Client,
} from '../domain/simulation-traffic.ts';
import { parseClientName } from './client-name.ts';
import type { HandledRequest } from './endpoint-request.ts';

/** A request and its outcome, without secrets. */
export type SeenRequest = LoggedRequest & Pick<HandledRequest, 'shape' | 'kind' | 'apiVersion'>;

/** These limits bound the memory. Clients and faults above a limit are counted together. */
const MAX_CLIENTS = 500;
const MAX_FAULTS = 30;

/** Enough for two alternating generations each of IMDSv1, IMDSv2, ECS, EKS and CloudShell. */
const MAX_RECENT_KEYS = 16;

interface Counters extends Omit<RequestCounts, 'responses' | 'faults'> {
  statuses: Map<number | null, number>;
  faults: Map<string, number>;
  /** Key ids of the sets served last, the newest at the end. */
  recentKeys: string[];
  v1: Pick<V1Client, 'responses' | 'firstAt' | 'lastAt'> | null;
  usesV2: boolean;
}

interface Row {
  client: Client;
  shape: ClientTraffic['shape'];
  counters: Counters;
}

/** Counts requests per client and shape. Memory grows with clients, up to a limit. */
export class Traffic {
  readonly #total = createCounters();
  readonly #clients = new Set<string>();
  readonly #rows = new Map<string, Row>();
  /** Cache: clients send several requests in a row, and parsing the User-Agent is slow. */
  #lastClient = { userAgent: '', name: '' };

  record(request: SeenRequest): void {
    count(this.#total, request);
    count(this.#findRow(request).counters, request);
  }

  summarise(): TrafficSummary {
    const rows = [...this.#rows.values()].sort(
      (a, b) => b.counters.requests - a.counters.requests || (getSortKey(a) < getSortKey(b) ? -1 : 1),
    );
    const imds = rows.filter(({ shape }) => shape === 'imds');
    const v1Clients = imds.flatMap(({ client, counters: { v1, usesV2 } }) =>
      v1 === null ? [] : [{ ...client, ...v1, usesV2 }],
    );
    return {
      totals: {
        ...toRequestCounts(this.#total),
        clients: this.#clients.size,
        others: rows.some(({ client }) => client.others),
      },
      clients: rows.map(({ client, shape, counters }) => ({
        ...client,
        shape,
        ...toRequestCounts(counters),
      })),
      v1Clients: imds.length === 0 ? null : v1Clients,
    };
  }

  /** Returns the row of a request, and creates it for a new client. */
  #findRow({ client: userAgent, address, shape }: SeenRequest): Row {
    if (userAgent !== this.#lastClient.userAgent) {
      this.#lastClient = { userAgent, name: parseClientName(userAgent) };
    }
    const { name } = this.#lastClient;
    const clientKey = `${address} ${name}`;
    const others = !this.#clients.has(clientKey) && this.#clients.size >= MAX_CLIENTS;
    const rowKey = others ? `${shape}` : `${shape} ${clientKey}`;
    const existing = this.#rows.get(rowKey);
    if (existing !== undefined) return existing;
    if (!others) this.#clients.add(clientKey);
    const client = others ? { name: '', address: '', others } : { name, address, others };
    const row = { client, shape, counters: createCounters() };
    this.#rows.set(rowKey, row);
    return row;
  }
}

/** Unique per row, so that the order of rows is deterministic. */
const getSortKey = ({ client, shape }: Row) => [client.name, client.address, shape].join('\0');

function createCounters(): Counters {
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
    statuses: new Map(),
    faults: new Map(),
    firstAt: null,
    lastAt: null,
    recentKeys: [],
    v1: null,
    usesV2: false,
  };
}

function count(counters: Counters, request: SeenRequest): void {
  const { at, kind, status, apiVersion, fault } = request;
  counters.requests++;
  counters.firstAt = Math.min(counters.firstAt ?? at, at);
  counters.lastAt = Math.max(counters.lastAt ?? at, at);
  counters.statuses.set(status, (counters.statuses.get(status) ?? 0) + 1);
  if (status === null || status >= 400) counters.failed++;
  if (fault !== null) countFault(counters, fault);
  if (kind === 'token') counters.tokens++;
  const isMetadata = kind === 'role' || kind === 'metadata';
  if (isMetadata && apiVersion === '1') counters.metadataV1++;
  if (isMetadata && apiVersion === '2') counters.metadataV2++;
  countCredentials(counters, request);
  countVersions(counters, request);
}

function countFault(counters: Counters, fault: string): void {
  const kind = counters.faults.has(fault) || counters.faults.size < MAX_FAULTS ? fault : 'other';
  counters.faulted++;
  counters.faults.set(kind, (counters.faults.get(kind) ?? 0) + 1);
}

function countCredentials(counters: Counters, { kind, status, apiVersion, accessKeyId }: SeenRequest): void {
  if (kind !== 'credentials' || status !== 200 || accessKeyId === null) return;
  counters.credentials++;
  if (apiVersion === '1') counters.credentialsV1++;
  if (apiVersion === '2') counters.credentialsV2++;
  if (counters.recentKeys.at(-1) === accessKeyId) return;
  if (!counters.recentKeys.includes(accessKeyId)) counters.credentialSets++;
  const others = counters.recentKeys.filter((key) => key !== accessKeyId);
  counters.recentKeys = [...others, accessKeyId].slice(-MAX_RECENT_KEYS);
}

/** Counts the use of IMDS versions. Token requests and rejected requests do not count as use. */
function countVersions(counters: Counters, { at, kind, status, apiVersion }: SeenRequest): void {
  if (kind === 'token' || status === null || status < 200 || status > 299) return;
  if (apiVersion === '2') counters.usesV2 = true;
  if (apiVersion !== '1') return;
  const { responses = 0, firstAt = at, lastAt = at } = counters.v1 ?? {};
  counters.v1 = { responses: responses + 1, firstAt: Math.min(firstAt, at), lastAt: Math.max(lastAt, at) };
}

function toRequestCounts(counters: Counters): RequestCounts {
  const { statuses, faults, recentKeys: _keys, v1: _v1, usesV2: _usesV2, ...counts } = counters;
  return {
    ...counts,
    responses: [...statuses].map(([status, times]) => ({ status, count: times })).sort(byCountDescending),
    faults: [...faults].map(([kind, times]) => ({ kind, count: times })).sort(byCountDescending),
  };
}

const byCountDescending = (a: { count: number }, b: { count: number }) => b.count - a.count;
