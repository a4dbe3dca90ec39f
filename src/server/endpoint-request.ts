import type { Instant, Seconds } from '../domain/model.ts';
import { memoize } from './cache.ts';
import type { RequestFaults } from './faults/fault-plan.ts';
import type { ServedCredentials } from './served-credentials.ts';
import type { RequestHeaders } from './wire/request-headers.ts';

export const SHAPES = ['imds', 'ecs', 'eks', 'cloudshell'] as const;
/** The endpoint that the simulator imitates. */
export type Shape = (typeof SHAPES)[number];

/** The IMDS versions that the simulator enables. */
export const IMDS_MODES = ['both', 'v2', 'v1'] as const;
export type ImdsMode = (typeof IMDS_MODES)[number];

/** The addresses of a connection; undefined after the connection has closed. */
export interface Connection {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
}

/** A request, independent of the HTTP server that received it. */
export interface EndpointRequest {
  method: string;
  /** As the client sent it, without the query; `//latest` has become `/latest`. */
  path: string;
  query: URLSearchParams;
  headers: RequestHeaders;
  httpVersion: string;
  /** Read lazily, because each address is a system call. */
  connection: Connection;
  now: Instant;
  /** The error that a `clock-skew` fault adds to the `Date` header. */
  dateSkew: Seconds;
  faults: RequestFaults;
}

/** Name and value. Headers are lists, because their order is part of the simulation. */
export type Header = readonly [name: string, value: string];

export interface EndpointResponse {
  status: number;
  reasonPhrase: string;
  headers: readonly Header[];
  body: string | Buffer;
  httpVersion: '1.1' | '1.0';
}

/** A response and its facts for the log and the traffic summary. */
export interface HandledRequest {
  response: EndpointResponse;
  /** Null if the path belongs to no shape. */
  shape: Shape | null;
  /** The kind of the requested resource. */
  kind: 'token' | 'role' | 'credentials' | 'metadata' | 'other';
  /** IMDS version: `'2'` if the client requested or used a session token; `''` for other shapes. */
  apiVersion: '1' | '2' | '';
  credentials: ServedCredentials | null;
  /** The Host header, if it was rejected. */
  rejectedHost?: string;
  /** The error that a handler threw: a defect of the simulator. */
  internalError?: unknown;
}

/** The result of a shape. The dispatcher adds the shape and the defaults. */
export type ShapeResult = Pick<HandledRequest, 'kind' | 'response'> & Partial<HandledRequest>;

/** The result of a request for credentials. An error response has no credentials. */
export const toCredentialsResult = (
  response: EndpointResponse,
  credentials: ServedCredentials | null = null,
): ShapeResult => ({ kind: 'credentials', response, credentials });

const formatHttpSecond = memoize((second: Seconds) => new Date(second * 1000).toUTCString());

/** The date format of RFC 9110. */
export const formatHttpDate = (instant: Instant) => formatHttpSecond(Math.floor(instant / 1000));

export type ResponseTime = Pick<EndpointRequest, 'now' | 'dateSkew'>;

/** The value of the `Date` header. */
export const formatDateHeader = ({ now, dateSkew }: ResponseTime) => formatHttpDate(now + dateSkew * 1000);

/** `2026-11-22T06:23:11Z`: every client understands this form; some reject fractions and offsets. */
export const formatDocumentInstant = (instant: Instant) =>
  new Date(instant).toISOString().replace(/\.\d+/, '');
