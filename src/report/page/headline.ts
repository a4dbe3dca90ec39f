import { formatDuration as duration } from '../../domain/time/duration.ts';
import type { AssessedJob, Assessment } from '../../domain/verdict/assessment.ts';
import type { JobVerdict } from '../../domain/verdict/job-verdict.ts';
import { decidedBy, type Judged, judgedBy, lastFailure } from '../../domain/verdict/judgements.ts';
import { decidedByMessage, NO_JOB, NO_SERIES, silenceMessage } from '../messages/judgements.ts';
import { failingMessage } from '../messages/page.ts';
import { answerWord } from '../messages/verdicts.ts';
import { plainRunRows } from '../table/plain-rows.ts';
import { printable } from '../text/printable.ts';
import { writeJob, writeSeries, writeShare } from '../text/writing.ts';
import { definitions } from './definitions.ts';
import { icon } from './icons.ts';
import { html, type Markup } from './markup.ts';
import { toneOf } from './tones.ts';
import { advice, badge, splitVerdict } from './verdict-text.ts';

/** The answer, before anything else. */
export function headline(assessment: Assessment): Markup {
  const { verdict, jobs, series } = assessment;
  if (verdict === null) {
    return html`<section class="verdict none"><h1>What was measured</h1>
<p class="message">${series.length === 0 ? NO_SERIES : NO_JOB}</p></section>`;
  }
  const tone = toneOf(verdict);
  const [only] = jobs;
  const judged = only === undefined ? [] : judgedBy(only, assessment);
  const answer =
    jobs.length === 1 && judged.length === 1
      ? single(only!, judged[0]!)
      : html`<ul class="jobs">${jobs.map((job) => jobItem(job, assessment))}</ul>`;
  return html`<section class="verdict ${tone}" aria-label="verdict">
<h1>${icon(tone)}<span>${answerWord(verdict)}</span></h1>
${answer}
</section>
${failing(assessment)}`;
}

/** What is judged is history: that nothing is added to it now must not be overlooked. */
function failing({ series }: Assessment): Markup | null {
  const told = series
    .filter(({ retired }) => !retired)
    .flatMap(({ analysis }) => {
      const last = lastFailure(analysis);
      return last === null ? [] : [failingMessage(analysis, last)];
    });
  return told.length === 0
    ? null
    : html`<ul class="failing">${told.map((each) => html`<li>${each}</li>`)}</ul>`;
}

function single(job: AssessedJob, { series, verdict }: Judged): Markup {
  const { measurement } = series.analysis;
  const { required, shareOfSafeStarts: share } = verdict;
  return html`<p class="message">${splitVerdict(verdict).rest}</p>
${
  measurement !== null &&
  definitions(
    [
      ['worst case', duration(measurement.worstCase.seconds)],
      ['required', duration(required)],
      spareRow(verdict),
      share !== null && ['safe starts', writeShare(share)],
    ],
    'figures large',
  )
}
${advice(verdict, measurement)}
${jobRuns(job)}`;
}

/** What is to spare of a worst case that nobody has watched enough to know would be taken for an answer. */
function spareRow({ verdict, spare }: JobVerdict): [string, string] | false {
  if (spare === null || verdict === 'unknown') return false;
  return spare < 0 ? ['short by', duration(-spare)] : ['to spare', duration(spare)];
}

function jobRuns(job: AssessedJob): Markup | null {
  const rows = plainRunRows(job);
  return rows.length === 0 ? null : definitions(rows);
}

function jobItem(job: AssessedJob, assessment: Assessment): Markup {
  const judged = judgedBy(job, assessment);
  const [only] = judged;
  if (judged.length === 1 && only !== undefined) {
    const name = job.name !== null && html`<strong>${printable(job.name)}</strong>: `;
    return html`<li>${badge(job.verdict)} <span>${name}${splitVerdict(only.verdict).rest}</span>
${advice(only.verdict, only.series.analysis.measurement)}${jobRuns(job)}</li>`;
  }
  return html`<li>${badge(job.verdict)} <strong>${writeJob(job)}</strong> <span>${jobMessage(job, assessment)}</span>
${jobRuns(job)}</li>`;
}

/** One series says it all; of many it is enough to know how many, and the first few of them. */
function jobMessage(job: AssessedJob, assessment: Assessment): string {
  if (job.job === null) return silenceMessage('LENGTH_UNKNOWN');
  const judged = judgedBy(job, assessment);
  if (judged.length === 0) return NO_SERIES;
  const names = decidedBy(job, assessment).map(({ series }) => writeSeries(series.analysis.identity));
  return `on ${decidedByMessage(names, judged.length)}`;
}
