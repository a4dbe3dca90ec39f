import type { Seconds } from '../model.ts';
import { chooseRefreshRemaining, SAFE_REMAINING } from './refresh-time.ts';

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
  if (remaining < SAFE_REMAINING) return { code: 'short-lifetime', remaining };
  return { code: remaining > lifetime / 2 ? 'sdk-windows' : 'half', remaining };
}
