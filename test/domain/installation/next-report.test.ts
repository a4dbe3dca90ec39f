import { expect, test } from 'vitest';
import { findExpectedRotation } from '../../../src/domain/general-knowledge/general-knowledge.ts';
import { getSourceKnowledge } from '../../../src/domain/general-knowledge/source-knowledge.ts';
import { findNextReport } from '../../../src/domain/installation/next-report.ts';

const at = (time: string) => Date.parse(`2026-11-22T${time}Z`);

const IMDS = getSourceKnowledge({ source: 'imds' });
const EXPECTED = findExpectedRotation(IMDS.environments[0]!);

const CURRENT = {
  now: at('14:40:10'),
  lastUpdated: at('14:30:05'),
  expiration: at('20:50:00'),
  rotationCount: 0,
  knowledge: IMDS,
  every: 300,
};

test('the first report is useful one poll after the next rotation', () => {
  expect(findNextReport(CURRENT)).toEqual({
    code: 'AFTER_ROTATION',
    at: at('15:36:00'),
    environment: 'imds',
    expected: EXPECTED,
  });
});

test('an overdue rotation is expected within one interval', () => {
  const lastUpdated = at('12:00:00');
  expect(findNextReport({ ...CURRENT, lastUpdated })).toMatchObject({ at: at('15:46:00') });
});

test('without LastUpdated, the rotation is expected within one interval', () => {
  expect(findNextReport({ ...CURRENT, lastUpdated: null })).toMatchObject({ at: at('15:46:00') });
});

test('without knowledge about the environment, the credentials are replaced before they expire', () => {
  expect(findNextReport({ ...CURRENT, knowledge: { source: 'imds', environments: [] } })).toEqual({
    code: 'AFTER_EXPIRATION',
    at: at('20:55:00'),
  });
});

test('after a measured rotation, a report is useful now', () => {
  expect(findNextReport({ ...CURRENT, rotationCount: 1 })).toEqual({ code: 'NOW' });
});

test('if several environments are possible, the credentials are replaced before they expire', () => {
  const knowledge = getSourceKnowledge({ source: 'container' });
  expect(knowledge.environments.length).toBeGreaterThan(1);
  expect(findNextReport({ ...CURRENT, knowledge }).code).toBe('AFTER_EXPIRATION');
});

test('credentials that expire before the usual rotation are replaced before they expire', () => {
  expect(findNextReport({ ...CURRENT, expiration: at('15:00:00') })).toEqual({
    code: 'AFTER_EXPIRATION',
    at: at('15:05:00'),
  });
});

test('a report never judges keys in variables, which do not rotate', () => {
  const knowledge = getSourceKnowledge({ source: 'environment' });
  expect(findNextReport({ ...CURRENT, knowledge })).toEqual({ code: 'NEVER' });
});
