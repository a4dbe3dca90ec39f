import type { RefreshWindow, ShortValidityEffect } from '../sdk-refresh/refresh-windows.ts';
import type { ClientEffect, Effect } from './clients.ts';

const WINDOW_EFFECTS: Record<ShortValidityEffect, Effect> = {
  'extends-expiration': 'extends-expiration',
  'requests-at-every-call': 'requests-at-every-call',
  blocks: 'delays',
};

/** What SDKs do with credentials in their refresh windows. */
export const toValidityEffects = (windows: readonly RefreshWindow[]): ClientEffect[] =>
  windows.map(({ sdk, effect, below }) => ({ effect: WINDOW_EFFECTS[effect], clients: [sdk], below }));
