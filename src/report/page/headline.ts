import type { Measurement } from '../../domain/measurement/measurement.ts';
import { formatDuration as duration } from '../../domain/time/duration.ts';
import type { AssessedJob, Assessment } from '../../domain/verdict/assessment.ts';
import type { JobJudgement } from '../../domain/verdict/job-verdict.ts';
import {
  findCurrentFailure,
  findJudgedSeries,
  type JudgedSeries,
  rankDecisiveSeries,
} from '../../domain/verdict/judgements.ts';
import { escapeUnprintable } from '../../untrusted-text.ts';
import {
  describeDecisiveSeries,
  describeNotJudgedReason,
  NO_JOB_MESSAGE,
  NO_SERIES_MESSAGE,
} from '../messages/judgements.ts';
import { formatWorstCase } from '../messages/measurements.ts';
import { describeFailingPolls, describeMoreFailing } from '../messages/page.ts';
import { describeJudgement, formatSafety } from '../messages/verdicts.ts';
import { listJobRunRows } from '../rows/job-run-rows.ts';
import type { Row } from '../rows/row.ts';
import { formatJob, formatSeriesName, formatShare } from '../text/format-values.ts';
import type { TimeFormat } from '../text/time-format.ts';
import { html, type Markup, renderDefinitionList } from './markup.ts';
import { getTone, renderAdvice, renderIcon, renderVerdictBadge } from './verdicts.ts';

/** The first part of the page: the verdicts, and a warning if polls fail now. */
export function renderPageHeadline(assessment: Assessment, times: TimeFormat): Markup {
  const { verdict, jobs, series } = assessment;
  if (verdict === null) {
    return html`<section class="card verdict"><h1>Measurements</h1>
<p class="message">${series.length === 0 ? NO_SERIES_MESSAGE : NO_JOB_MESSAGE}</p></section>`;
  }
  const tone = getTone(verdict);
  const [job, ...otherJobs] = jobs;
  const [judged, ...otherJudged] = job === undefined ? [] : findJudgedSeries(job, assessment);
  const isOnlyOne = otherJobs.length === 0 && otherJudged.length === 0;
  const content =
    isOnlyOne && job !== undefined && judged !== undefined
      ? renderOnlyJudgement(job, judged, times)
      : html`<ul class="jobs">${jobs.map((each) => renderJob(each, assessment, times))}</ul>`;
  return html`<section class="card verdict ${tone}" aria-label="verdict">
<h1>${renderIcon(tone)}<span>${formatSafety(verdict)}</span></h1>
${content}
</section>
${renderFailingPolls(assessment, times)}`;
}

/** The verdict comes from history. A reader must notice if no samples are added now. */
function renderFailingPolls({ series }: Assessment, times: TimeFormat): Markup | null {
  const failing = series
    .filter(({ isRetired }) => !isRetired)
    .flatMap(({ analysis }) => {
      const last = findCurrentFailure(analysis);
      return last === null ? [] : [{ analysis, last }];
    });
  if (failing.length === 0) return null;
  const newestFirst = failing.toSorted((a, b) => b.last.lastAt - a.last.lastAt);
  const warnings = newestFirst
    .slice(0, MAX_WARNINGS)
    .map(({ analysis, last }) => describeFailingPolls(analysis, last, times));
  const omitted = failing.length - warnings.length;
  if (omitted > 0) warnings.push(describeMoreFailing(omitted));
  return html`<ul class="failing">${warnings.map((each) => html`<li>${each}</li>`)}</ul>`;
}

const MAX_WARNINGS = 10;

function renderOnlyJudgement(
  job: AssessedJob,
  { series, judgement }: JudgedSeries,
  times: TimeFormat,
): Markup {
  const { measurement } = series.analysis;
  return html`<p class="message">${describeJudgement(judgement)}</p>
${measurement !== null && renderDefinitionList(listFigures(judgement, measurement), 'card figures large')}
${renderAdvice(judgement, measurement, times)}
${renderJobRuns(job, times)}`;
}

function listFigures(
  { verdict, required, spare, shareOfSafeStarts: share }: JobJudgement,
  { worstCase }: Measurement,
) {
  const rows: Row[] = [
    ['worst case', formatWorstCase(worstCase)],
    ['required', duration(required)],
  ];
  // A spare of too little history would look like a verdict.
  if (spare !== null && verdict !== 'unknown')
    rows.push(spare < 0 ? ['short by', duration(-spare)] : ['to spare', duration(spare)]);
  if (share !== null) rows.push(['safe starts', formatShare(share)]);
  return rows;
}

const renderJobRuns = (job: AssessedJob, times: TimeFormat) =>
  renderDefinitionList(listJobRunRows(job, false, { times }), 'facts');

function renderJob(job: AssessedJob, assessment: Assessment, times: TimeFormat): Markup {
  const [only, ...others] = findJudgedSeries(job, assessment);
  if (only !== undefined && others.length === 0) {
    const name = job.name !== null && html`<strong>${escapeUnprintable(job.name)}</strong>: `;
    return html`<li>${renderVerdictBadge(job.verdict)} <span>${name}${describeJudgement(only.judgement)}</span>
${renderAdvice(only.judgement, only.series.analysis.measurement, times)}${renderJobRuns(job, times)}</li>`;
  }
  return html`<li>${renderVerdictBadge(job.verdict)} <strong>${formatJob(job)}</strong> <span>${describeBasis(job, assessment)}</span>
${renderJobRuns(job, times)}</li>`;
}

/** Which series decide the verdict, or why there is none. */
function describeBasis(job: AssessedJob, assessment: Assessment): string {
  if (job.job === null) return describeNotJudgedReason('DURATION_UNKNOWN');
  const judged = findJudgedSeries(job, assessment);
  if (judged.length === 0) return NO_SERIES_MESSAGE;
  const names = rankDecisiveSeries(job, assessment).map(({ series }) =>
    formatSeriesName(series.analysis.identity),
  );
  return `on ${describeDecisiveSeries(names, judged.length)}`;
}
