import type { EndpointKind } from '../sdk-refresh/refresh-windows.ts';
import { type ClientEffect, CONFORMANCE_SDKS, type ConformanceClient } from './clients.ts';

/**
 * How long each SDK waits for a response, in milliseconds, from the sources of the SDKs. At IMDS, this is the time
 * limit of one attempt: further attempts are as slow. Absent: the SDK waits longer than `conform` does, or has no
 * limit. A test compares them with the rules of `sources`, which are in a bundle of their own.
 */
const TIMEOUTS: Readonly<Record<EndpointKind, Readonly<Partial<Record<ConformanceClient, number>>>>> = {
  imds: { botocore: 1000, 'java-2': 1000, ruby: 1000, javascript: 1000, go: 500, cpp: 1000, rust: 1000 },
  container: { botocore: 2000, 'java-2': 1000 },
};

/** The container provider of JavaScript warns after this time, and waits. Its older versions gave up. */
const DELAYED_AFTER: typeof TIMEOUTS = { imds: {}, container: { javascript: 1000 } };

/** A response that takes longer affects at least one SDK. */
export const getShortestTimeout = (kind: EndpointKind): number => Math.min(...Object.values(TIMEOUTS[kind]));

/**
 * What SDKs do if a response takes this long.
 * @param isLoaded the endpoint responds so late only to many requests at the same time
 */
export function findTimeoutEffects(
  milliseconds: number,
  kind: EndpointKind,
  { isLoaded = false } = {},
): ClientEffect[] {
  const isExceeded = (limits: Readonly<Partial<Record<ConformanceClient, number>>>) =>
    CONFORMANCE_SDKS.filter((sdk) => milliseconds > (limits[sdk] ?? Number.POSITIVE_INFINITY));
  const effects: ClientEffect[] = [
    {
      effect: isLoaded ? 'times-out-under-load' : 'no-credentials',
      clients: isExceeded(TIMEOUTS[kind]),
    },
    { effect: 'delays', clients: isExceeded(DELAYED_AFTER[kind]) },
  ];
  return effects.filter(({ clients }) => clients.length > 0);
}
