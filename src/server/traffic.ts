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
export type CountedRequest = LoggedRequest & Pick<HandledRequest, 'shape' | 'kind' | 'apiVersion'>;

/** These limits bound the memory. Clients and faults above a limit are counted together. */
const MAX_CLIENTS = 500;
const MAX_FAULTS = 30;

/** Enough for two alternating generations each of IMDSv1, IMDSv2, ECS, EKS and CloudShell. */
const MAX_RECENT_KEYS = 16;

interface Row {
  client: Client;
  shape: ClientTraffic['shape'];
  counters: Counters;
}

/** Counts requests per client and shape. Memory grows with clients, up to a limit. */
export class Traffic {
  readonly #total = new Counters();
  readonly #clients = new Set<string>();
  readonly #rows = new Map<string, Row>();
  /** Cache: clients send several requests in a row, and parsing the User-Agent is slow. */
  #lastClient = { userAgent: '', name: '' };

  record(request: CountedRequest): void {
    this.#total.count(request);
    this.#findRow(request).counters.count(request);
  }

  summarise(): TrafficSummary {
    const rows = [...this.#rows.values()].sort(
      (a, b) =>
        b.counters.counts.requests - a.counters.counts.requests || (getSortKey(a) < getSortKey(b) ? -1 : 1),
    );
    const imds = rows.filter(({ shape }) => shape === 'imds');
    const v1Clients = imds.flatMap(({ client, counters: { v1, usesV2 } }) =>
      v1 === null ? [] : [{ ...client, ...v1, usesV2 }],
    );
    return {
      totals: {
        ...this.#total.toRequestCounts(),
        clients: this.#clients.size,
        others: rows.some(({ client }) => client.others),
      },
      clients: rows.map(({ client, shape, counters }) => ({
        ...client,
        shape,
        ...counters.toRequestCounts(),
      })),
      v1Clients: imds.length === 0 ? null : v1Clients,
    };
  }

  /** Returns the row of a request, and creates it for a new client. */
  #findRow({ client: userAgent, address, shape }: CountedRequest): Row {
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
    const row = { client, shape, counters: new Counters() };
    this.#rows.set(rowKey, row);
    return row;
  }
}

/** Unique per row, so that the order of rows is deterministic. */
const getSortKey = ({ client, shape }: Row) => [client.name, client.address, shape].join('\0');

class Counters {
  readonly counts: Omit<RequestCounts, 'responses' | 'faults'> = {
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
    firstAt: null,
    lastAt: null,
  };
  /** The use of IMDSv1; null if there was none. */
  v1: Pick<V1Client, 'responses' | 'firstAt' | 'lastAt'> | null = null;
  usesV2 = false;
  readonly #statuses = new Map<number | null, number>();
  readonly #faults = new Map<string, number>();
  /** Key ids of the sets served last, the newest at the end. */
  #recentKeys: string[] = [];

  count(request: CountedRequest): void {
    const { at, kind, status, apiVersion, fault } = request;
    const { counts } = this;
    counts.requests++;
    counts.firstAt = Math.min(counts.firstAt ?? at, at);
    counts.lastAt = Math.max(counts.lastAt ?? at, at);
    increment(this.#statuses, status);
    if (status === null || status >= 400) counts.failed++;
    if (fault !== null) {
      counts.faulted++;
      increment(this.#faults, this.#faults.has(fault) || this.#faults.size < MAX_FAULTS ? fault : 'other');
    }
    if (kind === 'token') counts.tokens++;
    const isMetadata = kind === 'role' || kind === 'metadata';
    if (isMetadata && apiVersion === '1') counts.metadataV1++;
    if (isMetadata && apiVersion === '2') counts.metadataV2++;
    this.#countCredentials(request);
    this.#countVersions(request);
  }

  #countCredentials({ kind, status, apiVersion, accessKeyId }: CountedRequest): void {
    if (kind !== 'credentials' || status !== 200 || accessKeyId === null) return;
    this.counts.credentials++;
    if (apiVersion === '1') this.counts.credentialsV1++;
    if (apiVersion === '2') this.counts.credentialsV2++;
    if (this.#recentKeys.at(-1) === accessKeyId) return;
    const others = this.#recentKeys.filter((key) => key !== accessKeyId);
    if (others.length === this.#recentKeys.length) this.counts.credentialSets++;
    this.#recentKeys = [...others, accessKeyId].slice(-MAX_RECENT_KEYS);
  }

  /** Counts the use of IMDS versions. Token requests and rejected requests do not count as use. */
  #countVersions({ at, kind, status, apiVersion }: CountedRequest): void {
    if (kind === 'token' || status === null || status < 200 || status > 299) return;
    if (apiVersion === '2') this.usesV2 = true;
    if (apiVersion !== '1') return;
    const { responses = 0, firstAt = at, lastAt = at } = this.v1 ?? {};
    this.v1 = { responses: responses + 1, firstAt: Math.min(firstAt, at), lastAt: Math.max(lastAt, at) };
  }

  toRequestCounts(): RequestCounts {
    return {
      ...this.counts,
      responses: rankByCount(this.#statuses).map(([status, count]) => ({ status, count })),
      faults: rankByCount(this.#faults).map(([kind, count]) => ({ kind, count })),
    };
  }
}

function increment<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

const rankByCount = <Key>(counts: ReadonlyMap<Key, number>) => [...counts].sort(([, a], [, b]) => b - a);
