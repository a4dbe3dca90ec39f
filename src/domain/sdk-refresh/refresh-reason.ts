import type { Seconds } from '../model.ts';
import { ADVISED_LIFETIME, chooseRefreshRemaining } from './refresh-time.ts';
import { type EndpointKind, findRefreshWindows, type RefreshWindow } from './refresh-windows.ts';

/**
 * Why credentials are refreshed at a remaining validity.
 * - `half`: at half of the lifetime
 * - `sdk-windows`: SDKs need at least this validity
 * - `requested`: the user asked for at least this validity
 * - `short-lifetime`: the lifetime is too short for every SDK
 */
export interface RefreshReason {
  code: 'half' | 'sdk-windows' | 'requested' | 'short-lifetime';
  remaining: Seconds;
}

/** Explains the result of `chooseRefreshRemaining`. */
export function explainRefreshTime(lifetime: Seconds, minRemaining: Seconds = 0): RefreshReason {
  const remaining = chooseRefreshRemaining(lifetime, minRemaining);
  const usual = chooseRefreshRemaining(lifetime);
  if (remaining > usual) return { code: 'requested', remaining };
  if (remaining < ADVISED_LIFETIME / 2) return { code: 'short-lifetime', remaining };
  return { code: remaining > lifetime / 2 ? 'sdk-windows' : 'half', remaining };
}

/** What a short lifetime does to clients. */
export interface ShortLifetime {
  lifetime: Seconds;
  /** The smallest remaining validity that is served. */
  served: Seconds;
  /**
   * True: even if every refresh works. False: only if refreshes fail until half of the lifetime is over. The windows
   * are then those at half of the lifetime.
   */
  isAlways: boolean;
  windows: readonly RefreshWindow[];
}

/** Null if every SDK works as usual with this lifetime. */
export function findShortLifetime(
  lifetime: Seconds,
  endpoints: readonly EndpointKind[],
  minRemaining?: Seconds,
): ShortLifetime | null {
  if (lifetime >= ADVISED_LIFETIME) return null;
  const served = chooseRefreshRemaining(lifetime, minRemaining);
  const findAll = (remaining: Seconds) => [
    ...new Set(endpoints.flatMap((endpoint) => findRefreshWindows(remaining, endpoint))),
  ];
  const always = findAll(served);
  const windows = always.length > 0 ? always : findAll(lifetime / 2);
  return windows.length === 0 ? null : { lifetime, served, isAlways: always.length > 0, windows };
}
