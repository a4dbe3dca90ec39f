import { describe, expect, test } from 'vitest';
import { groupGenerations } from '../../../src/domain/measurement/generations.ts';
import { analyse } from '../../../src/domain/verdict/analyse.ts';
import { judgeJob } from '../../../src/domain/verdict/job.ts';
import { KINDS } from '../../support/accuracy/kinds.ts';
import type { HistoryResult } from '../../support/accuracy/questions.ts';
import { compareHistories, summarise } from '../../support/accuracy/tables.ts';
import { isThorough, sampleCases } from '../../support/thorough.ts';

const HISTORIES = isThorough ? 60 : 2;

/** What a kind may get wrong, because its samples do not show the cause. Shares are 0 to 1. */
interface Limits {
  /** The largest share of false verdicts among the `safe` ones. */
  falseSafe: number;
  /** The largest worst case above the truth, in seconds. */
  excess: number;
  /** The largest share of false verdicts among the `start-after-rotation` ones. */
  falseAfterRotation: number;
}

const EXACT: Limits = { falseSafe: 0, excess: 0, falseAfterRotation: 0 };

/** The first match applies. Kinds without a match are exact. docs/accuracy.md explains each limit. */
const LIMITS: readonly [kinds: RegExp, limits: Partial<Limits>][] = [
  // An endpoint that rotated between two samples may have served credentials that no sample shows.
  [/^[23] endpoints/, { falseSafe: 0.04, excess: 5400, falseAfterRotation: 1 }],
  // Nothing dates the samples. The clock is wrong by at most 75 minutes.
  [/^host slow, no Date, undated$/, { falseSafe: 0.4, excess: 4500, falseAfterRotation: 0.6 }],
  [/^host slow until repaired, no Date/, { excess: 600, falseAfterRotation: 0.1 }],
  // Without a witnessed rotation, the worst case is only a sample, and the verdict is not `safe`.
  [/^(host slow, no Date|Date slow), dated$/, { excess: 4500 }],
  // Rotations are dated by a wrong clock, or missed.
  [/^(host|Date) fast.*, dated$|^irregular, dated$/, { falseAfterRotation: 0.05 }],
  // Polls at an exact multiple of the interval look like credentials that are issued per request.
  [/^LastUpdated is the response time$/, { falseSafe: 0.02, excess: 1800 }],
];

describe.each(sampleCases(KINDS, 4))('$name', (kind) => {
  const limits = { ...EXACT, ...LIMITS.find(([kinds]) => kinds.test(kind.name))?.[1] };
  let compared: readonly HistoryResult[] | undefined;
  const compare = () => {
    compared ??= compareHistories(kind, HISTORIES, { groupGenerations, analyse, judgeJob });
    return compared;
  };

  test(`${kind.name}: verdicts \`safe\` are true`, () => {
    const { falseSafe, safe } = summarise(kind, compare());
    expect(falseSafe).toBeLessThanOrEqual(limits.falseSafe * safe);
  });

  test(`${kind.name}: the worst case is not above the truth`, () => {
    expect(summarise(kind, compare()).largestExcess).toBeLessThanOrEqual(limits.excess);
  });

  test(`${kind.name}: starts after a rotation are safe if the verdict says so`, () => {
    const { falseAfterRotation, afterRotation } = summarise(kind, compare());
    expect(falseAfterRotation).toBeLessThanOrEqual(limits.falseAfterRotation * afterRotation);
  });

  test(`${kind.name}: no rotation interval is negative`, () => {
    expect(compare().filter(({ hasNegativeInterval }) => hasNegativeInterval)).toEqual([]);
  });

  test(`${kind.name}: the worst case is at most the sampled minimum`, () => {
    expect(compare().filter(({ worstCase, sampledMinimum }) => worstCase > sampledMinimum)).toEqual([]);
  });

  test(`${kind.name}: no verdict is \`start-after-rotation\` if several endpoints were found`, () => {
    const several = compare().filter(({ findings }) => findings.includes('TWO_AT_ONCE'));
    expect(several.filter(({ afterRotation }) => afterRotation > 0)).toEqual([]);
  });
});
