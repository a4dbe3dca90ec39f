import { type ClientEffect, CONFORMANCE_SDKS, type ConformanceClient, type Effect } from './clients.ts';

/** @param clients default: every client, or no particular one */
export const affects = (effect: Effect, ...clients: readonly ConformanceClient[]): ClientEffect => ({
  effect,
  clients: clients.length === 0 ? 'all' : clients,
});

export const ALL_FAIL = [affects('no-credentials', ...CONFORMANCE_SDKS)];
export const LEAKS = [affects('leaks')];
export const HIDES_MISTAKES = [affects('hides-mistakes')];
export const DIFFERS = [affects('differs-from-aws')];
