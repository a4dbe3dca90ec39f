import { formatDuration as duration } from '../../domain/time/duration.ts';
import type { AssessedJob, Assessment } from '../../domain/verdict/assessment.ts';
import type { JobJudgement } from '../../domain/verdict/job-verdict.ts';
import {
  findCurrentFailure,
  findSeriesWithJudgement,
  rankDecisiveSeries,
  type SeriesWithJudgement,
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
import { renderDefinitionList } from './definition-list.ts';
import { renderIcon } from './icons.ts';
import { html, type Markup } from './markup.ts';
import { getTone } from './tones.ts';
import { renderAdvice, renderVerdictBadge, splitVerdictMessage } from './verdict-text.ts';

/** The answer, before anything else. */
export function renderPageHeadline(assessment: Assessment): Markup {
  const { verdict, jobs, series } = assessment;
  if (verdict === null) {
    return html`<section class="verdict none"><h1>Measurements</h1>
<p class="message">${series.length === 0 ? NO_SERIES_MESSAGE : NO_JOB_MESSAGE}</p></section>`;
  }
  const tone = getTone(verdict);
  const [only] = jobs;
  const judged = only === undefined ? [] : findSeriesWithJudgement(only, assessment);
  const answer =
    jobs.length === 1 && judged.length === 1
      ? single(only!, judged[0]!)
      : html`<ul class="jobs">${jobs.map((job) => jobItem(job, assessment))}</ul>`;
  return html`<section class="verdict ${tone}" aria-label="verdict">
<h1>${renderIcon(tone)}<span>${formatSafety(verdict)}</span></h1>
${answer}
</section>
${failing(assessment)}`;
}

/** What is judged is history: that nothing is added to it now must not be overlooked. */
function failing({ series }: Assessment): Markup | null {
  const told = series
    .filter(({ isRetired }) => !isRetired)
    .flatMap(({ analysis }) => {
      const last = findCurrentFailure(analysis);
      return last === null ? [] : [describeFailingPolls(analysis, last)];
    });
  return told.length === 0
    ? null
    : html`<ul class="failing">${told.map((each) => html`<li>${each}</li>`)}</ul>`;
}

function single(job: AssessedJob, { series, judgement }: SeriesWithJudgement): Markup {
  const { measurement } = series.analysis;
  const { required, shareOfSafeStarts: share } = judgement;
  return html`<p class="message">${splitVerdictMessage(judgement).rest}</p>
${
  measurement !== null &&
  renderDefinitionList(
    [
      ['worst case', duration(measurement.worstCase.seconds)],
      ['required', duration(required)],
      spareRow(judgement),
      share !== null && ['safe starts', formatShare(share)],
    ],
    'figures large',
  )
}
${renderAdvice(judgement, measurement)}
${jobRuns(job)}`;
}

/** What is to spare of a worst case that nobody has watched enough to know would be taken for an answer. */
function spareRow({ verdict, spare }: JobJudgement): [string, string] | false {
  if (spare === null || verdict === 'unknown') return false;
  return spare < 0 ? ['short by', duration(-spare)] : ['to spare', duration(spare)];
}

function jobRuns(job: AssessedJob): Markup | null {
  const rows = buildPlainJobRunRows(job);
  return rows.length === 0 ? null : renderDefinitionList(rows);
}

function jobItem(job: AssessedJob, assessment: Assessment): Markup {
  const judged = findSeriesWithJudgement(job, assessment);
  const [only] = judged;
  if (judged.length === 1 && only !== undefined) {
    const name = job.name !== null && html`<strong>${escapeUnprintable(job.name)}</strong>: `;
    return html`<li>${renderVerdictBadge(job.verdict)} <span>${name}${splitVerdictMessage(only.judgement).rest}</span>
${renderAdvice(only.judgement, only.series.analysis.measurement)}${jobRuns(job)}</li>`;
  }
  return html`<li>${renderVerdictBadge(job.verdict)} <strong>${formatJob(job)}</strong> <span>${jobMessage(job, assessment)}</span>
${jobRuns(job)}</li>`;
}

/** One series says it all; of many it is enough to know how many, and the first few of them. */
function jobMessage(job: AssessedJob, assessment: Assessment): string {
  if (job.job === null) return describeNotJudgedReason('LENGTH_UNKNOWN');
  const judged = findSeriesWithJudgement(job, assessment);
  if (judged.length === 0) return NO_SERIES_MESSAGE;
  const names = rankDecisiveSeries(job, assessment).map(({ series }) =>
    formatSeriesName(series.analysis.identity),
  );
  return `on ${describeDecisiveSeries(names, judged.length)}`;
}
