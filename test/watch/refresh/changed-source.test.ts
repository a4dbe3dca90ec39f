import { describe, expect, test } from 'vitest';
import { Secret } from '../../../src/secret.ts';
import { createRefresher, good, HOUR, issue, type PollScript } from '../../support/watch/refresher.ts';

const until = (keyId: string, hours: number, changes: Parameters<typeof good>[3] = {}): PollScript => {
  return (clock) => good(clock, keyId, clock.now() + hours * HOUR, changes);
};

describe('a source that was changed', () => {
  test('shorter credentials of another account replace those of the old one', async () => {
    const { refresher, pass, keyId } = createRefresher([
      until('ASIAOLD', 12),
      until('ASIANEW', 1, { accountId: '444455556666' }),
    ]);
    await refresher.start();
    await pass(6 * 3600);
    expect(keyId()).toBe('ASIANEW');
  });

  test('shorter credentials of another role replace those of the old one', async () => {
    const identity = { source: 'role', apiVersion: '', host: null } as const;
    const { refresher, pass, keyId } = createRefresher([
      until('ASIAOLD', 12, { identity: { ...identity, role: 'reader' } }),
      until('ASIANEW', 1, { identity: { ...identity, role: 'writer' } }),
    ]);
    await refresher.start();
    await pass(6 * 3600);
    expect(keyId()).toBe('ASIANEW');
  });

  test('shorter credentials of the same role do not replace longer ones', async () => {
    const { refresher, pass, keyId } = createRefresher([until('ASIAOLD', 12), until('ASIANEW', 1)]);
    await refresher.start();
    await pass(6 * 3600);
    expect(keyId()).toBe('ASIAOLD');
  });

  test('a corrected secret of the same key is served', async () => {
    const { refresher, pass } = createRefresher([
      until('ASIASAME', 1),
      (clock) => {
        const poll = good(clock, 'ASIASAME', clock.now() + HOUR);
        return { ...poll, secrets: { ...poll.secrets, token: new Secret('corrected') } };
      },
    ]);
    await refresher.start();
    await pass(1800);
    expect(refresher.getCurrent()?.secrets.token?.reveal()).toBe('corrected');
    // AWS does not extend the validity of a key.
    await pass(1800);
    expect(refresher.getCurrent()).toBeNull();
  });
});

describe('an expiration that is impossible', () => {
  const YEARS = 365 * 24 * 100;

  test('a source with an impossible expiration is polled again, and its later keys are served', async () => {
    const { refresher, pass, polledAt, keyId } = createRefresher([until('ASIAFOREVER', YEARS), issue(60)]);
    await refresher.start();
    await pass(18 * 3600);
    expect(polledAt).toEqual([0, 18 * 3600]);
    expect(keyId()).toMatch(/^ASIA\d+$/);
  });

  test('an expiration with a year of five digits is a failure', async () => {
    const { refresher, keyId } = createRefresher([
      (clock) => good(clock, 'ASIAFOREVER', Date.UTC(10_000, 0)),
    ]);
    const { outcome } = await refresher.start();
    expect(outcome).toMatchObject({
      ok: false,
      reason: 'malformed',
      detail: 'Expiration is after the year 9999',
    });
    expect(keyId()).toBeNull();
  });
});

test('credentials that claim to be from the year 1 are refreshed at half of their lifetime', async () => {
  const { refresher, pass, polledAt } = createRefresher([
    (clock) => {
      const poll = good(clock, `ASIA${clock.now()}`, clock.now() + HOUR);
      return {
        ...poll,
        credentials: { ...poll.credentials, lastUpdated: Date.parse('0001-01-01T00:00:00Z') },
      };
    },
  ]);
  await refresher.start();
  await pass(1720);
  expect(polledAt).toEqual([0, 1710]);
});
