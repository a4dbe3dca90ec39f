import { findAccountId } from '../domain/keys/key-kind.ts';
import { findLatestTime } from '../domain/live/latest-time.ts';
import { NOTABLE_CLOCK_OFFSET } from '../domain/measurement/clock-correction.ts';
import { valueAt } from '../domain/measurement/columns/column.ts';
import { getHistoryColumns } from '../domain/measurement/columns/column-measurement.ts';
import { getGeneration } from '../domain/measurement/columns/generation-columns.ts';
import type { Measurement } from '../domain/measurement/measurement.ts';
import { minBy } from '../domain/measurement/statistics.ts';
import type { Generation, Instant, Seconds, SessionFacts } from '../domain/model.ts';
import { hasRequestedValidity, type RequestedSession } from '../domain/requested-session.ts';
import { secondsBetween } from '../domain/time/instant.ts';
import { judgeNow } from '../domain/verdict/endpoints/judge-now.ts';
import type { JobRequirement } from '../domain/verdict/job-verdict.ts';
import { judgeUnusableSample, judgeWithoutCredentials } from '../domain/verdict/now.ts';
import type { NowJudgement } from '../domain/verdict/now-verdict.ts';
import type { SeriesAnalysis } from '../domain/verdict/series-analysis.ts';
import { analyseSeries, type Histories, isRoleUndecided, type SeriesSelection } from './newest-series.ts';

/** What is known about the credentials of the job without a request. Absent or null: unknown. */
export interface JudgeStoredOptions extends SeriesSelection {
  /** An older sample makes the verdict `unknown`. */
  maxAge: Seconds;
  /** The name of the machine with the clock of the judgement. Absent: the host. */
  machine?: string;
  /** As stored. */
  accessKeyId?: string | null;
  /** The expiration that variables or files state now. An earlier stored one counts. */
  expiration?: Instant | null;
  /** The account of the role. Key ids contain it. */
  accountId?: string | null;
  session?: RequestedSession | null;
}

interface StoredCredentials {
  analysis: SeriesAnalysis;
  generation: Generation;
  /** Since its last sample. */
  age: Seconds;
}

export interface StoredJudgement {
  judgement: NowJudgement;
  /** Of the judged series. Null if no series is judged, or if nothing is known about its session. */
  sessionFacts: SessionFacts | null;
  /** Since the sample that is judged. Null without a sample. */
  sampleAge: Seconds | null;
}

/** Judges the job by the newest stored sample of its credentials, without a poll. */
export function judgeStored(
  store: Histories | null,
  options: JudgeStoredOptions,
  job: JobRequirement,
  now: Instant,
): StoredJudgement {
  const { accessKeyId = null, session = null } = options;
  const { machine } = options;
  const analyses = store === null ? [] : analyseSeries(store, options, { now, machine });
  if (accessKeyId === null && isRoleUndecided(analyses, options)) {
    const rules = { job, at: now, analysis: null };
    const judgement = judgeWithoutCredentials({ code: 'ROLE_UNDECIDED' }, null, rules);
    return { judgement, sessionFacts: null, sampleAge: null };
  }
  const found = analyses.flatMap((analysis) => findNewestCredentials(analysis, options) ?? []);
  const newest = minBy(found, ({ age }) => age);
  if (newest === null) {
    const rules = { job, at: now, analysis: null, session };
    const judgement = judgeWithoutCredentials({ code: 'NO_SAMPLES' }, null, rules);
    return { judgement, sessionFacts: null, sampleAge: null };
  }
  return {
    judgement: judgeStoredCredentials(newest, options, job, now),
    sessionFacts: newest.analysis.session,
    sampleAge: newest.age,
  };
}

function judgeStoredCredentials(
  { analysis, generation, age }: StoredCredentials,
  { maxAge, session = null, ...options }: JudgeStoredOptions,
  job: JobRequirement,
  now: Instant,
): NowJudgement {
  const expiration = Math.min(generation.expiration, options.expiration ?? generation.expiration);
  const current = { identity: analysis.identity, credentials: { ...generation, expiration } };
  const rules = { job, at: findLatestTime(now, null, analysis), hostTime: now, analysis, session };
  if (age > maxAge) {
    const stale = { code: 'STALE_SAMPLES', ageSeconds: age, maxAgeSeconds: maxAge } as const;
    return judgeUnusableSample(stale, current, rules);
  }
  if (age < -NOTABLE_CLOCK_OFFSET) {
    return judgeUnusableSample({ code: 'SAMPLES_IN_FUTURE', aheadSeconds: -age }, current, rules);
  }
  // A job with a known key sends no request of its own.
  return judgeNow(current, { ...rules, arePassed: (options.accessKeyId ?? null) !== null });
}

/** If two generations are served alternately, the generation seen last is the current one. */
function findNewestCredentials(
  analysis: SeriesAnalysis,
  options: JudgeStoredOptions,
): StoredCredentials | null {
  const { measurement, age } = analysis;
  if (measurement === null || age === null) return null;
  const index = findLastSeen(measurement, options);
  if (index === null) return null;
  const generation = getGeneration(getHistoryColumns(measurement).generations, index);
  return { analysis, generation, age: age + secondsBetween(generation.lastSeen, measurement.lastSample) };
}

/** The index of the generation that was seen last. Null if none can have the credentials of the job. */
function findLastSeen(
  measurement: Measurement,
  { accessKeyId = null, accountId = null, session = null }: JudgeStoredOptions,
): number | null {
  const { generations } = getHistoryColumns(measurement);
  const { count, accessKeyIds, firstSeen, lastSeen, expiration } = generations;
  let last: number | null = null;
  for (let index = 0; index < count; index += 1) {
    const keyId = accessKeyIds.at(index) ?? '';
    if (accessKeyId !== null && keyId !== accessKeyId) continue;
    if (accountId !== null && (findAccountId(keyId) ?? accountId) !== accountId) continue;
    const validity = secondsBetween(valueAt(firstSeen, index), valueAt(expiration, index));
    if (!hasRequestedValidity(validity, session)) continue;
    if (last === null || valueAt(lastSeen, index) >= valueAt(lastSeen, last)) last = index;
  }
  return last;
}
