import { describe, expect, test } from 'vitest';
import { createRefresher, issue } from '../../support/watch/refresher.ts';

describe('a healthy source', () => {
  test('credentials of an hour are refreshed a little before half of their lifetime', async () => {
    const { refresher, pass, polledAt, keyId } = createRefresher([issue(60)]);
    await refresher.start();
    const first = keyId();
    await pass(2 * 3600);
    expect(polledAt).toEqual([0, 1710, 3420, 5130, 6840]);
    expect(keyId()).not.toBe(first);
  });
});
