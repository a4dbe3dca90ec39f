import { describe, expect, test } from 'vitest';
import { getSourceKnowledge } from '../../../src/domain/general-knowledge/source-knowledge.ts';
import {
  chooseInterval,
  findRotationBasis,
  findValidityBasis,
  planInterval,
} from '../../../src/domain/installation/choose-interval.ts';

const FACTS = {
  source: 'imds',
  measuredInterval: null,
  knowledge: getSourceKnowledge({ source: 'imds' }),
  validity: { code: 'VALIDITY', within: 21_600 },
} as const;

const validity = (within: number) => ({ code: 'VALIDITY', within }) as const;
const timeLeft = (within: number) => ({ code: 'TIME_LEFT', within }) as const;
const measured = (within: number) => ({ code: 'MEASURED', within }) as const;

describe('how often credentials change is known from', () => {
  test.each([
    ['the usual interval of the environment', {}, 'GENERAL', 3600],
    ['a validity that is shorter than the usual interval', { validity: validity(1200) }, 'VALIDITY', 1200],
    ['a time left that is shorter than the usual interval', { validity: timeLeft(900) }, 'TIME_LEFT', 900],
    ['measured rotations', { validity: validity(1200), measuredInterval: 900 }, 'MEASURED', 900],
    [
      'a validity that is shorter than measured intervals',
      { validity: validity(600), measuredInterval: 900 },
      ...(['VALIDITY', 600] as const),
    ],
    [
      'measured rotations, not the time left of undated credentials',
      { validity: timeLeft(600), measuredInterval: 900 },
      ...(['MEASURED', 900] as const),
    ],
    ['the environment if the credentials have expired', { validity: timeLeft(-5) }, 'GENERAL', 3600],
    ['the environment if no credentials are known', { validity: null }, 'GENERAL', 3600],
  ] as const)('%s', (_, changes, code, within) => {
    expect(findRotationBasis({ ...FACTS, ...changes })).toMatchObject({ code, within });
  });

  test('nothing, if the source does not rotate', () => {
    expect(findRotationBasis({ ...FACTS, source: 'profile', validity: validity(60) })).toBeNull();
  });
});

test.each([
  [1_000_000, 'VALIDITY', 600],
  [null, 'TIME_LEFT', 400],
] as const)('the validity of credentials of %d is %s', (lastUpdated, code, within) => {
  expect(findValidityBasis({ lastUpdated, expiration: 1_600_000 }, 1_200_000)).toEqual({ code, within });
});

test.each([
  ['cron', 60, 60],
  ['systemd', 60, 10],
  ['process', 60, 10],
  ['sidecar', 60, 10],
  ['cron', 240, 60],
  ['process', 240, 60],
  ['process', 239, 30],
  ['cron', 239, 60],
  ['cron', 1199, 120],
  ['cron', 1200, 300],
  ['process', 21_600, 300],
] as const)('%s polls credentials that change every %d s every %d s', (kind, within, every) => {
  expect(chooseInterval(kind, measured(within))).toBe(every);
});

test('credentials that do not rotate are polled every 5 minutes', () => {
  expect(planInterval('cron', null, null)).toEqual({ every: 300, reason: null });
});

test.each([
  ['is the usual one', 3600, null, 300, null],
  ['is shorter, with the reason', 600, null, 120, 'MEASURED'],
  ['stays if it is installed and short enough', 600, 300, 300, null],
  ['stays if it is installed and shorter than needed', 3600, 60, 60, 'INSTALLED'],
  ['stays with its reason if it would be chosen again', 600, 120, 120, 'MEASURED'],
  ['is chosen anew if the installed one misses rotations', 599, 300, 120, 'MEASURED'],
] as const)('the interval %s', (_, within, installed, every, code) => {
  const planned = planInterval('process', measured(within), installed);
  expect([planned.every, planned.reason?.code ?? null]).toEqual([every, code]);
});
