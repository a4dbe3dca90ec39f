import type { RefreshWindow, ShortValidityEffect } from '../sdk-refresh/refresh-windows.ts';
import type { ClientEffect, Effect } from './clients.ts';

const WINDOW_EFFECTS: Record<ShortValidityEffect, Effect> = {
  'extends-expiration': 'extends-expiration',
  'requests-at-every-call': 'requests-at-every-call',
  blocks: 'delays',
};

/** What SDKs do with credentials in their refresh windows. SDKs with the same window and effect share an entry. */
export function toValidityEffects(windows: readonly RefreshWindow[]): ClientEffect[] {
  const groups = new Map<string, RefreshWindow[]>();
  for (const window of windows) {
    const key = `${window.effect} ${window.below}`;
    groups.set(key, [...(groups.get(key) ?? []), window]);
  }
  return [...groups.values()].flatMap((group) =>
    group.slice(0, 1).map(({ effect, below }) => ({
      effect: WINDOW_EFFECTS[effect],
      clients: group.map(({ sdk }) => sdk),
      below,
    })),
  );
}
