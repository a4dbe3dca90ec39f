import type { Measurement } from '../../domain/measurement/measurement.ts';
import type { Seconds } from '../../domain/model.ts';
import {
  type AssessedJob,
  type AssessedSeries,
  type Assessment,
  findJudgement,
} from '../../domain/verdict/assessment.ts';
import type { Job, JobJudgement } from '../../domain/verdict/job-verdict.ts';
import { getStatedSpare } from '../../domain/verdict/judgements.ts';
import { formatMarkedName } from '../messages/headline/retired.ts';
import { findKnownShare } from '../messages/measurements.ts';
import { describeSpare } from '../messages/page.ts';
import { listMeasuredRows } from '../rows/series-rows.ts';
import { formatJob, formatSeriesName, formatShare } from '../text/format-values.ts';
import { type Content, html, type Markup, NO_CELL_VALUE, renderHtmlTable, renderTableRow } from './markup.ts';
import { getSectionId } from './series-section.ts';
import { formatJobLabel, renderJudgementBadge } from './verdicts.ts';

/** A table of the shown series with links to their sections; null for fewer than two. */
export function renderOverview(
  series: readonly AssessedSeries[],
  { jobs }: Pick<Assessment, 'jobs'>,
  margin: Seconds,
): Markup | null {
  if (series.length < 2) return null;
  const [job, ...otherJobs] = jobs;
  const isOneJob = job !== undefined && otherJobs.length === 0;
  const jobLabels = jobs.map((each) => (each.job === null ? formatJob(each) : nameJob(each.job)));
  const labels = isOneJob ? [...jobLabels, 'spare', 'safe starts'] : [...jobLabels, 'worst case'];
  return html`<nav class="overview" aria-labelledby="all-series"><h2 id="all-series">Series</h2> <button type="button" hidden data-open-all>open all</button>
${renderHtmlTable(
  'all-series',
  ['series', ...labels, 'longest safe job', 'problems'],
  series.map((each, index) => renderSeriesRow(each, index, jobs, margin, isOneJob)),
  `rows compact-rows series-rows${isOneJob ? ' of-one-job' : ''}`,
)}</nav>`;
}

function renderSeriesRow(
  series: AssessedSeries,
  index: number,
  jobs: readonly AssessedJob[],
  margin: Seconds,
  isOneJob: boolean,
): Markup {
  const { identity, measurement, findings } = series.analysis;
  // The cell of the verdict says that a series is retired, unless it has a verdict.
  const judgedName = series.judgements.length > 0 ? formatMarkedName(series) : formatSeriesName(identity);
  const verdicts = jobs.flatMap((job): Content[] => {
    const judgement = findJudgement(series, job);
    if (judgement === null)
      return [series.isRetired ? 'retired' : '–', ...(isOneJob ? [NO_CELL_VALUE, NO_CELL_VALUE] : [])];
    const badge = renderJudgementBadge(judgement, measurement);
    return isOneJob
      ? [
          badge,
          formatSpare(judgement) ?? NO_CELL_VALUE,
          formatKnownShare(judgement, measurement) ?? NO_CELL_VALUE,
        ]
      : [html`${badge} <small>${judgement.verdict !== 'unknown' && (formatSpare(judgement) ?? '–')}</small>`];
  });
  const rows = measurement === null ? [] : listMeasuredRows(measurement, series.analysis, margin);
  const values = new Map(rows.map(([label, value]) => [label, value]));
  const problemCount = findings.filter(({ severity }) => severity === 'problem').length;
  const missing = measurement === null ? 'no samples' : '–';
  return renderTableRow(
    [
      ...verdicts,
      ...(isOneJob ? [] : [values.get('worst case') ?? missing]),
      values.get('longest safe job') ?? missing,
      problemCount || '–',
    ],
    html`<a href="#${getSectionId(index)}">${judgedName}</a>`,
  );
}

/** `5h job`, because a table has no sentence around the name. */
const nameJob = (job: Job): string =>
  job.name === null ? `${formatJobLabel(job)} job` : formatJobLabel(job);

function formatSpare(judgement: JobJudgement): string | null {
  const spare = getStatedSpare(judgement);
  return spare === null ? null : describeSpare(spare);
}

function formatKnownShare(judgement: JobJudgement, measurement: Measurement | null): string | null {
  const share = findKnownShare(judgement, measurement);
  return share === null ? null : formatShare(share);
}
