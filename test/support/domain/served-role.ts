import type { ServedRoleFacts } from '../../../src/domain/serving/served-role-facts.ts';

export const NOW = Date.parse('2026-11-22T10:24:00Z');

/** A role with credentials for an hour. */
export const createFacts = (changes: Partial<ServedRoleFacts> = {}): ServedRoleFacts => ({
  name: 'loader',
  role: 'loader',
  accountId: '111122223333',
  source: 'role',
  key: { accessKeyId: 'ASIATESTTESTTEST7QXK', issuedAt: NOW, expiration: NOW + 3_600_000 },
  refreshReason: { code: 'half', remaining: 1800 },
  lastRefreshAt: NOW,
  nextRefreshAt: NOW + 1_750_000,
  isIdle: false,
  failureCount: 0,
  failure: null,
  ...changes,
});
