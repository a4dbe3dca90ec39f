import { describe, expect, test } from 'vitest';
import { areIssuedPerRequest } from '../../../src/domain/measurement/issued-per-request.ts';
import type { SourceName } from '../../../src/domain/model.ts';
import { createGenerations, type SeenGeneration } from '../../support/domain/generations.ts';

const isPerRequest = (...generations: SeenGeneration[]) =>
  areIssuedPerRequest(createGenerations(...generations));

/** One sample of a key. */
const once = (at: number, more: Partial<SeenGeneration> = {}): SeenGeneration => ({
  seen: [at, at],
  samples: 1,
  ...more,
});

describe('different keys of close polls', () => {
  test('two pairs of polls at most a minute apart with different keys show an issue per request', () => {
    expect(isPerRequest(once(0), once(60), once(120))).toBe(true);
    expect(isPerRequest(once(0), once(60), once(121))).toBe(false);
    expect(isPerRequest(once(0), once(61), once(121))).toBe(false);
    expect(isPerRequest(once(0), once(60))).toBe(false);
    expect(isPerRequest(once(0), once(60), once(1000), once(1060))).toBe(true);
  });

  test('a key that was seen twice shows that keys are not issued per request', () => {
    expect(isPerRequest(once(0), once(60), once(120, { samples: 2 }))).toBe(false);
    expect(isPerRequest(once(0, { samples: 2 }), once(60), once(120))).toBe(false);
    expect(isPerRequest(once(0), once(60), { seen: [120, 121], samples: 1 })).toBe(false);
  });
});

describe('documents that were just issued', () => {
  /** Polls an hour apart, whose credentials were issued `age` seconds before. */
  const fresh = (ages: number[], validities = ages.map(() => 900), change: Partial<SeenGeneration> = {}) =>
    isPerRequest(
      ...ages.map((age, index) => {
        const [at, validity] = [10_000 + index * 3600, validities[index] ?? 0];
        return once(at, { issued: at - age, expires: at - age + validity, ...change });
      }),
    );

  test('three documents that are at most two seconds old show an issue per request', () => {
    expect(fresh([0, 1, 2.9])).toBe(true);
    expect(fresh([0, 0, 3])).toBe(false);
    expect(fresh([3, 0, 0])).toBe(false);
    expect(fresh([-2, 0, 0])).toBe(true);
    expect(fresh([-2.1, 0, 0])).toBe(false);
    expect(fresh([0, 0])).toBe(false);
  });

  test('the validities of such documents differ by at most two seconds', () => {
    expect(fresh([0, 0, 0], [900, 902, 901])).toBe(true);
    expect(fresh([0, 0, 0], [900, 903, 901])).toBe(false);
    expect(fresh([0, 0, 0], [903, 900, 901])).toBe(false);
  });

  test('all documents are dated', () => {
    const undated = [once(10_000), once(13_600), once(17_200)];
    expect(isPerRequest(...undated)).toBe(false);
    const dated = [10_000, 13_600, 17_200].map((at) => once(at, { issued: at, expires: at + 900 }));
    expect(isPerRequest(...dated)).toBe(true);
    expect(isPerRequest(...dated.slice(0, 2), once(17_200))).toBe(false);
  });

  test('the documents may be new by the host’s clock only, if the Date header is wrong', () => {
    const moved = (at: number, offset: number) =>
      once(at + offset, { raw: [at, at], issued: at, expires: at + 900 });
    expect(isPerRequest(moved(10_000, 500), moved(13_600, 500), moved(17_200, 500))).toBe(true);
    const rawIsOld = (at: number) => once(at, { raw: [at + 500, at + 500], issued: at, expires: at + 900 });
    expect(isPerRequest(rawIsOld(10_000), rawIsOld(13_600), rawIsOld(17_200))).toBe(true);
    // Each clock must fit all documents.
    expect(isPerRequest(moved(10_000, 500), rawIsOld(13_600), rawIsOld(17_200))).toBe(false);
  });
});

describe('a source that makes AWS issue credentials', () => {
  const hours = [0, 1, 2].map((hour) => once(hour * 3_600_000));
  const isIssuing = (source: SourceName, ...generations: SeenGeneration[]) =>
    areIssuedPerRequest(createGenerations(...generations), source);

  test.each(['web-identity', 'role', 'sso', 'github'] as const)('%s issues them per request', (source) => {
    expect(isIssuing(source, ...hours)).toBe(true);
    expect(isIssuing(source, once(0))).toBe(true);
  });

  test('a key that occurs twice disproves it', () => {
    expect(isIssuing('role', ...hours, { seen: [14_400_000, 18_000_000], samples: 2 })).toBe(false);
  });

  test.each(['imds', 'container', 'process', 'environment', 'profile'] as const)(
    '%s does not, unless the samples show it',
    (source) => {
      expect(isIssuing(source, ...hours)).toBe(false);
    },
  );
});
