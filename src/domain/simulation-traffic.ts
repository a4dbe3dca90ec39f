/** What a simulator knows about its clients. The server counts it, and the report shows it. */

import type { Instant } from './model.ts';

/** A request and its outcome, without secrets. */
export interface LoggedRequest {
  at: Instant;
  /** The User-Agent header as sent, `''` if there is none. Untrusted text. */
  client: string;
  address: string;
  /** Null if the path belongs to no shape. */
  shape: string | null;
  kind: string;
  /** IMDS version; `''` for other shapes. */
  apiVersion: string;
  method: string;
  path: string;
  /** Null if the client got no complete response. */
  status: number | null;
  /** The kinds of the faults that the client noticed (`status + header`). */
  fault: string | null;
  /** Null if the client got no credentials. */
  accessKeyId: string | null;
}

export interface RequestCounts {
  requests: number;
  /** Requests for a session token, with any outcome. */
  tokens: number;
  /** Responses with credentials. An error document does not count, although its status is 200. */
  credentials: number;
  credentialsV1: number;
  credentialsV2: number;
  /** Requests for the role list or other metadata of IMDS, with any outcome. */
  metadataV1: number;
  metadataV2: number;
  /** Responses with a status of 400 or above, and incomplete responses. */
  failed: number;
  /** Responses that a fault changed or prevented. */
  faulted: number;
  /** Different sets of credentials served. */
  credentialSets: number;
  /** The most frequent status first; null counts incomplete responses. */
  responses: { status: number | null; count: number }[];
  /** The most frequent first. */
  faults: { kind: string; count: number }[];
  /** Null if no client has made a request. */
  firstAt: Instant | null;
  lastAt: Instant | null;
}

export interface Client {
  /** The products of the User-Agent, `''` if there is none. Untrusted text. */
  name: string;
  address: string;
  /** True for the row that counts all clients above the limit together; then name and address are `''`. */
  others: boolean;
}

export interface ClientTraffic extends Client, RequestCounts {
  /** Null for requests that belong to no shape. */
  shape: string | null;
}

/** A client that got IMDS data without a session token. */
export interface V1Client extends Client {
  responses: number;
  firstAt: Instant;
  lastAt: Instant;
  /** The client also got data with a session token. */
  usesV2: boolean;
}

export interface TrafficSummary {
  /** `clients` is the number of separately counted clients; `others` is true if there were more. */
  totals: RequestCounts & { clients: number; others: boolean };
  /** One row per client and shape, the most requests first, then by name. */
  clients: ClientTraffic[];
  /** In the order of `clients`. Null if no client sent a request to IMDS. */
  v1Clients: V1Client[] | null;
}
