import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CredentialIssuer } from '../../../src/server/credentials/credential-issuer.ts';
import { createFalseCredentials } from '../../../src/server/credentials/false-credentials.ts';
import {
  RotationSchedule,
  type ScheduledCredentials,
} from '../../../src/server/credentials/rotation-schedule.ts';
import { SeededRandom } from '../../../src/server/credentials/seeded-random.ts';
import { NO_FAULTS, RequestFaults } from '../../../src/server/faults/fault-plan.ts';
import { parseFault } from '../../../src/server/faults/parse-fault.ts';
import { revealCredentials } from '../../support/server/revealed-credentials.ts';

const START = Date.UTC(2026, 10, 22, 10);
const MINUTE = 60_000;

/** Credentials are valid for three minutes and rotate every minute. */
function createIssuer(seed = 'seed', startedAt = START): CredentialIssuer {
  const randomness = new SeededRandom(seed);
  const timing = { lifetime: 180, rotateEvery: 60, jitter: 0 };
  return new CredentialIssuer(new RotationSchedule(timing, startedAt, randomness), randomness, 'role');
}

const faults = (specs: readonly string[], since = START) =>
  new RequestFaults(specs.map((spec) => ({ ...parseFault(spec).effect, since })));

/** The sets that one receiver gets at these minutes after the start. */
const issueAt = (issuer: CredentialIssuer, active: RequestFaults, minutes: readonly number[]) =>
  minutes.map((minute) => revealCredentials(issuer.issue('imds-2', START + minute * MINUTE, active)));

const keys = (sets: readonly { accessKeyId: string }[]) => sets.map(({ accessKeyId }) => accessKeyId);

describe('an issuer', () => {
  test('an issuer issues the scheduled set until the next rotation', () => {
    const sets = issueAt(createIssuer(), NO_FAULTS, [0, 0.99, 1, 1.5, 2, 0]);
    expect(sets.map(({ issuedAt }) => (issuedAt - START) / MINUTE)).toEqual([0, 0, 1, 1, 2, 0]);
    expect(sets.every(({ issuedAt, expiration }) => expiration - issuedAt === 3 * MINUTE)).toBe(true);
    expect(sets[1]).toEqual(sets[0]);
    expect(sets[5]).toEqual(sets[0]);
    expect(new Set(keys(sets)).size).toBe(3);
  });

  test('an issuer issues different sets to different receivers, at the same times', () => {
    const issuer = createIssuer();
    const receivers = ['imds-1', 'imds-2', 'ecs', 'eks', 'cloudshell', 'identity'];
    const sets = receivers.map((receiver) =>
      revealCredentials(issuer.issue(receiver, START + MINUTE, NO_FAULTS)),
    );
    for (const field of ['accessKeyId', 'secretAccessKey', 'sessionToken'] as const) {
      expect(new Set(sets.map((set) => set[field])).size).toBe(receivers.length);
    }
    expect(new Set(sets.map(({ expiration }) => expiration)).size).toBe(1);
  });

  test('an issuer issues the same keys with the same seed and any start, and others with another seed', () => {
    const later = START + 86_400_000;
    const of = (seed: string, startedAt: number) =>
      [0, 1, 2].map((minute) =>
        revealCredentials(createIssuer(seed, startedAt).issue('ecs', startedAt + minute * MINUTE, NO_FAULTS)),
      );
    const secrets = (sets: ReturnType<typeof of>) =>
      sets.map(({ accessKeyId, secretAccessKey, sessionToken }) => ({
        accessKeyId,
        secretAccessKey,
        sessionToken,
      }));
    expect(secrets(of('seed', later))).toEqual(secrets(of('seed', START)));
    const [one, other] = [of('seed', START), of('other', START)];
    expect(keys(other).filter((key) => keys(one).includes(key))).toEqual([]);
  });

  test('an issuer caches a limited number of sets', () => {
    const issuer = createIssuer();
    const first = issuer.issue('imds-2', START, NO_FAULTS);
    expect(issuer.issue('imds-2', START, NO_FAULTS)).toBe(first);
    issueAt(issuer, faults(['renew']), Array(100).fill(0));
    const again = issuer.issue('imds-2', START, NO_FAULTS);
    expect(again).not.toBe(first);
    expect(revealCredentials(again)).toEqual(revealCredentials(first));
  });
});

describe('a fault of the credentials', () => {
  test('frozen: serves the set of its start, also after the set has expired', () => {
    const frozen = faults(['frozen'], START + 2.5 * MINUTE);
    const sets = issueAt(createIssuer(), frozen, [3, 4, 60]);
    expect(new Set(keys(sets))).toEqual(new Set(keys(issueAt(createIssuer(), NO_FAULTS, [2]))));
    expect(sets[0]?.expiration).toBe(START + 5 * MINUTE);
  });

  test('frozen: serves earlier sets if the clock goes back', () => {
    const frozen = faults(['frozen'], START + 2 * MINUTE);
    expect(keys(issueAt(createIssuer(), frozen, [1, 0]))).toEqual(
      keys(issueAt(createIssuer(), NO_FAULTS, [1, 0])),
    );
  });

  test('expired: serves one set outside the schedule that had expired when the fault began', () => {
    const sets = issueAt(createIssuer(), faults(['expired=5m'], START + MINUTE), [1, 2, 9]);
    expect(new Set(keys(sets)).size).toBe(1);
    expect(sets[0]).toMatchObject({ expiration: START - 4 * MINUTE, issuedAt: START - 7 * MINUTE });
    expect(keys(issueAt(createIssuer(), NO_FAULTS, [-7, -6, 0, 1]))).not.toContain(sets[0]?.accessKeyId);
  });

  test('expired: serves different sets for different ages', () => {
    const issuer = createIssuer();
    const [younger, older] = ['expired=1m', 'expired=1h'].map(
      (spec) => issueAt(issuer, faults([spec]), [0])[0]!,
    );
    expect(older?.expiration).toBe(START - 60 * MINUTE);
    expect(younger?.expiration).toBe(START - MINUTE);
    expect(older?.accessKeyId).not.toBe(younger?.accessKeyId);
  });

  test('alternate: serves the current and the previous set in turn', () => {
    const sets = issueAt(createIssuer(), faults(['alternate']), [5, 5, 5, 5, 6, 6]);
    expect(sets.map(({ issuedAt }) => (issuedAt - START) / MINUTE)).toEqual([5, 4, 5, 4, 6, 5]);
    expect(sets[0]).toEqual(sets[2]);
    expect(sets[5]).toEqual(sets[0]);
  });

  test('alternate: alternates separately for each receiver', () => {
    const issuer = createIssuer();
    const active = faults(['alternate']);
    const turns = ['imds-2', 'info', 'imds-2', 'info'].map(
      (receiver) => (issuer.issue(receiver, START + 5 * MINUTE, active).issuedAt - START) / MINUTE,
    );
    expect(turns).toEqual([5, 5, 4, 4]);
  });

  test('renew: serves a new set with full validity for each request', () => {
    const issuer = createIssuer();
    const sets = issueAt(issuer, faults(['renew']), Array(200).fill(7.5));
    expect(new Set(keys(sets)).size).toBe(200);
    expect(sets.every(({ issuedAt }) => issuedAt === START + 7.5 * MINUTE)).toBe(true);
    expect(sets.every(({ expiration }) => expiration === START + 10.5 * MINUTE)).toBe(true);
    expect(keys(issueAt(createIssuer(), faults(['renew']), Array(200).fill(7.5)))).toEqual(keys(sets));
  });

  test('the fault expired precedes renew, and both precede frozen and alternate', () => {
    const [set] = issueAt(createIssuer(), faults(['frozen', 'renew', 'alternate', 'expired=0']), [5]);
    expect(set?.expiration).toBe(START);
    const renewed = issueAt(createIssuer(), faults(['frozen', 'alternate', 'renew']), [5, 5]);
    expect(renewed.map(({ issuedAt }) => issuedAt)).toEqual([START + 5 * MINUTE, START + 5 * MINUTE]);
    const turns = issueAt(createIssuer(), faults(['frozen', 'alternate'], START + 3 * MINUTE), [5, 6]);
    expect(turns.map(({ issuedAt }) => (issuedAt - START) / MINUTE)).toEqual([3, 2]);
  });

  test('a fault that has ended does not change the schedule', () => {
    const issuer = createIssuer();
    for (const spec of ['expired', 'renew', 'frozen', 'alternate']) issueAt(issuer, faults([spec]), [0, 1]);
    expect(issueAt(issuer, NO_FAULTS, [0, 1, 2])).toEqual(issueAt(createIssuer(), NO_FAULTS, [0, 1, 2]));
  });
});

describe('false credentials', () => {
  const issue = (name: string): ScheduledCredentials => ({
    id: name,
    issuedAt: START,
    expiration: START + MINUTE,
  });

  const createFalse = (name: string, receiver: string, seed: string) =>
    revealCredentials(createFalseCredentials(issue(name), receiver, new SeededRandom(seed), 'role'));

  test('false credentials have the form of real ones and contain FALSE', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (seed, receiver, name) => {
        const made = createFalse(name, receiver, seed);
        expect(made.accessKeyId).toMatch(/^ASIAFALSE[A-Z2-7]{11}$/);
        expect(made.secretAccessKey).toMatch(/^FALSE[A-Za-z0-9+/]{35}$/);
        expect(made.sessionToken).toMatch(/^FALSE[A-Za-z0-9+/]+={0,2}$/);
        expect(made.sessionToken.length).toBeGreaterThan(900);
        expect(made).toMatchObject({ issuedAt: START, expiration: START + MINUTE });
      }),
    );
  });

  test('false credentials are all different, and no part of a set reveals another', () => {
    const sets = ['a', 'b'].flatMap((seed) =>
      ['imds-1', 'imds-2', 'ecs'].flatMap((receiver) =>
        Array.from({ length: 500 }, (_, number) => createFalse(`${number}`, receiver, seed)),
      ),
    );
    for (const field of ['accessKeyId', 'secretAccessKey', 'sessionToken'] as const) {
      expect(new Set(sets.map((set) => set[field])).size).toBe(3000);
    }
    expect(sets.filter((set) => set.sessionToken.includes(set.secretAccessKey.slice(5, 20)))).toEqual([]);
  });
});
