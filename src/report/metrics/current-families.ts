import type { Seconds } from '../../domain/model.ts';
import { formatFlagDuration } from '../../domain/time/duration.ts';
import type { Assessment } from '../../domain/verdict/assessment.ts';
import { type JobJudgement, VERDICTS } from '../../domain/verdict/job-verdict.ts';
import { findJudgedSeries } from '../../domain/verdict/judgements.ts';
import { escapeUnprintable } from '../../untrusted-text.ts';
import type { ReportContext } from '../context.ts';
import { buildSeriesFamilies, findOffset } from './current-series.ts';
import {
  buildHostSourceLabels,
  buildSeriesLabels,
  type CurrentFamily,
  createFamilyBuilder,
  type Labels,
} from './families.ts';
import {
  findLastFailure,
  findLastPollOrSample,
  groupByHostSource,
  type HostSource,
  isSourceUp,
} from './host-sources.ts';
import { POLL_RESULT_LABELS, RESULT_LABEL_BY_FAILURE } from './poll-result-labels.ts';

/** What the current values need of the context of a report. */
export type CurrentContext = Pick<
  ReportContext,
  'now' | 'version' | 'nodeVersion' | 'lastPolls' | 'assessAllTime'
>;

/** All families, also those without values now. Counters and windows cover all time, verdicts the selected time. */
export function* buildCurrentFamilies(
  assessment: Assessment,
  context: CurrentContext,
): Generator<CurrentFamily> {
  const allTime = context.assessAllTime();
  const buildInfo = createFamilyBuilder([context], ({ version, nodeVersion = '' }) => ({
    version,
    node: nodeVersion,
  }));
  yield* buildSeriesFamilies(allTime, assessment, context.now);
  yield* buildHostSourceFamilies(groupByHostSource(allTime), context);
  yield* buildJobFamilies(assessment);
  yield buildInfo('build_info', () => 1);
}

function* buildHostSourceFamilies(
  hostSources: readonly HostSource[],
  { lastPolls = [] }: Pick<ReportContext, 'lastPolls'>,
): Generator<CurrentFamily> {
  const attempts = hostSources.map((hostSource) => ({
    ...hostSource,
    lastPoll: findLastPollOrSample(hostSource),
    lastFailure: findLastFailure(hostSource),
  }));
  const build = createFamilyBuilder(attempts, buildHostSourceLabels);
  const buildLastPoll = createFamilyBuilder(lastPolls, buildHostSourceLabels);
  yield build('polls_total', countPolls);
  // Imported samples have no poller that could be silent.
  yield build('poll_last_attempt_timestamp_seconds', ({ analyses, lastPoll, lastFailure }) =>
    analyses.some(({ isPolled, failedPolls }) => isPolled || failedPolls.length > 0)
      ? Math.max(lastPoll, lastFailure)
      : null,
  );
  yield build('source_up', (hostSource) => Number(isSourceUp(hostSource)));
  yield build('clock_offset_seconds', ({ newest }) => newest && findOffset(newest));
  yield buildLastPoll('poll_duration_seconds', ({ seconds }) => seconds);
}

function countPolls({ analyses }: HostSource) {
  const counts = analyses.flatMap(({ measurement, failedPolls }) => [
    { result: 'ok', count: measurement?.sampleCount ?? 0 },
    ...failedPolls.map(({ reason, count }) => ({ result: RESULT_LABEL_BY_FAILURE[reason], count })),
  ]);
  return POLL_RESULT_LABELS.map((result) => {
    const own = counts.filter((each) => each.result === result);
    return [own.reduce((sum, { count }) => sum + count, 0), { result }] as const;
  });
}

/** For a job that no series judges. To Prometheus, an empty label equals a missing one. */
const NO_SERIES_LABELS: Labels = { host: '', source: '', api_version: '', role: '' };

interface JobValues extends Pick<JobJudgement, 'verdict' | 'shareOfSafeStarts'> {
  labels: Labels;
  required: Seconds | null;
}

/** The label is `job_name`, because Prometheus sets `job` to the name of the scrape job. */
function* buildJobFamilies(assessment: Assessment): Generator<CurrentFamily> {
  const jobs = assessment.jobs.flatMap((assessed): JobValues[] => {
    const { name, job, verdict } = assessed;
    const job_name = escapeUnprintable(name ?? (job === null ? '' : formatFlagDuration(job.duration)));
    const judged = findJudgedSeries(assessed, assessment).map(({ series, judgement }) => ({
      ...judgement,
      labels: { ...buildSeriesLabels(series.analysis.identity), job_name },
    }));
    if (judged.length > 0) return judged;
    const required = job && job.duration + job.margin;
    return [{ verdict, required, shareOfSafeStarts: null, labels: { ...NO_SERIES_LABELS, job_name } }];
  });
  const build = createFamilyBuilder(jobs, ({ labels }) => labels);
  yield build('job_safe', ({ verdict }) => (verdict === 'unknown' ? null : Number(verdict === 'safe')));
  yield build('job_verdict', (job) =>
    VERDICTS.map((verdict) => [Number(verdict === job.verdict), { verdict }]),
  );
  yield build('job_required_seconds', ({ required }) => required);
  yield build('job_safe_starts_ratio', ({ shareOfSafeStarts }) => shareOfSafeStarts);
}
