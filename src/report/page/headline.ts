import type { AssessedJob, Assessment } from '../../domain/verdict/assessment.ts';
import { findJudgedSeries, type JudgedSeries, rankDecisiveSeries } from '../../domain/verdict/judgements.ts';
import {
  describeOutcome,
  describeReason,
  describeRoom,
  describeWithoutJob,
  formatState,
  isSafeSoFar,
  SAFE_SO_FAR,
} from '../messages/headline/headline.ts';
import {
  areSafeSoFar,
  describeOutcomeOfJobs,
  describeOutcomeOfSeries,
  describeReasonOfSeries,
} from '../messages/headline/several.ts';
import { describeNotJudgedReason, NO_JOB_MESSAGE, NO_SERIES_MESSAGE } from '../messages/judgements.ts';
import { formatSafety, listSeriesAdvice } from '../messages/verdicts.ts';
import { listJobRunRows } from '../rows/job-run-rows.ts';
import { formatJob } from '../text/format-values.ts';
import type { TimeFormat } from '../text/time-format.ts';
import { type Content, capitalise, html, Markup, paragraph, prose, renderDefinitionList } from './markup.ts';
import { getTone, renderAdvice, renderIcon, renderVerdictBadge, type Tone } from './verdicts.ts';

interface Headline {
  tone: Tone;
  /** A safe verdict of little history. */
  isWeak?: boolean;
  /** `not safe`. */
  state: string;
  /** Which job, on which host, and how much. */
  sentence: string;
  /** Below the sentence. */
  content: Content;
  advice?: Markup | null;
}

/** The first part of the page: what happens to which job, why, and what to do. */
export function renderPageHeadline(assessment: Assessment, times: TimeFormat): Markup {
  const { jobs, verdict } = assessment;
  const [job, ...otherJobs] = jobs;
  if (job === undefined || verdict === null) return renderWithoutJob(assessment);
  return otherJobs.length === 0 ? renderOneJob(job, assessment, times) : renderJobs(assessment, times);
}

/** Characters. A longer sentence, with long names, has a smaller font. */
const MAX_LARGE_SENTENCE = 150;

function renderHeadline({ tone, isWeak = false, state, sentence, content, advice = null }: Headline): Markup {
  const isLong = sentence.length > MAX_LARGE_SENTENCE;
  return html`<section class="card verdict ${tone}${isWeak && ' weak'}" aria-label="verdict">
<div><h1${isLong && new Markup(' class="long"')}><span class="state">${renderIcon(tone, isWeak)} ${capitalise(state)}<span class="for-ears">:</span></span> ${prose(capitalise(sentence))}</h1>
${content}</div>
${advice}
</section>`;
}

function renderWithoutJob({ series }: Assessment): Markup {
  const [only, ...others] = series;
  const measurement = only?.analysis.measurement ?? null;
  const title =
    only === undefined || others.length > 0 || measurement === null
      ? 'Measurements'
      : describeWithoutJob(measurement, only.identity.host);
  return html`<section class="card verdict"><div><h1>${prose(title)}</h1>
<p class="why">${capitalise(series.length === 0 ? NO_SERIES_MESSAGE : NO_JOB_MESSAGE)}</p></div></section>`;
}

function renderOneJob(job: AssessedJob, assessment: Assessment, times: TimeFormat): Markup {
  const judged = findJudgedSeries(job, assessment);
  const [only, ...others] = judged;
  if (only !== undefined && others.length === 0) return renderOnlyJudgement(job, only, times);
  const tone = getTone(job.verdict);
  if (only === undefined || job.job === null) {
    const sentence = job.job === null ? describeNotJudgedReason('DURATION_UNKNOWN') : NO_SERIES_MESSAGE;
    return renderHeadline({
      tone,
      state: formatSafety(job.verdict),
      sentence: `job ${formatJob(job)}: ${sentence}`,
      content: renderJobRuns(job, times),
    });
  }
  const worst = rankDecisiveSeries(job, assessment);
  const isWeak = job.verdict === 'safe' && areSafeSoFar(judged);
  return renderHeadline({
    tone,
    isWeak,
    state: isWeak ? SAFE_SO_FAR : formatSafety(job.verdict),
    sentence: describeOutcomeOfSeries(job.job, judged),
    content: [paragraph(describeReasonOfSeries(worst, judged), 'why'), renderJobRuns(job, times)],
  });
}

function renderOnlyJudgement(
  job: AssessedJob,
  { series, judgement }: JudgedSeries,
  times: TimeFormat,
): Markup {
  const { measurement, identity } = series.analysis;
  return renderHeadline({
    tone: getTone(judgement.verdict),
    isWeak: isSafeSoFar(judgement, measurement),
    state: formatState(judgement, measurement),
    sentence: describeOutcome(judgement, measurement, identity.host),
    content: [paragraph(describeReason(judgement, measurement, times), 'why'), renderJobRuns(job, times)],
    advice: renderAdvice(judgement, series.analysis, times),
  });
}

function renderJobs(assessment: Assessment, times: TimeFormat): Markup {
  const { jobs, verdict } = assessment;
  const judged = jobs.flatMap((job) => findJudgedSeries(job, assessment));
  const isWeak = verdict === 'safe' && areSafeSoFar(judged);
  return renderHeadline({
    tone: getTone(verdict ?? 'unknown'),
    isWeak,
    state: isWeak ? SAFE_SO_FAR : formatSafety(verdict ?? 'unknown'),
    sentence: describeOutcomeOfJobs(jobs, judged, isWeak),
    content: html`<ul class="jobs">${jobs.map((job) => renderJob(job, assessment, times))}</ul>`,
  });
}

const renderJobRuns = (job: AssessedJob, times: TimeFormat) =>
  renderDefinitionList(listJobRunRows(job, { times }), 'job-runs');

function renderJob(job: AssessedJob, assessment: Assessment, times: TimeFormat): Markup {
  const judged = findJudgedSeries(job, assessment);
  const isWeak = job.verdict === 'safe' && areSafeSoFar(judged);
  const [only, ...others] = judged;
  const isOnly = only !== undefined && others.length === 0;
  const advice = isOnly ? listSeriesAdvice(only.judgement, only.series.analysis, times) : [];
  return html`<li>${renderVerdictBadge(job.verdict, { isSafeSoFar: isWeak })} <div class="job-text"><p>${prose(capitalise(describeJobOutcome(job, judged)))}</p>
${advice.length > 0 && html`<p class="muted">${prose(capitalise(advice.join('; ')))}.</p>`}${renderJobRuns(job, times)}</div></li>`;
}

function describeJobOutcome(job: AssessedJob, judged: readonly JudgedSeries[]): string {
  const [only, ...others] = judged;
  if (job.job === null) return `job ${formatJob(job)}: ${describeNotJudgedReason('DURATION_UNKNOWN')}`;
  if (only === undefined) return `job ${formatJob(job)}: ${NO_SERIES_MESSAGE}`;
  if (others.length > 0) return describeOutcomeOfSeries(job.job, judged);
  const { measurement, identity } = only.series.analysis;
  return [describeOutcome(only.judgement, measurement, identity.host), ...describeRoom(only.judgement)].join(
    ' ',
  );
}
