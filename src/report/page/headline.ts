import { formatDuration as duration } from '../../domain/time/duration.ts';
import type { AssessedJob, Assessment } from '../../domain/verdict/assessment.ts';
import type { JobJudgement } from '../../domain/verdict/job-verdict.ts';
import {
  findCurrentFailure,
  findJudgedSeries,
  type JudgedSeries,
  rankDecisiveSeries,
} from '../../domain/verdict/judgements.ts';
import {
  describeDecisiveSeries,
  describeNotJudgedReason,
  NO_JOB_MESSAGE,
  NO_SERIES_MESSAGE,
} from '../messages/judgements.ts';
import { describeFailingPolls } from '../messages/page.ts';
import { formatSafety } from '../messages/verdicts.ts';
import { buildPlainJobRunRows } from '../table/job-run-rows.ts';
import { formatJob, formatSeriesName, formatShare } from '../text/format-values.ts';
import { escapeUnprintable } from '../text/untrusted-text.ts';
import { getTone, renderIcon } from './icons.ts';
import { html, type Markup, renderDefinitionList } from './markup.ts';
import { renderAdvice, renderVerdictBadge, splitVerdictMessage } from './verdict-text.ts';

/** The first part of the page: the verdicts, and a warning if polls fail now. */
export function renderPageHeadline(assessment: Assessment): Markup {
  const { verdict, jobs, series } = assessment;
  if (verdict === null) {
    return html`<section class="verdict none"><h1>Measurements</h1>
<p class="message">${series.length === 0 ? NO_SERIES_MESSAGE : NO_JOB_MESSAGE}</p></section>`;
  }
  const tone = getTone(verdict);
  const [job, ...otherJobs] = jobs;
  const [judged, ...otherJudged] = job === undefined ? [] : findJudgedSeries(job, assessment);
  const isOnlyOne = otherJobs.length === 0 && otherJudged.length === 0;
  const content =
    isOnlyOne && job !== undefined && judged !== undefined
      ? renderOnlyJudgement(job, judged)
      : html`<ul class="jobs">${jobs.map((each) => renderJob(each, assessment))}</ul>`;
  return html`<section class="verdict ${tone}" aria-label="verdict">
<h1>${renderIcon(tone)}<span>${formatSafety(verdict)}</span></h1>
${content}
</section>
${renderFailingPolls(assessment)}`;
}

/** The verdict comes from history. A reader must notice if no samples are added now. */
function renderFailingPolls({ series }: Assessment): Markup | null {
  const warnings = series
    .filter(({ isRetired }) => !isRetired)
    .flatMap(({ analysis }) => {
      const last = findCurrentFailure(analysis);
      return last === null ? [] : [describeFailingPolls(analysis, last)];
    });
  return warnings.length === 0
    ? null
    : html`<ul class="failing">${warnings.map((each) => html`<li>${each}</li>`)}</ul>`;
}

function renderOnlyJudgement(job: AssessedJob, { series, judgement }: JudgedSeries): Markup {
  const { measurement } = series.analysis;
  const { required, shareOfSafeStarts: share } = judgement;
  return html`<p class="message">${splitVerdictMessage(judgement).rest}</p>
${
  measurement !== null &&
  renderDefinitionList(
    [
      ['worst case', duration(measurement.worstCase.seconds)],
      ['required', duration(required)],
      buildSpareDefinition(judgement),
      share !== null && ['safe starts', formatShare(share)],
    ],
    'figures large',
  )
}
${renderAdvice(judgement, measurement)}
${renderJobRuns(job)}`;
}

/** Omitted for `unknown`, because a spare of too little history would look like a verdict. */
function buildSpareDefinition({ verdict, spare }: JobJudgement): [string, string] | false {
  if (spare === null || verdict === 'unknown') return false;
  return spare < 0 ? ['short by', duration(-spare)] : ['to spare', duration(spare)];
}

function renderJobRuns(job: AssessedJob): Markup | null {
  const rows = buildPlainJobRunRows(job);
  return rows.length === 0 ? null : renderDefinitionList(rows);
}

function renderJob(job: AssessedJob, assessment: Assessment): Markup {
  const [only, ...others] = findJudgedSeries(job, assessment);
  if (only !== undefined && others.length === 0) {
    const name = job.name !== null && html`<strong>${escapeUnprintable(job.name)}</strong>: `;
    return html`<li>${renderVerdictBadge(job.verdict)} <span>${name}${splitVerdictMessage(only.judgement).rest}</span>
${renderAdvice(only.judgement, only.series.analysis.measurement)}${renderJobRuns(job)}</li>`;
  }
  return html`<li>${renderVerdictBadge(job.verdict)} <strong>${formatJob(job)}</strong> <span>${describeBasis(job, assessment)}</span>
${renderJobRuns(job)}</li>`;
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
