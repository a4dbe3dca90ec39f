import type { IncomingHttpHeaders } from 'node:http';
import type { Instant, Seconds } from '../domain/model.ts';
import type { FalseCredentials } from './credentials/false-credentials.ts';
import type { ActiveFaults } from './faults/fault-plan.ts';

export const SHAPES = ['imds', 'ecs', 'eks', 'cloudshell'] as const;
/** Whose endpoint is played. */
export type Shape = (typeof SHAPES)[number];

/** The ends of a connection; undefined once it is broken. */
export interface Connection {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  readonly localAddress?: string | undefined;
}

/** A request as everything behind the listener sees it. */
export interface EndpointRequest {
  method: string;
  /** As sent, without the query. */
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** Read only by whoever needs it: each address is a system call. */
  connection: Connection;
  now: Instant;
  /** By how much the answers' `Date` is wrong on purpose. */
  dateSkew: Seconds;
  faults: ActiveFaults;
}

/** Name and value, in the order of the wire. */
export type Header = readonly [name: string, value: string];

export interface EndpointResponse {
  status: number;
  reasonPhrase: string;
  headers: readonly Header[];
  body: string | Buffer;
  httpVersion: '1.1' | '1.0';
}

export const REQUEST_KINDS = ['token', 'role', 'credentials', 'metadata', 'other'] as const;
/** What a request was after. */
export type RequestKind = (typeof REQUEST_KINDS)[number];

/** An answer, and what the log and the final report are told of it. */
export interface HandledRequest {
  response: EndpointResponse;
  shape: Shape | null;
  kind: RequestKind;
  /** Of IMDS: 2 where a session token was asked for or used. */
  apiVersion: '1' | '2' | '';
  credentials: FalseCredentials | null;
  /** What was thrown where an answer should have been made: a defect of ours. */
  internalError?: unknown;
}

/** How one kind of endpoint says that something went wrong, where a fault asks for it. */
export type ErrorResponder = (inquiry: EndpointRequest, status: number) => EndpointResponse;

/** Null where the path belongs to another shape. */
export type RequestHandler = (inquiry: EndpointRequest) => HandledRequest | null;

const dates = new Map<number, string>();

/** RFC 9110, as every one of these servers writes it. Most of a second's answers share theirs. */
export function formatHttpDate(instant: Instant): string {
  const second = Math.floor(instant / 1000);
  const known = dates.get(second);
  if (known !== undefined) return known;
  if (dates.size >= 16) dates.clear();
  const date = new Date(second * 1000).toUTCString();
  dates.set(second, date);
  return date;
}

export type ResponseTime = Pick<EndpointRequest, 'now' | 'dateSkew'>;

/** The `Date` of an answer. */
export const formatDateHeader = ({ now, dateSkew }: ResponseTime) => formatHttpDate(now + dateSkew * 1000);

/** `2026-11-22T06:23:11Z`, the one form that every client understands. */
export const formatDocumentInstant = (instant: Instant) =>
  new Date(instant).toISOString().replace(/\.\d+/, '');
