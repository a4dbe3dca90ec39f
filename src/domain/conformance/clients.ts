import type { Seconds } from '../model.ts';
import { REFRESHING_SDKS } from '../sdk-refresh/refresh-windows.ts';

/** The SDKs of the summary, in its order. */
export const CONFORMANCE_SDKS = [...REFRESHING_SDKS, 'rust'] as const;

/** Clients that an endpoint can break. `go-1` is version 1 of the Go SDK. s3fs reads IMDS without an SDK. */
export const CONFORMANCE_CLIENTS = [...CONFORMANCE_SDKS, 'go-1', 's3fs'] as const;
export type ConformanceClient = (typeof CONFORMANCE_CLIENTS)[number];

/** What a failed check does to a client, the worst first. */
export const EFFECTS = [
  /** The client gets no credentials. */
  'no-credentials',
  /** The client uses credentials after their expiration. */
  'uses-expired',
  /** The client keeps its first credentials. */
  'never-refreshes',
  /** The client replaces the expiration by a later time, so it can use expired credentials. */
  'extends-expiration',
  /** The client sends a request for each API call, so the endpoint gets many requests. */
  'requests-at-every-call',
  /** The client waits for the endpoint: at each start, or before each API call. */
  'delays',
  /** The client requests credentials without a token. */
  'uses-imds-v1',
  /** The client does not use its credentials longer if the endpoint fails. */
  'no-static-stability',
  /** The client finds no region, or a wrong one. */
  'no-region',
  /** The client does not learn on which instance it runs. */
  'no-instance-data',
  /** A web page or a proxy can read credentials. */
  'leaks',
  /** A mistake of the client stays unnoticed, and the client fails on EC2, ECS or EKS. */
  'hides-mistakes',
  /** No client is known to break, but the service of AWS responds differently. */
  'differs-from-aws',
] as const;
export type Effect = (typeof EFFECTS)[number];

export interface ClientEffect {
  effect: Effect;
  /** `all`: every client, or no particular one. */
  clients: readonly ConformanceClient[] | 'all';
  /** The effect occurs if credentials have less remaining validity. Absent: always. */
  below?: Seconds;
}
