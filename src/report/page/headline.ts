import type { AssessedJob, AssessedSeries, Assessment } from '../../domain/verdict/assessment.ts';
import { findJudgedSeries, type JudgedSeries, rankDecisiveSeries } from '../../domain/verdict/judgements.ts';
import {
  describeOutcome,
  describeReason,
  describeRoom,
  describeWithoutJob,
} from '../messages/headline/headline.ts';
import { describeRetiredSeries } from '../messages/headline/retired.ts';
import {
  areSafeSoFar,
  describeOutcomeOfJobs,
  describeOutcomeOfSeries,
  describeReasonOfSeries,
  formatStateOfJobs,
} from '../messages/headline/several.ts';
import { describeNotJudgedReason, NO_JOB_MESSAGE, NO_SERIES_MESSAGE } from '../messages/judgements.ts';
import { listCurrentAdvice } from '../messages/polling/failing-polls.ts';
import { ANY_START_TIME } from '../messages/polling/live.ts';
import { formatSafety, formatState, isSafeSoFar, SAFE_SO_FAR } from '../messages/verdicts.ts';
import { listJobRunRows } from '../rows/job-run-rows.ts';
import { formatJob } from '../text/format-values.ts';
import type { TimeFormat } from '../text/time-format.ts';
import { type Content, capitalise, html, Markup, paragraph, prose, renderDefinitionList } from './markup.ts';
import {
  getTone,
  renderAdvice,
  renderAdviceList,
  renderIcon,
  renderVerdictBadge,
  type Tone,
} from './verdicts.ts';

interface Headline {
  /** Absent without a job. */
  tone?: Tone;
  /** A safe verdict of little history. */
  isWeak?: boolean;
  /** `not safe`. */
  state?: string;
  /** Which start times the headline is about, on a page that also says what is true now. */
  scope?: string;
  /** The judged series that are retired, so that the headline is about earlier credentials. */
  retired?: string | null;
  /** Which job, on which host, and how much. */
  sentence: string;
  /** Below the sentence. */
  content: Content;
  advice?: Markup | null;
}

/** @param now what is true now, on a served page. It decides what to do at once, so it comes first. */
export function renderPageHeadline(
  assessment: Assessment,
  times: TimeFormat,
  now: Markup | null = null,
): Markup {
  const headline = buildHeadline(assessment, times, now !== null);
  return now === null
    ? renderCard(headline)
    : html`<div class="now-first">${now}\n${renderCard(headline)}</div>`;
}

function buildHeadline(assessment: Assessment, times: TimeFormat, isLive: boolean): Headline {
  const { jobs, verdict } = assessment;
  const [job, ...otherJobs] = jobs;
  if (job === undefined || verdict === null) return buildWithoutJob(assessment);
  const headline =
    otherJobs.length === 0 ? buildOneJob(job, assessment, times) : buildJobs(assessment, times, isLive);
  const judged = assessment.series.filter(({ judgements }) => judgements.length > 0);
  const retired = describeRetiredSeries(judged, times);
  return { ...headline, retired, ...(isLive && { scope: ANY_START_TIME }) };
}

/** Characters. A longer sentence, with long names, has a smaller font. */
const MAX_LARGE_SENTENCE = 150;

function renderCard(headline: Headline): Markup {
  const { tone = '', isWeak = false, state, scope, retired = null, sentence, content, advice } = headline;
  const isLong = sentence.length > MAX_LARGE_SENTENCE;
  const before =
    tone !== '' &&
    state !== undefined &&
    html`<span class="state">${renderIcon(tone, isWeak)} ${capitalise(state)}<span class="for-ears">:</span></span> `;
  return html`<section class="card verdict ${tone}${isWeak && ' weak'}" aria-label="verdict">
<div>${scope !== undefined && html`<p class="question scope">${scope}</p>`}${retired !== null && html`<p class="question"><strong>${prose(capitalise(retired))}</strong></p>`}<h1${isLong && new Markup(' class="long"')}>${before}${prose(capitalise(sentence))}</h1>
${content}</div>
${advice}
</section>`;
}

/** The series whose worst case is the headline of a page without a job. */
export function findSeriesOfHeadline({ series, jobs }: Assessment): AssessedSeries | null {
  const [only, ...others] = series;
  const measurement = only?.analysis.measurement ?? null;
  const isExpired = measurement !== null && measurement.worstCase.seconds < 0;
  // The headline about expired credentials has no duration.
  return only === undefined || others.length > 0 || jobs.length > 0 || isExpired ? null : only;
}

function buildWithoutJob({ series }: Assessment): Headline {
  const [only, ...others] = series;
  const measurement = only?.analysis.measurement ?? null;
  const sentence =
    only === undefined || others.length > 0 || measurement === null
      ? 'Measurements'
      : describeWithoutJob(measurement, only.identity.host);
  const content = paragraph([capitalise(series.length === 0 ? NO_SERIES_MESSAGE : NO_JOB_MESSAGE)], 'why');
  return { sentence, content };
}

function buildOneJob(job: AssessedJob, assessment: Assessment, times: TimeFormat): Headline {
  const judged = findJudgedSeries(job, assessment);
  const [only, ...others] = judged;
  if (only !== undefined && others.length === 0) return buildOnlyJudgement(job, only, times);
  const tone = getTone(job.verdict);
  if (only === undefined || job.job === null) {
    const sentence = job.job === null ? describeNotJudgedReason('DURATION_UNKNOWN') : NO_SERIES_MESSAGE;
    return {
      tone,
      state: formatSafety(job.verdict),
      sentence: `job ${formatJob(job)}: ${sentence}`,
      content: renderJobRuns(job, times),
    };
  }
  const worst = rankDecisiveSeries(job, assessment);
  const isWeak = job.verdict === 'safe' && areSafeSoFar(judged);
  return {
    tone,
    isWeak,
    state: isWeak ? SAFE_SO_FAR : formatSafety(job.verdict),
    sentence: describeOutcomeOfSeries(job.job, judged, assessment.series),
    content: [
      paragraph(describeReasonOfSeries(worst, judged, assessment.series), 'why'),
      renderJobRuns(job, times),
    ],
  };
}

function buildOnlyJudgement(
  job: AssessedJob,
  { series, judgement }: JudgedSeries,
  times: TimeFormat,
): Headline {
  const { measurement, identity } = series.analysis;
  return {
    tone: getTone(judgement.verdict),
    isWeak: isSafeSoFar(judgement, measurement),
    state: formatState(judgement, measurement),
    sentence: describeOutcome(judgement, measurement, identity.host),
    content: [paragraph(describeReason(judgement, measurement, times), 'why'), renderJobRuns(job, times)],
    advice: renderAdvice(judgement, series, times),
  };
}

function buildJobs(assessment: Assessment, times: TimeFormat, isLive: boolean): Headline {
  const { jobs, verdict } = assessment;
  const judged = jobs.flatMap((job) => findJudgedSeries(job, assessment));
  const isWeak = verdict === 'safe' && areSafeSoFar(judged);
  return {
    tone: getTone(verdict ?? 'unknown'),
    isWeak,
    state: formatStateOfJobs(assessment),
    sentence: describeOutcomeOfJobs(jobs, judged, isWeak),
    content: html`<ul class="jobs">${jobs.map((job) => renderJob(job, assessment, times, !isLive))}</ul>`,
    advice: isLive ? renderAdviceList(jobs.flatMap((job) => listJobAdvice(job, assessment, times))) : null,
  };
}

const renderJobRuns = (job: AssessedJob, times: TimeFormat) =>
  renderDefinitionList(listJobRunRows(job, { times }), 'job-runs');

/** Each advice begins with the job. */
const listJobAdvice = (job: AssessedJob, assessment: Assessment, times: TimeFormat) =>
  listAdviceOfOnly(findJudgedSeries(job, assessment), times).map((each) => `${formatJob(job)}: ${each}`);

/** Several series have their advice in their sections. */
function listAdviceOfOnly([only, ...others]: readonly JudgedSeries[], times: TimeFormat): string[] {
  if (only === undefined || others.length > 0) return [];
  return listCurrentAdvice(only.judgement, only.series, times);
}

function renderJob(job: AssessedJob, assessment: Assessment, times: TimeFormat, hasAdvice: boolean): Markup {
  const judged = findJudgedSeries(job, assessment);
  const isWeak = job.verdict === 'safe' && areSafeSoFar(judged);
  const advice = hasAdvice ? listAdviceOfOnly(judged, times) : [];
  return html`<li>${renderVerdictBadge(job.verdict, { isSafeSoFar: isWeak })} <div class="job-text"><p>${prose(capitalise(describeJobOutcome(job, judged, assessment)))}</p>
${advice.length > 0 && html`<p class="muted">${prose(capitalise(advice.join('; ')))}.</p>`}${renderJobRuns(job, times)}</div></li>`;
}

function describeJobOutcome(
  job: AssessedJob,
  judged: readonly JudgedSeries[],
  assessment: Assessment,
): string {
  const [only, ...others] = judged;
  if (job.job === null) return `job ${formatJob(job)}: ${describeNotJudgedReason('DURATION_UNKNOWN')}`;
  if (only === undefined) return `job ${formatJob(job)}: ${NO_SERIES_MESSAGE}`;
  if (others.length > 0) return describeOutcomeOfSeries(job.job, judged, assessment.series);
  const { measurement, identity } = only.series.analysis;
  return [describeOutcome(only.judgement, measurement, identity.host), ...describeRoom(only.judgement)].join(
    ' ',
  );
}
