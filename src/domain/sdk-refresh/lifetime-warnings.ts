import type { Seconds } from '../model.ts';
import { chooseRefreshRemaining } from './refresh-time.ts';
import { type EndpointKind, REFRESH_WINDOWS, type RefreshWindow } from './refresh-windows.ts';

/** An SDK that does not work well with credentials of a short lifetime. */
export interface LifetimeWarning extends RefreshWindow {
  /** `always`: before each refresh. `if-late`: if a refresh is late or fails once, so that half of the lifetime is left. */
  when: 'always' | 'if-late';
}

/**
 * The SDKs that a short lifetime affects, although the credentials are refreshed in time. Empty if half of the lifetime
 * is enough for every SDK.
 * @param lifetime validity when issued
 * @param endpoints the kinds of endpoints that serve the credentials
 */
export function findLifetimeWarnings(
  lifetime: Seconds,
  endpoints: readonly EndpointKind[],
): LifetimeWarning[] {
  const remaining = chooseRefreshRemaining(lifetime);
  return REFRESH_WINDOWS.flatMap((window): LifetimeWarning[] => {
    const affected = window.endpoints.filter((each) => endpoints.includes(each));
    if (affected.length === 0 || lifetime / 2 >= window.below) return [];
    return [{ ...window, endpoints: affected, when: remaining < window.below ? 'always' : 'if-late' }];
  });
}
