import type { AssessedJob, Assessment } from '../../domain/assessment.ts';
import { formatDuration as duration } from '../../domain/duration.ts';
import { type Judged, judgedBy } from '../../domain/judgements.ts';
import { NO_JOB, NO_SERIES, silenceMessage } from '../messages/judgements.ts';
import { judgedOnMessage } from '../messages/page.ts';
import { answerWord } from '../messages/verdicts.ts';
import { plainRunRows } from '../plain-rows.ts';
import { printable } from '../printable.ts';
import { writeJob, writeSeries, writeShare } from '../writing.ts';
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
      : html`<ul class="jobs">${jobs.map((job) => jobItem(job, judgedBy(job, assessment)))}</ul>`;
  return html`<section class="verdict ${tone}" aria-label="verdict">
<h1>${icon(tone)}<span>${answerWord(verdict)}</span></h1>
${answer}
</section>`;
}

function single(job: AssessedJob, { series, verdict }: Judged): Markup {
  const { measurement } = series.analysis;
  const { spare, required, shareOfSafeStarts: share } = verdict;
  return html`<p class="message">${splitVerdict(verdict).rest}</p>
${
  measurement !== null &&
  definitions(
    [
      ['worst case', duration(measurement.worstCase.seconds)],
      ['needed', duration(required)],
      spare !== null && (spare < 0 ? ['short by', duration(-spare)] : ['to spare', duration(spare)]),
      share !== null && ['safe starts', writeShare(share)],
    ],
    'figures large',
  )
}
${advice(verdict, measurement)}
${jobRuns(job)}`;
}

function jobRuns(job: AssessedJob): Markup | null {
  const rows = plainRunRows(job);
  return rows.length === 0 ? null : definitions(rows);
}

function jobItem(job: AssessedJob, judged: readonly Judged[]): Markup {
  const decisive = judged.filter(({ verdict }) => verdict.verdict === job.verdict);
  const [only] = judged;
  if (judged.length === 1 && only !== undefined) {
    const name = job.name !== null && html`<strong>${printable(job.name)}</strong>: `;
    return html`<li>${badge(job.verdict)} <span>${name}${splitVerdict(only.verdict).rest}</span>
${advice(only.verdict, only.series.analysis.measurement)}${jobRuns(job)}</li>`;
  }
  return html`<li>${badge(job.verdict)} <strong>${writeJob(job)}</strong> <span>${jobMessage(job, judged, decisive)}</span>
${jobRuns(job)}</li>`;
}

/** One series says it all; of many it is enough to know how many, and the first few of them. */
function jobMessage({ job }: AssessedJob, judged: readonly Judged[], decisive: readonly Judged[]): string {
  if (job === null) return silenceMessage('LENGTH_UNKNOWN');
  if (judged.length === 0) return NO_SERIES;
  const names = decisive.map(({ series }) => writeSeries(series.analysis.identity));
  return judgedOnMessage(names, judged.length);
}
