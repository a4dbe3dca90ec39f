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
export interface Inquiry {
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

export interface Answer {
  status: number;
  reason: string;
  headers: readonly Header[];
  body: string | Buffer;
  httpVersion: '1.1' | '1.0';
}

export const ASKED = ['token', 'role', 'credentials', 'metadata', 'other'] as const;
/** What a request was after. */
export type Asked = (typeof ASKED)[number];

/** An answer, and what the log and the final report are told of it. */
export interface Reply {
  answer: Answer;
  shape: Shape | null;
  asked: Asked;
  /** Of IMDS: 2 where a session token was asked for or used. */
  apiVersion: '1' | '2' | '';
  credentials: FalseCredentials | null;
  /** What was thrown where an answer should have been made: a defect of ours. */
  failure?: unknown;
}

/** How one kind of endpoint says that something went wrong, where a fault asks for it. */
export type Refusal = (inquiry: Inquiry, status: number) => Answer;

/** Null where the path belongs to another shape. */
export type Responder = (inquiry: Inquiry) => Reply | null;

const dates = new Map<number, string>();

/** RFC 9110, as every one of these servers writes it. Most of a second's answers share theirs. */
export function httpDate(instant: Instant): string {
  const second = Math.floor(instant / 1000);
  const known = dates.get(second);
  if (known !== undefined) return known;
  if (dates.size >= 16) dates.clear();
  const date = new Date(second * 1000).toUTCString();
  dates.set(second, date);
  return date;
}

export type Moment = Pick<Inquiry, 'now' | 'dateSkew'>;

/** The `Date` of an answer. */
export const dateOf = ({ now, dateSkew }: Moment) => httpDate(now + dateSkew * 1000);

/** `2026-11-22T06:23:11Z`, the one form that every client understands. */
export const documentInstant = (instant: Instant) => new Date(instant).toISOString().replace(/\.\d+/, '');
