import { NOTABLE_CLOCK_OFFSET } from '../domain/measurement/clock-correction.ts';
import { findLargest, valueAt } from '../domain/measurement/columns/column.ts';
import { getHistoryColumns } from '../domain/measurement/columns/column-measurement.ts';
import { getGeneration } from '../domain/measurement/columns/generation-columns.ts';
import { correctTime } from '../domain/measurement/generations.ts';
import type { Measurement } from '../domain/measurement/measurement.ts';
import { minBy } from '../domain/measurement/statistics.ts';
import type { Generation, Instant, Seconds, SourceName } from '../domain/model.ts';
import { analyseColumns, correctNow } from '../domain/verdict/analyse.ts';
import type { JobRequirement } from '../domain/verdict/job-verdict.ts';
import { judgeNow, judgeUnusableSample, judgeWithoutCredentials } from '../domain/verdict/now.ts';
import type { NowJudgement } from '../domain/verdict/now-verdict.ts';
import type { SeriesAnalysis } from '../domain/verdict/series-analysis.ts';
import type { SampleStore } from '../store/sample-store.ts';
import { findSeriesHistory, type PollContext, pollOnce, type RecordedPoll } from './poll-once.ts';

type Histories = Pick<SampleStore, 'recentHistories'>;

/** A recorded poll, and the judgement of a job by its credentials. */
export interface JudgedPoll {
  recordedPoll: RecordedPoll;
  judgement: NowJudgement;
}

/** Chooses what the job has to satisfy when its series is known. */
export type ChooseJob = (poll: RecordedPoll) => JobRequirement;

/**
 * Polls once, records the result, and judges the job by the new credentials and the stored history.
 * @param job a function is called after the poll
 */
export async function pollAndJudge(
  context: PollContext,
  job: JobRequirement | ChooseJob,
  now: () => Instant,
  signal?: AbortSignal,
): Promise<JudgedPoll> {
  const recordedPoll = await pollOnce(context, signal);
  const { outcome, identity } = recordedPoll;
  const { clockOffset } = outcome;
  const required = typeof job === 'function' ? job(recordedPoll) : job;
  const polledAt = now();
  if (outcome.ok) {
    const history = findSeriesHistory(context.store, identity);
    const analysis = history && analyseColumns(history, { now: polledAt, maxAge: 'default' });
    const at = findLatestTime(polledAt, clockOffset, analysis);
    const current = { identity, credentials: outcome.credentials };
    return { recordedPoll, judgement: judgeNow(current, { job: required, at, analysis, clockOffset }) };
  }
  const { reason, detail, misconfiguration, possibleHopLimit } = outcome;
  const analysis = analyseNewestSeries(context.store, identity, polledAt);
  const at = findLatestTime(polledAt, clockOffset, analysis);
  const failed = { code: 'POLL_FAILED', reason, detail, misconfiguration, possibleHopLimit } as const;
  return {
    recordedPoll,
    judgement: judgeWithoutCredentials(failed, identity, { job: required, at, analysis, clockOffset }),
  };
}

/**
 * The latest time by the host's clock, by the `Date` header of the response, and by the corrections of the
 * measured series. The latest time is the safe choice, because a wrong clock must not make credentials last longer.
 */
function findLatestTime(now: Instant, clockOffset: Seconds | null, analysis: SeriesAnalysis | null): Instant {
  const measurement = analysis?.measurement ?? null;
  const bySeries = measurement === null ? now : correctNow(now, measurement);
  return Math.max(now, correctTime({ observedAt: now, clockOffset }), bySeries);
}

export interface JudgeStoredOptions {
  host: string;
  source: SourceName;
  role?: string;
  /** An older sample makes the verdict `unknown`. */
  maxAge: Seconds;
}

/** Judges the job by the newest stored sample, without a poll. */
export function judgeStored(
  store: Histories | null,
  { maxAge, ...selection }: JudgeStoredOptions,
  job: JobRequirement,
  now: Instant,
): NowJudgement {
  const analysis = store === null ? null : analyseNewestSeries(store, selection, now);
  const measurement = analysis?.measurement ?? null;
  if (analysis === null || measurement === null || analysis.age === null) {
    return judgeWithoutCredentials({ code: 'NO_SAMPLES' }, null, { job, at: now, analysis });
  }
  const { identity, age } = analysis;
  const current = { identity, credentials: findLastSeen(measurement) };
  const options = { job, at: findLatestTime(now, null, analysis), analysis };
  if (age > maxAge) {
    const stale = { code: 'STALE_SAMPLES', ageSeconds: age, maxAgeSeconds: maxAge } as const;
    return judgeUnusableSample(stale, current, options);
  }
  if (age < -NOTABLE_CLOCK_OFFSET) {
    return judgeUnusableSample({ code: 'SAMPLES_IN_FUTURE', aheadSeconds: -age }, current, options);
  }
  return judgeNow(current, options);
}

/** If two generations are served alternately, the generation seen last is the current one. */
function findLastSeen(measurement: Measurement): Generation {
  const { generations } = getHistoryColumns(measurement);
  const { lastSeen } = generations;
  return getGeneration(generations, lastSeen.lastIndexOf(valueAt(lastSeen, findLargest(lastSeen))));
}

/** The series with the newest sample. Includes all roles if the role is unknown, as in most failed polls. */
function analyseNewestSeries(
  store: Histories,
  { host, source, role }: { host: string; source: SourceName; role?: string },
  now: Instant,
): SeriesAnalysis | null {
  const filter = { host, source, ...(role === undefined || role === '' ? {} : { role }) };
  const analyses = store
    .recentHistories(filter)
    .map((history) => analyseColumns(history, { now, maxAge: 'default' }));
  const sampled = analyses.flatMap((analysis) => {
    const { measurement } = analysis;
    return measurement === null ? [] : [{ analysis, lastSample: measurement.lastSample }];
  });
  return minBy(sampled, ({ lastSample }) => -lastSample)?.analysis ?? null;
}
