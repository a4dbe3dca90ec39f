import type { IncomingHttpHeaders } from 'node:http';
import type { Instant, Seconds } from '../domain/model.ts';
import type { FalseCredentials } from './credentials/false-credentials.ts';
import type { ActiveFaults } from './faults/fault-plan.ts';

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
}

/** A request, independent of the HTTP server that received it. */
export interface EndpointRequest {
  method: string;
  /** As the client sent it, without the query. */
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** Read lazily, because each address is a system call. */
  connection: Connection;
  now: Instant;
  /** The error that a `clock-skew` fault adds to the `Date` header. */
  dateSkew: Seconds;
  faults: ActiveFaults;
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

/** The kind of the requested resource. */
export type RequestKind = 'token' | 'role' | 'credentials' | 'metadata' | 'other';

/** A response and its facts for the log and the traffic summary. */
export interface HandledRequest {
  response: EndpointResponse;
  /** Null if the path belongs to no shape. */
  shape: Shape | null;
  kind: RequestKind;
  /** IMDS version: `'2'` if the client requested or used a session token; `''` for other shapes. */
  apiVersion: '1' | '2' | '';
  credentials: FalseCredentials | null;
  /** The error that a handler threw: a defect of the simulator. */
  internalError?: unknown;
}

/** A response, and the credentials in it. */
export type CredentialsResponse = [response: EndpointResponse, credentials?: FalseCredentials | null];

export const toHandledRequest = (
  shape: Shape | null,
  kind: RequestKind,
  [response, credentials = null]: CredentialsResponse,
): HandledRequest => ({ shape, kind, apiVersion: '', credentials, response });

/** The reason phrases of Go. IMDS has another one for 405. */
export const REASON_PHRASES: Readonly<Record<number, string>> = {
  200: 'OK',
  301: 'Moved Permanently',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  417: 'Expectation Failed',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** Builds the error response of one kind of endpoint for a status. */
export type ErrorResponder = (request: EndpointRequest, status: number) => EndpointResponse;

/** Returns null if the path belongs to another shape. */
export type RequestHandler = (request: EndpointRequest) => HandledRequest | null;

const formattedDates = new Map<number, string>();

/** The date format of RFC 9110. Cached, because the responses of one second share their dates. */
export function formatHttpDate(instant: Instant): string {
  const second = Math.floor(instant / 1000);
  const cached = formattedDates.get(second);
  if (cached !== undefined) return cached;
  if (formattedDates.size >= 16) formattedDates.clear();
  const date = new Date(second * 1000).toUTCString();
  formattedDates.set(second, date);
  return date;
}

export type ResponseTime = Pick<EndpointRequest, 'now' | 'dateSkew'>;

/** The value of the `Date` header. */
export const formatDateHeader = ({ now, dateSkew }: ResponseTime) => formatHttpDate(now + dateSkew * 1000);

/** `2026-11-22T06:23:11Z`: every client understands this form; some reject fractions and offsets. */
export const formatDocumentInstant = (instant: Instant) =>
  new Date(instant).toISOString().replace(/\.\d+/, '');
