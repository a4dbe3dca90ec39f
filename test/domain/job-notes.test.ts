import { describe, expect, test } from 'vitest';
import { selectJobNotes } from '../../src/domain/job-notes.ts';
import type { PollNote } from '../../src/domain/poll-note.ts';
import type { NowJudgement } from '../../src/domain/verdict/now-verdict.ts';

const NOW = Date.UTC(2026, 10, 22);
const MARGIN = 300;

const start = (
  duration: number,
  remaining: number | null = null,
  verdict: NowJudgement['verdict'] = 'not-safe',
) => ({ job: { duration, margin: MARGIN }, judgedAt: NOW, remaining, verdict });
const select = (notes: PollNote[], duration: number | null, remaining: number | null = null) =>
  selectJobNotes(notes, duration === null ? null : start(duration, remaining)).map(({ code }) => code);

describe.each(['ROLE_CHAIN_CAPPED', 'DURATION_NOT_SET'] as const)('%s', (code) => {
  test('matters only for a job that does not fit', () => {
    expect(select([{ code }], 3598 - MARGIN, 3598)).toEqual([]);
    expect(select([{ code }], 3599 - MARGIN, 3598)).toEqual([code]);
    expect(select([{ code }], null)).toEqual([]);
  });

  test('matters after a failed poll if the job takes one hour with its margin', () => {
    expect(select([{ code }], 3599 - MARGIN)).toEqual([]);
    expect(select([{ code }], 3600 - MARGIN)).toEqual([code]);
  });
});

test('a token that ends before the job is reported with both times', () => {
  const expiresAt = NOW + 7_200_000;
  const token: PollNote = { code: 'SSO_TOKEN_EXPIRES', expiresAt, isRenewable: false };
  expect(selectJobNotes([token], start(7201))).toEqual([
    { code: 'SSO_TOKEN_ENDS_BEFORE_JOB', expiresAt, jobEndsAt: NOW + 7_201_000 },
  ]);
  expect(select([token], 7200)).toEqual(['SSO_TOKEN_EXPIRES']);
  expect(select([token], null)).toEqual(['SSO_TOKEN_EXPIRES']);
  expect(select([{ ...token, isRenewable: true }], 36_000)).toEqual(['SSO_TOKEN_EXPIRES']);
});

test('other notes are kept', () => {
  expect(select([{ code: 'IMDS_V1_USED' }], 36_000)).toEqual(['IMDS_V1_USED']);
  expect(select([{ code: 'IMDS_V1_USED' }], null)).toEqual(['IMDS_V1_USED']);
});

test('notes that only say what to do are dropped if the start is safe', () => {
  const notes: PollNote[] = [
    { code: 'KEYS_OF_LAMBDA' },
    { code: 'CONTAINER_OF_BUILD', platform: 'codebuild' },
    { code: 'IMDS_V1_USED' },
  ];
  const selectAfter = (verdict: NowJudgement['verdict']) => selectJobNotes(notes, start(3600, 3600, verdict));
  expect(selectAfter('safe').map(({ code }) => code)).toEqual(['IMDS_V1_USED']);
  expect(selectAfter('not-safe')).toEqual(notes);
  expect(selectAfter('unknown')).toEqual(notes);
});
