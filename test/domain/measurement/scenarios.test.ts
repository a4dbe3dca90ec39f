import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Measurement } from '../../../src/domain/measurement/measurement.ts';
import {
  type FailedPoll,
  type FailedPollCount,
  type Sample,
  SESSION_LIMITS,
  type Seconds,
  type SeriesHistory,
  type SeriesIdentity,
  type SessionFacts,
  type SourceName,
} from '../../../src/domain/model.ts';
import { getHostSourceKey, getSeriesKey } from '../../../src/domain/series-key.ts';
import { parseDuration } from '../../../src/domain/time/duration.ts';
import { parseInstant } from '../../../src/domain/time/instant.ts';
import { type Assessment, assess, type JobToJudge } from '../../../src/domain/verdict/assessment.ts';
import { findLongestSafeJob } from '../../../src/domain/verdict/job.ts';
import type { JobJudgement } from '../../../src/domain/verdict/job-verdict.ts';
import type { SeriesAnalysis } from '../../../src/domain/verdict/series-analysis.ts';
import { parseArchiveRecord } from '../../../src/store/archive/record.ts';
import { createHistory } from '../../support/domain/history.ts';

const FOLDER = new URL('../../../fixtures/histories/', import.meta.url);

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

test.each(readdirSync(FOLDER))('the scenario %s has the expected measurement', (name) => {
  const expected: Expected = JSON.parse(readFileSync(new URL(`${name}/expected.json`, FOLDER), 'utf8'));
  const lines = readFileSync(new URL(`${name}/observations.ndjson`, FOLDER), 'utf8')
    .trimEnd()
    .split('\n');
  for (const field of [...INPUT, ...RESULT])
    expect(expected, 'a required field is missing').toHaveProperty([field]);
  const session = readSession(expected.session);
  const histories = readHistories(lines, expected.polled !== false);
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

function readHistories(lines: readonly string[], polled: boolean): SeriesHistory[] {
  const records = lines.map((line) => parseArchiveRecord(JSON.parse(line)));
  const series = new Map<string, { identity: SeriesIdentity; samples: Sample[] }>();
  const failed = new Map<string, { host: string; source: SourceName; polls: FailedPoll[] }>();
  for (const record of records) {
    if (record.record === 'sample') {
      const key = getSeriesKey(record.identity);
      if (!series.has(key)) series.set(key, { identity: record.identity, samples: [] });
      series.get(key)!.samples.push(record.sample);
    } else if (record.record === 'failed_poll') {
      const { host, source } = record;
      const key = getHostSourceKey({ host, source });
      if (!failed.has(key)) failed.set(key, { host, source, polls: [] });
      failed.get(key)!.polls.push(record.poll);
    } else throw new Error('a scenario contains only samples and failed polls');
  }
  const histories = [...series]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { identity, samples }]) => {
      const failedPolls = countFailures(failed.get(getHostSourceKey(identity))?.polls ?? []);
      return createHistory(samples, identity, { isPolled: polled, failedPolls });
    });
  const seen = new Set(histories.map(({ identity }) => getHostSourceKey(identity)));
  const onlyFailed = [...failed].filter(([key]) => !seen.has(key));
  return [
    ...histories,
    ...onlyFailed.map(([, { host, source, polls }]) => {
      const identity = { host, source, apiVersion: '', role: '' };
      return createHistory([], identity, { isPolled: polled, failedPolls: countFailures(polls) });
    }),
  ];
}

function countFailures(polls: readonly FailedPoll[]): FailedPollCount[] {
  return [...new Set(polls.map(({ reason }) => reason))].map((reason) => {
    const same = polls.filter((poll) => poll.reason === reason);
    const times = same.map(({ observedAt }) => observedAt);
    const lastAt = Math.max(...times);
    const { detail } = same.find(({ observedAt }) => observedAt === lastAt)!;
    return { reason, count: same.length, firstAt: Math.min(...times), lastAt, lastDetail: detail };
  });
}

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
