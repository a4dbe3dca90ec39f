import { groupBy } from '../lists.ts';
import type { RefreshWindow, ShortValidityEffect } from '../sdk-refresh/refresh-windows.ts';
import type { ClientEffect, Effect } from './clients.ts';

const WINDOW_EFFECTS: Record<ShortValidityEffect, Effect> = {
  'extends-expiration': 'extends-expiration',
  'requests-at-every-call': 'requests-at-every-call',
  blocks: 'delays',
};

/** What SDKs do with credentials in their refresh windows. SDKs with the same window and effect share an entry. */
export function toValidityEffects(windows: readonly RefreshWindow[]): ClientEffect[] {
  const groups = groupBy(windows, ({ effect, below }) => `${effect} ${below}`);
  return [...groups.values()].map((group) => {
    const [{ effect, below }] = group;
    return { effect: WINDOW_EFFECTS[effect], clients: group.map(({ sdk }) => sdk), below };
  });
}
