import { describe, expect, test } from 'vitest';
import type { Failure } from '../../support/aws/loopback-server.ts';
import { createAccount, KEYS, MIDDLE } from '../../support/aws/role-account.ts';
import { buildStsError } from '../../support/aws/sts.ts';
import { IMPATIENT } from '../../support/sources/polling.ts';
import { ciTest, sampleCases } from '../../support/thorough.ts';
import { createRealRefresher, createSharedTime } from '../../support/watch/real-refresher.ts';

const CONFIG = `[default]\nrole_arn = ${MIDDLE}\nsource_profile = base\n`;

const OUTAGES: readonly [string, Failure, string][] = [
  ['resets connections', 'reset', 'aws-unreachable'],
  ['throttles requests', buildStsError('Throttling', 'Rate exceeded'), 'throttled'],
  ['reports an internal error', buildStsError('InternalFailure', 'try again', 500), 'server-error'],
  ['denies the role', buildStsError('AccessDenied', 'not authorized', 403), 'aws-access-denied'],
];

/** A refresher of a role at a loopback STS, which checks signatures. It has one session of an hour. */
async function startRole() {
  const clock = createSharedTime();
  const { sts, open } = await createAccount(CONFIG, { credentials: `[base]\n${KEYS}` });
  const source = await open('profile', { limits: IMPATIENT });
  const real = createRealRefresher(source, clock);
  expect((await real.refresher.start()).outcome.ok).toBe(true);
  const fail = (failure: Failure) => {
    sts.failures.push(...Array.from({ length: 2000 }, () => failure));
  };
  const recover = () => {
    sts.failures.length = 0;
  };
  return { ...real, clock, sts, fail, recover };
}

describe('AWS STS', () => {
  test.each(sampleCases(OUTAGES, 4))(
    'if STS %s for longer than a lifetime, the credentials are served until their end, and new ones follow',
    async (_, failure, reason) => {
      const { sts, refresher, pass, keyId, clock, fail, recover, recorded } = await startRole();
      const [first] = sts.issued;
      fail(failure);
      await pass((first!.expiration - clock.now()) / 1000 - 1, () => {
        expect(keyId()).toBe(first?.accessKeyId);
      });
      await pass(1);
      expect(keyId()).toBeNull();
      await pass(600, () => expect(keyId()).toBeNull());
      expect(refresher.getStatus().lastFailure).toMatchObject({ reason });
      expect(recorded().filter((kind) => kind === 'failed_poll').length).toBeLessThanOrEqual(20);
      // Each poll tries up to three times.
      expect(sts.requests.length).toBeLessThan(3 * 120);

      recover();
      await pass(31);
      expect(keyId()).toBe(sts.issued.at(-1)?.accessKeyId);
      expect(sts.issued).toHaveLength(2);
      await pass(1720);
      expect(sts.issued).toHaveLength(3);
    },
  );

  ciTest(
    'if STS does not respond, requests get the old credentials at once, and one poll runs at a time',
    async () => {
      const { sts, refresher, pass, keyId, fail, recover } = await startRole();
      const [first] = sts.issued;
      fail('silent');
      let requests = 0;
      await pass(1800, () => {
        requests += 1;
        expect(refresher.noteRequest()).toBeNull();
        expect(keyId()).toBe(first?.accessKeyId);
      });
      expect(requests).toBe(1800);
      expect(refresher.getStatus().lastFailure?.reason).toBe('timeout');
      recover();
      await pass(300);
      expect(keyId()).toBe(sts.issued[1]?.accessKeyId);
    },
  );

  test('200 requests after the expiration cause one call of STS', async () => {
    const { sts, refresher, skip, keyId } = await startRole();
    skip(2 * 3600);
    expect(keyId()).toBeNull();
    const waits = Array.from({ length: 200 }, () => refresher.noteRequest());
    expect(waits.every((wait) => wait !== null)).toBe(true);
    await Promise.all(waits);
    expect(keyId()).toBe(sts.issued[1]?.accessKeyId);
    expect(sts.requests).toHaveLength(2);
  });
});
