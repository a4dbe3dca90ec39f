import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Measurement } from '../../../src/domain/measurement/measurement.ts';
import { SESSION_LIMITS, type Seconds, type SessionFacts } from '../../../src/domain/model.ts';
import { parseDuration } from '../../../src/domain/time/duration.ts';
import { parseInstant } from '../../../src/domain/time/instant.ts';
import { type Assessment, assess, type JobToJudge } from '../../../src/domain/verdict/assessment.ts';
import { findLongestSafeJob } from '../../../src/domain/verdict/job.ts';
import type { JobJudgement } from '../../../src/domain/verdict/job-verdict.ts';
import type { SeriesAnalysis } from '../../../src/domain/verdict/series-analysis.ts';
import { readHistories, SCENARIO_FOLDER } from '../../support/domain/scenario-histories.ts';

type Expected = Record<string, unknown>;

/** Fields that every scenario has: the input, and the minimum of expected results. */
const INPUT = ['docs', 'now', 'job'];
const RESULT = ['verdict', 'codes'];
/** Optional input fields. */
const SETTINGS = ['max_age', 'confidence', 'polled', 'session'];

const total = (spans: Measurement['gaps']) =>
  spans.reduce((sum, { from, to }) => sum + (to - from), 0) / 1000;

/** Measured values by their names in expected.json. */
const MEASURED: Record<string, (measurement: Measurement) => unknown> = {
  generations: ({ generations }) => generations.length,
  rotations: ({ rotations }) => rotations.length,
  witnessed_rotations: ({ witnessedCount }) => witnessedCount,
  dated_rotations: ({ rotations }) => rotations.filter(({ isDated }) => isDated).length,
  windows: ({ rotations }) => rotations.map(({ window }) => [window.from, window.to].map(iso)),
  lead_times_seconds: ({ rotations }) => rotations.map(({ leadTime }) => leadTime),
  worst_case_seconds: ({ worstCase }) => worstCase.seconds,
  sampled_minimum_seconds: ({ sampledMinimum }) => sampledMinimum.seconds,
  overstatement_seconds: ({ overstatement }) => overstatement,
  watched_seconds: ({ watchedTime }) => watchedTime,
  gap_seconds: ({ gaps }) => total(gaps),
  interval_seconds: ({ rotationInterval }) => rotationInterval,
  validity_when_issued_seconds: ({ validityWhenIssued }) => validityWhenIssued,
  lag_seconds: ({ lag }) => lag,
  usual_gap_seconds: ({ usualGap }) => usualGap,
};

/** Values of a judgement by their names in expected.json. */
const JUDGED: Record<string, (judgement: JobJudgement) => unknown> = {
  spare_seconds: ({ spare }) => spare,
  safe_within_seconds: ({ safeTimeAfterRotation }) => safeTimeAfterRotation,
  unknown_reasons: ({ unknownReasons }) => unknownReasons.map(({ code }) => code),
  poll_for_seconds: ({ unknownReasons }) =>
    unknownReasons.flatMap((reason) =>
      reason.code === 'TOO_FEW_ROTATIONS' ? [reason.pollForSeconds] : [],
    )[0],
};

const iso = (instant: number) => new Date(instant).toISOString().replace('.000Z', 'Z');

test.each(readdirSync(SCENARIO_FOLDER))('the scenario %s has the expected measurement', (name) => {
  const expected: Expected = JSON.parse(
    readFileSync(new URL(`${name}/expected.json`, SCENARIO_FOLDER), 'utf8'),
  );
  for (const field of [...INPUT, ...RESULT])
    expect(expected, 'a required field is missing').toHaveProperty([field]);
  const session = readSession(expected.session);
  const histories = readHistories(name, expected.polled !== false);
  const assessment = assess(
    histories.map((history) => ({ ...history, session })),
    {
      now: parseInstant(expected.now as string)!.instant,
      maxAge: expected.max_age === undefined ? 'default' : seconds(expected.max_age),
      jobs: readJobs(expected.job),
      confidence: expected.confidence === undefined ? null : percent(expected.confidence),
      minWatched: null,
      judgeRetired: false,
    },
  );
  const compared = Object.keys(expected).filter((field) => ![...INPUT, ...SETTINGS].includes(field));
  expect(
    Object.fromEntries(compared.map((field) => [field, readResult(field, expected, assessment)])),
  ).toEqual(Object.fromEntries(compared.map((field) => [field, expected[field]])));
});

function readResult(field: string, expected: Expected, assessment: Assessment): unknown {
  const { series } = assessment;
  switch (field) {
    case 'verdict':
      return assessment.verdict;
    case 'codes':
      return series.map(({ analysis }) => analysis.findings.map(({ code }) => code));
    case 'retired':
      return series.map(({ isRetired }) => isRetired);
    case 'verdicts':
      return series.map(({ judgements }) => judgements[0]?.verdict ?? null);
  }
  expect(series, `${field} needs exactly one series`).toHaveLength(1);
  const { analysis, judgements } = series[0]!;
  const judgement = judgements[0];
  if (field === 'findings') return pickFindings(expected.findings as Expected, analysis);
  if (field === 'age_seconds') return analysis.age;
  if (field === 'samples') return analysis.measurement?.sampleCount ?? 0;
  if (field === 'longest_safe_job_seconds') return findLongestSafeJob(analysis.measurement!, 300);
  if (field === 'share_of_safe_starts') return roundLike(judgement!.shareOfSafeStarts, expected[field]);
  const [measured, judged] = [MEASURED[field], JUDGED[field]];
  if (measured !== undefined) return measured(analysis.measurement!);
  if (judged !== undefined) return judged(judgement!);
  throw new Error(`expected.json has an unknown field: ${field}`);
}

/** The findings that a scenario names, with the fields that it names. */
function pickFindings(expected: Expected, { findings }: SeriesAnalysis): Expected {
  return Object.fromEntries(
    Object.entries(expected).map(([code, fields]) => {
      const found = new Map(Object.entries(findings.find((finding) => finding.code === code) ?? {}));
      return [code, Object.fromEntries(Object.keys(fields as object).map((name) => [name, found.get(name)]))];
    }),
  );
}

/** Returns the expected share if the difference is below its seven decimals. */
const roundLike = (share: number | null, expected: unknown) =>
  share !== null && typeof expected === 'number' && Math.abs(share - expected) < 1e-7 ? expected : share;

function readSession(session: unknown): SessionFacts | null {
  if (session === undefined) return null;
  const { limit, token_expires_at } = session as Record<string, string | undefined>;
  return {
    limit: SESSION_LIMITS.find((each) => each === limit) ?? null,
    tokenExpiresAt: token_expires_at === undefined ? null : parseInstant(token_expires_at)!.instant,
  };
}

function readJobs(job: unknown): JobToJudge[] {
  if (job === null) return [];
  const { duration, margin } = job as Record<string, unknown>;
  return [{ name: null, duration: seconds(duration), margin: seconds(margin), runs: [] }];
}

function seconds(text: unknown): Seconds {
  const parsed = parseDuration(`${text}`);
  if (parsed === null) throw new Error(`expected.json has an invalid duration: ${text}`);
  return parsed;
}

const percent = (text: unknown) => Number(`${text}`.replace('%', '')) / 100;
