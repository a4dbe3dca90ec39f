import type { Extremes, Measurement } from '../domain/measurement/measurement.ts';
import { computeSafeStartsCurve } from '../domain/measurement/validity.ts';
import type { Seconds, Span } from '../domain/model.ts';
import { formatInstant } from '../domain/time/instant.ts';
import {
  type AssessedJob,
  type AssessedSeries,
  type Assessment,
  findDecisiveJob,
  findJudgement,
} from '../domain/verdict/assessment.ts';
import { findLongestSafeJob } from '../domain/verdict/job.ts';
import type { FinishedRun, JobRunSummary } from '../domain/verdict/job-runs.ts';
import type { Job, JobJudgement } from '../domain/verdict/job-verdict.ts';
import type { ReportContext } from './context.ts';
import { buildFindingJson } from './finding-json.ts';

/** Only a renamed or removed field needs a new version. */
const REPORT_SCHEMA_VERSION = 1;

/** Names in `snake_case` with the unit last, durations in whole seconds, instants in ISO 8601 with `Z`. */
export function renderJson(assessment: Assessment, { now, margin }: ReportContext): string {
  const { jobs, verdict, series } = assessment;
  const decisive = findDecisiveJob(assessment);
  const document = {
    schema_version: REPORT_SCHEMA_VERSION,
    generated_at: formatInstant(now),
    verdict,
    job: decisive?.job ? buildJob(decisive.job) : null,
    job_runs: decisive && buildJobRuns(decisive),
    jobs: jobs.map((each) => ({
      name: each.name,
      verdict: each.verdict,
      ...(each.job === null ? UNKNOWN_LENGTH : buildJob(each.job)),
      job_runs: buildJobRuns(each),
    })),
    series: series.map((each) => buildSeries(each, decisive, margin)),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

const buildJob = ({ duration, margin }: Job) => ({
  duration_seconds: duration,
  margin_seconds: margin,
  required_seconds: duration + margin,
});

const UNKNOWN_LENGTH = { duration_seconds: null, margin_seconds: null, required_seconds: null };

function buildJobRuns({ name, runs }: AssessedJob) {
  if (runs === null) return null;
  const { runCount, unfinishedCount, failedCount, finished, running }: JobRunSummary = runs;
  return {
    job_name: name,
    run_count: runCount,
    unfinished_count: unfinishedCount,
    failed_count: failedCount,
    duration: finished && buildExtremes(finished.duration),
    longest_run: finished && buildRun(finished.longest),
    least_remaining_run: finished && buildRun(finished.leastRemainingRun),
    running_seconds: running?.elapsedSeconds ?? null,
  };
}

function buildRun({ identity, startedAt, remainingAtStart, end }: FinishedRun) {
  return {
    host: identity.host,
    source: identity.source,
    api_version: identity.apiVersion,
    role: identity.role,
    started_at: formatInstant(startedAt),
    remaining_at_start_seconds: remainingAtStart,
    duration_seconds: end.duration,
    exit_code: end.exitCode,
    remaining_at_end_seconds: end.remainingAtEnd,
  };
}

function buildSeries(series: AssessedSeries, decisive: AssessedJob | null, margin: Seconds) {
  const { analysis, isRetired, judgements } = series;
  const judgement = decisive && findJudgement(series, decisive);
  const { identity, isPolled, measurement, age, maxAge, failedPolls, findings } = analysis;
  return {
    host: identity.host,
    source: identity.source,
    api_version: identity.apiVersion,
    role: identity.role,
    polled: isPolled,
    retired: isRetired,
    judgement: judgement && buildJudgement(judgement),
    judgements: judgements.map((each) => ({
      job_name: each.job.name ?? null,
      job_duration_seconds: each.job.duration,
      ...buildJudgement(each),
    })),
    newest_sample_age_seconds: age,
    max_age_seconds: maxAge,
    ...(measurement === null ? { sample_count: 0 } : buildMeasurement(measurement, margin)),
    failed_polls: failedPolls.map(({ reason, count, firstAt, lastAt, lastDetail }) => ({
      reason,
      count,
      first_at: formatInstant(firstAt),
      last_at: formatInstant(lastAt),
      last_detail: lastDetail,
    })),
    findings: findings.map(buildFindingJson),
  };
}

function buildJudgement({
  verdict,
  required,
  spare,
  shareOfSafeStarts,
  safeTimeAfterRotation,
  unknownReasons,
}: JobJudgement) {
  return {
    verdict,
    required_seconds: required,
    spare_seconds: spare,
    share_of_safe_starts: shareOfSafeStarts,
    safe_after_rotation_seconds: safeTimeAfterRotation,
    unknown_reasons: unknownReasons.map(({ code }) => code),
  };
}

function buildMeasurement(measurement: Measurement, margin: Seconds) {
  const { rotationInterval, validityWhenIssued, sampledMinimum, worstCase, witnessedCount: n } = measurement;
  return {
    sample_count: measurement.sampleCount,
    generation_count: measurement.generations.length,
    first_sample_at: formatInstant(measurement.firstSample),
    last_sample_at: formatInstant(measurement.lastSample),
    usual_gap_seconds: measurement.usualGap,
    watched_seconds: measurement.watchedTime,
    gaps: measurement.gaps.map(buildSpan),
    rotation_count: measurement.rotations.length,
    witnessed_rotation_count: n,
    rotation_interval: rotationInterval && buildExtremes(rotationInterval),
    rotation_window_length: measurement.rotationWindow && buildExtremes(measurement.rotationWindow),
    validity_when_issued: validityWhenIssued && {
      min_seconds: validityWhenIssued.min,
      max_seconds: validityWhenIssued.max,
    },
    sampled_minimum: { remaining_seconds: sampledMinimum.seconds, at: formatInstant(sampledMinimum.at) },
    worst_case: {
      remaining_seconds: worstCase.seconds,
      at: formatInstant(worstCase.at),
      at_rotation: worstCase.rotation !== null,
      rotation_dated: worstCase.rotation?.isDated ?? null,
      rotation_window: worstCase.rotation && buildSpan(worstCase.rotation.window),
    },
    overstatement_seconds: measurement.overstatement,
    lag_seconds: measurement.lag,
    issued_per_request: measurement.isIssuedPerRequest,
    longest_safe_job_seconds: findLongestSafeJob(measurement, margin),
    safe_starts: computeSafeStartsCurve(measurement, margin).map(({ jobDuration, share }) => ({
      job_duration_seconds: jobDuration,
      share,
    })),
    evidence: {
      witnessed_rotation_count: n,
      watched_seconds: measurement.watchedTime,
      max_chance_next_rotation_is_worse: n === 0 ? null : 1 / (n + 1),
    },
  };
}

const buildExtremes = ({ min, median, max }: Extremes) => ({
  min_seconds: min,
  median_seconds: median,
  max_seconds: max,
});

const buildSpan = ({ from, to }: Span) => ({ from: formatInstant(from), to: formatInstant(to) });
