import { describe, expect, test } from 'vitest';
import { FAILURE_REASONS } from '../../../src/domain/model.ts';
import { POLL_NOTE_CODES } from '../../../src/domain/poll-note.ts';
import { FINDING_CODES, type Finding } from '../../../src/domain/verdict/finding.ts';
import { VERDICTS } from '../../../src/domain/verdict/job-verdict.ts';
import { describeFailure } from '../../../src/report/messages/failures.ts';
import { describeFinding } from '../../../src/report/messages/findings.ts';
import { describePollNote } from '../../../src/report/messages/poll-notes.ts';
import { describeVerdict } from '../../../src/report/messages/verdicts.ts';

/** Every argument that any finding has. */
const args = {
  at: 0,
  from: 0,
  seconds: 61,
  count: 2,
  certain: true,
  learned: true,
  usualSeconds: 3600,
  maxAgeSeconds: 86_400,
  longestSeconds: 120,
  everySeconds: 300,
  generations: 3,
  reason: 'timeout',
  all: true,
};

/** A sentence with a hole in it. */
const HOLE = /undefined|NaN|null|\[object|Infinity/;

test('a profile that takes a call to AWS is not to be corrected', () => {
  const failure = { reason: 'invalid-configuration', detail: '', possibleHopLimit: false } as const;
  const needsCall = { ...failure, misconfiguration: { code: 'NEEDS_AWS_CALL' } } as const;
  expect(describeFailure(needsCall).hint).toMatch(/^cred-watch makes no such call: .*--process/);
  expect(describeFailure({ ...failure, misconfiguration: null }).hint).toMatch(/^set, correct or remove/);
});

describe('every code has its sentence', () => {
  test.each(FINDING_CODES)('finding %s', (code) => {
    for (const sure of [true, false]) {
      const finding: Finding = {
        code,
        severity: 'note',
        args: { ...args, certain: sure, learned: sure, all: sure },
      };
      expect(describeFinding(finding)).toMatch(/^[a-z0-9].{20,}/);
      expect(describeFinding(finding)).not.toMatch(HOLE);
    }
  });

  test.each(FAILURE_REASONS)('failed poll %s', (reason) => {
    const more = { misconfiguration: null, possibleHopLimit: false };
    const { message, hint } = describeFailure({ reason, detail: 'HTTP 500', ...more });
    expect(message).toMatch(new RegExp(`^${reason}: .{10,} \\(HTTP 500\\)$`));
    expect(hint.length).toBeGreaterThan(10);
    expect(describeFailure({ reason, detail: '', ...more, possibleHopLimit: true }).hint).toMatch(
      /hop limit/,
    );
  });

  test.each(POLL_NOTE_CODES)('note %s', (code) => {
    expect(
      describePollNote({
        code,
        args: {
          name: 'AWS_X',
          key: 'role_arn',
          seconds: 60,
          other: 'AWS_Y',
          because: 'EACCES',
          at: 0,
          count: 2,
        },
      }),
    ).not.toMatch(HOLE);
  });

  test.each(VERDICTS)('verdict %s', (verdict) => {
    const sentence = describeVerdict({
      verdict,
      job: { duration: 18_000, margin: 300 },
      required: 18_300,
      spare: verdict === 'safe' ? 5 : -5,
      shareOfSafeStarts: 0.5,
      safeTimeAfterRotation: 60,
      unknownReasons: [],
    });
    expect(sentence).toMatch(/^(safe|not safe|unknown): a 5h job with a margin of 5m/);
    expect(sentence).not.toMatch(HOLE);
  });
});
