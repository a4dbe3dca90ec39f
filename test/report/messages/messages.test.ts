import { describe, expect, test } from 'vitest';
import { FAILURE_REASONS } from '../../../src/domain/model.ts';
import { POLL_NOTE_CODES, type PollNote } from '../../../src/domain/poll-note.ts';
import { FINDING_CODES, type FindingCode, type FindingFields } from '../../../src/domain/verdict/finding.ts';
import { type UnknownReason, VERDICTS } from '../../../src/domain/verdict/job-verdict.ts';
import type { NowUnknownReason } from '../../../src/domain/verdict/now-verdict.ts';
import { listAdvice } from '../../../src/report/messages/advice/job-advice.ts';
import { describeFailure } from '../../../src/report/messages/failures/describe-failure.ts';
import { describeFinding } from '../../../src/report/messages/findings.ts';
import { describeNowUnknownReason } from '../../../src/report/messages/now.ts';
import { describePollNote } from '../../../src/report/messages/poll-notes.ts';
import { describeVerdict } from '../../../src/report/messages/verdicts.ts';

/** Each finding in each variant of its sentence. */
const FINDINGS: { [Code in FindingCode]: FindingFields[Code][] } = {
  SIMULATED_CREDENTIALS: [
    { count: 2, generationCount: 2 },
    { count: 1, generationCount: 3 },
  ],
  SERVED_EXPIRED: [{ at: 0, expiredForSeconds: 61 }],
  ROTATION_TOO_LATE: [
    { count: 1, leadTimeSeconds: 61, maxLeadTimeSeconds: 61, at: 0, certain: true },
    { count: 2, leadTimeSeconds: 61, maxLeadTimeSeconds: 600, at: 0, certain: false },
    { count: 1, leadTimeSeconds: 0, maxLeadTimeSeconds: 61, at: 0, certain: false },
    { count: 1, leadTimeSeconds: -61, maxLeadTimeSeconds: -61, at: 0, certain: true },
  ],
  ROTATION_OVERDUE: [
    { servedForSeconds: 7201, usualSeconds: 3600, learned: true },
    { servedForSeconds: 7201, usualSeconds: 7200, learned: false },
  ],
  ISSUED_PER_REQUEST: [{ generationCount: 3 }],
  DURATIONS_MIXED: [{ shortestSeconds: 3599, longestSeconds: 43_199 }],
  TWO_AT_ONCE: [{ count: 2 }],
  LEAD_TIMES_SHRINK: [{ shrinkingPerDaySeconds: 240 }],
  EXPIRATION_EXTENDED: [{ count: 2, extendedBySeconds: 61 }],
  ISSUED_IN_FUTURE: [
    { count: 2, aheadSeconds: 61, shiftedBySeconds: 61 },
    { count: 1, aheadSeconds: 61, shiftedBySeconds: 0 },
  ],
  VALIDITY_TOO_LONG: [{ count: 2, longestSeconds: 36_000, knownSeconds: 23_614 }],
  STALE_SAMPLES: [{ lastSampleAt: 0, ageSeconds: 86_401, maxAgeSeconds: 86_400 }],
  POLLS_STOPPED: [{ lastPollAt: 0, lastSampleAt: 86_400_000, silentSeconds: 86_400 }],
  POLLING_GAP: [{ count: 2, totalSeconds: 240, longestSeconds: 120, longestStartedAt: 0 }],
  POLLS_TOO_RARE: [0, 3, 12].map((unwitnessedCount) => ({
    usualGapSeconds: 3600,
    pollEverySeconds: 300,
    rotationCount: 12,
    unwitnessedCount,
  })),
  CLOCK_SKEW: [
    { offsetSeconds: 61, corrected: true },
    { offsetSeconds: -61, corrected: true },
    { offsetSeconds: 61, corrected: false },
    { offsetSeconds: -61, corrected: false },
  ],
  CLOCK_UNKNOWN: [
    { count: 2, generationCount: 2 },
    { count: 2, generationCount: 3 },
  ],
  ZONELESS_TIME: [{ count: 2 }],
  IMDS_V1_USED: [{}],
  ROLE_CHAIN_CAPPED: [{ limitSeconds: 3600 }],
  DURATION_NOT_SET: [{ limitSeconds: 3600 }],
  SSO_TOKEN_EXPIRES: [
    { expiresAt: 0, remainingSeconds: 60 },
    { expiresAt: 0, remainingSeconds: 0 },
  ],
  SESSION_LONGER_THAN_ROLE: [{ count: 1, lastAt: 0 }],
  POLLS_FAILED: [{ count: 2, lastReason: 'timeout', lastAt: 0 }],
};

/** Every reason for `unknown`, by its code. */
const UNKNOWN_REASONS: { [Code in UnknownReason['code']]: UnknownReason & { code: Code } } = {
  NO_SAMPLES: { code: 'NO_SAMPLES' },
  NO_SAMPLES_IN_PERIOD: { code: 'NO_SAMPLES_IN_PERIOD', newestSampleAt: 0 },
  SAMPLES_IN_FUTURE: { code: 'SAMPLES_IN_FUTURE', aheadSeconds: 61 },
  NO_WITNESSED_ROTATION: { code: 'NO_WITNESSED_ROTATION' },
  STALE_SAMPLES: { code: 'STALE_SAMPLES', ageSeconds: 3601, maxAgeSeconds: 3600 },
  ROTATION_OVERDUE: { code: 'ROTATION_OVERDUE', servedForSeconds: 7201 },
  ISSUED_IN_FUTURE: { code: 'ISSUED_IN_FUTURE', aheadSeconds: 301 },
  VALIDITY_TOO_LONG: { code: 'VALIDITY_TOO_LONG', longestSeconds: 36_000, knownSeconds: 23_614 },
  LEAD_TIMES_SHRINK: { code: 'LEAD_TIMES_SHRINK', shrinkingPerDaySeconds: 240, usedUpAt: 86_400_000 },
  TOO_LITTLE_WATCHED: { code: 'TOO_LITTLE_WATCHED', watchedShare: 0.5, minWatched: 0.8 },
  RECENT_LEAD_TIMES_SHORTER: { code: 'RECENT_LEAD_TIMES_SHORTER', records: 3, rotations: 6 },
  NEWEST_CREDENTIALS_SHORTEST: { code: 'NEWEST_CREDENTIALS_SHORTEST', remainingSeconds: 16_843 },
  TOO_FEW_ROTATIONS: {
    code: 'TOO_FEW_ROTATIONS',
    witnessedCount: 18,
    minRotations: 19,
    pollForSeconds: 3600,
  },
};

const NOW_UNKNOWN_REASONS: { [Code in NowUnknownReason['code']]: NowUnknownReason & { code: Code } } = {
  POLL_FAILED: {
    code: 'POLL_FAILED',
    reason: 'timeout',
    detail: '',
    misconfiguration: null,
    possibleHopLimit: false,
  },
  NO_SAMPLES: { code: 'NO_SAMPLES' },
  ROLE_UNDECIDED: { code: 'ROLE_UNDECIDED' },
  STALE_SAMPLES: { code: 'STALE_SAMPLES', ageSeconds: 3601, maxAgeSeconds: 3600 },
  SAMPLES_IN_FUTURE: { code: 'SAMPLES_IN_FUTURE', aheadSeconds: 61 },
  SEVERAL_ENDPOINTS: { code: 'SEVERAL_ENDPOINTS' },
  ISSUED_IN_FUTURE: { code: 'ISSUED_IN_FUTURE', aheadSeconds: 301 },
};

function describeVariants<Code extends FindingCode>(code: Code): string[] {
  const variants: readonly FindingFields[Code][] = FINDINGS[code];
  return variants.map((fields) => describeFinding<Code>({ code, severity: 'note', ...fields }));
}

/** Traces of a missing value in a sentence. */
const HOLE = /undefined|NaN|null|\[object|Infinity/;

test('the hint for a profile that needs a call to AWS names --process', () => {
  const failure = { reason: 'invalid-configuration', detail: '', possibleHopLimit: false } as const;
  const needsCall = { ...failure, misconfiguration: { code: 'NEEDS_AWS_CALL' } } as const;
  expect(describeFailure(needsCall).hint).toMatch(/^pass this command with --process /);
  expect(describeFailure({ ...failure, misconfiguration: null }).hint).toMatch(/^add the missing setting/);
});

describe('every code has a complete sentence', () => {
  test.each(FINDING_CODES)('the finding %s has a complete sentence', (code) => {
    for (const sentence of describeVariants(code)) {
      expect(sentence).toMatch(/^[a-z0-9].{20,}/);
      expect(sentence).not.toMatch(HOLE);
    }
  });

  test.each(FAILURE_REASONS)('the failure reason %s has a complete sentence and a hint', (reason) => {
    const more = { misconfiguration: null, possibleHopLimit: false };
    const { message, hint } = describeFailure({ reason, detail: 'HTTP 500', ...more });
    expect(message).toMatch(new RegExp(`^${reason}: .{10,} \\(HTTP 500\\)$`));
    expect(hint.length).toBeGreaterThan(10);
    expect(describeFailure({ reason, detail: '', ...more, possibleHopLimit: true }).hint).toMatch(
      /hop limit/,
    );
  });

  test.each(POLL_NOTE_CODES)('the note %s has a complete sentence', (code) => {
    const fields = {
      name: 'AWS_X',
      place: 'start',
      form: 'no-zone',
      otherName: 'AWS_Y',
      profile: 'loader',
      key: 'role_arn',
      file: 'config',
      problem: 'EACCES',
      expiresAt: 0,
      issuedAt: 0,
      host: 'i-0abc',
      source: 'imds',
      platform: 'codebuild',
      jobEndsAt: 0,
      isRenewable: true,
      count: 2,
      offsetSeconds: 60,
      validitySeconds: 60,
      durationSeconds: 50_000,
      limitSeconds: 43_200,
    } as const;
    const sentence = describePollNote({ code, ...fields } as PollNote);
    expect(sentence).not.toMatch(HOLE);
    expect(sentence).toMatch(/^(?:[a-z].+|[A-Z][A-Z_]+ .+|IMDS .+)[^.]$/);
  });

  test.each(Object.values(UNKNOWN_REASONS))(
    'the reason $code of a report says what happened and what to do',
    (reason) => {
      const judged = {
        job: { name: null, duration: 18_000, margin: 300 },
        required: 18_300,
        spare: 5,
        watchedShare: 1,
        spareUsedUpAt: null,
        shareOfSafeStarts: 1,
      };
      const [text] = listAdvice(
        { ...judged, verdict: 'unknown', safeTimeAfterRotation: null, unknownReasons: [reason] },
        null,
      );
      expect(text).toMatch(/^[a-zA-Z0-9].{15,}: .{10,}$/);
      expect(text).not.toMatch(HOLE);
    },
  );

  test.each(Object.values(NOW_UNKNOWN_REASONS))(
    'the reason $code of a check has a message and a hint',
    (reason) => {
      const { message, hint } = describeNowUnknownReason(reason);
      expect(message).toMatch(/^[a-zA-Z].{15,}/);
      expect(hint).toMatch(/^[a-z].{10,}/);
      expect(`${message} ${hint}`).not.toMatch(HOLE);
    },
  );

  test.each(VERDICTS)('the verdict %s has a complete sentence', (verdict) => {
    const judged = {
      job: { name: null, duration: 18_000, margin: 300 },
      required: 18_300,
      spare: verdict === 'safe' ? 5 : -5,
      watchedShare: 1,
      spareUsedUpAt: null,
      shareOfSafeStarts: 0.5,
      unknownReasons: [],
    };
    const sentence = describeVerdict(
      verdict === 'start-after-rotation'
        ? { ...judged, verdict, safeTimeAfterRotation: 60 }
        : { ...judged, verdict, safeTimeAfterRotation: null },
    );
    expect(sentence).toMatch(/^(safe|not safe|unknown): a 5h job with a margin of 5m/);
    expect(sentence).not.toMatch(HOLE);
  });
});
