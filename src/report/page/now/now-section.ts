import type { SeriesNow, StartNow } from '../../../domain/live/series-now.ts';
import type { Instant } from '../../../domain/model.ts';
import type { Assessment } from '../../../domain/verdict/assessment.ts';
import { toSafety } from '../../../domain/verdict/figures/severity.ts';
import type { Job } from '../../../domain/verdict/job-verdict.ts';
import type { ReportContext } from '../../context.ts';
import {
  describeFormerAnswer,
  describeFrozenPage,
  describeMissedStart,
  describeNoStart,
  describePollFailure,
  describeRotationRange,
  describeStaleStart,
  describeStartUntil,
  describeUnknownStart,
  describeZone,
  ONLY_NOW,
  ONLY_NOW_IN_TABLE,
} from '../../messages/polling/live.ts';
import { describeJob } from '../../messages/verdicts.ts';
import { formatNumber, formatSeriesName } from '../../text/format-values.ts';
import type { TimeFormat } from '../../text/time-format.ts';
import { type Content, capitalise, html, type Markup, prose } from '../markup.ts';
import type { Tone } from '../verdicts.ts';
import { listNowRows, type NowRow } from './now-rows.ts';
import { renderCounter, renderLastPoll, renderNextPoll, renderNextPollAttribute } from './poll-times.ts';

/** What is true now. The script of a served page counts down, and replaces the values after each poll. */
export function renderNow(assessment: Assessment, context: ReportContext): Markup | null {
  const { rows, jobs, hiddenCount } = listNowRows(assessment, context);
  const [only, ...others] = rows;
  if (only === undefined) return null;
  const nextPoll = renderNextPollAttribute(
    rows.map(({ poll }) => poll),
    context.now,
  );
  return html`<section class="now" aria-labelledby="now" ${nextPoll}>
<h2 id="now">Now <small class="muted">${describeZone(context.now, context.times)}</small></h2>
<noscript><p>${capitalise(describeFrozenPage(context.now, context.times))}</p></noscript>
${others.length === 0 ? renderSeries(only, jobs, context) : renderTable(rows, jobs, context)}
${hiddenCount > 0 && html`<p class="muted">${formatNumber(hiddenCount)} more series are polled</p>`}
</section>`;
}

type NowContext = Pick<ReportContext, 'now' | 'margin' | 'times'>;

/** A cell, its remark, and its name. */
interface Value {
  label: string;
  value: Content;
  remark?: Content;
}

/** The answers have the size of the headline, because they decide what to do now. */
function renderSeries(row: NowRow, jobs: readonly Job[], context: NowContext): Markup {
  const explain = (job: Job) => isSafeOnlyNow(row, job) && html` <small class="remark">${ONLY_NOW}</small>`;
  const answers = listAnswers(row, jobs, context, explain).map(
    ({ label, value }) =>
      html`<div class="card answer"><p class="question">${capitalise(label)}</p><p>${value}</p></div>`,
  );
  const facts = listFacts(row, context).map(
    ({ label, value, remark }) =>
      html`<div><dt>${label}</dt><dd>${value}${remark && html` <small>${remark}</small>`}</dd></div>`,
  );
  return html`<div class="now-row"><div class="answers">${answers}</div><dl class="card facts">${facts}</dl></div>`;
}

/** The style sheet shows a row as a block of lines on a phone. */
function renderTable(rows: readonly NowRow[], jobs: readonly Job[], context: NowContext): Markup {
  const listed = rows.map((row) => ({
    name: formatSeriesName(row.series.identity),
    values: [...listAnswers(row, jobs, context, () => null), ...listFacts(row, context)],
  }));
  const labels = new Set(listed.flatMap(({ values }) => values.map(({ label }) => label)));
  const body = listed.map(({ name, values }) => {
    const cells = Array.from(labels, (label) => renderCell(values.find((each) => each.label === label)));
    return html`<tr data-keep="${name}"><th scope="row">${name}</th>${cells}</tr>\n`;
  });
  return html`<div class="card scroll" tabindex="0" role="region" aria-labelledby="now"><table class="rows live-rows">
<thead><tr><th scope="col">series</th>${Array.from(labels, (label) => html`<th scope="col">${label}</th>`)}</tr></thead>
<tbody>${body}</tbody>
</table></div>${rows.some((row) => jobs.some((job) => isSafeOnlyNow(row, job))) && html`<p class="muted">${ONLY_NOW_IN_TABLE}</p>`}`;
}

/** A series without the value has an empty cell. */
const renderCell = (cell: Value | undefined): Markup =>
  cell === undefined
    ? html`<td class="empty"></td>`
    : html`<td data-label="${cell.label}"><div>${cell.value}${cell.remark && html` <span class="remark">${cell.remark}</span>`}</div></td>`;

function listAnswers(
  { now: known }: NowRow,
  jobs: readonly Job[],
  context: NowContext,
  explain: (job: Job) => Content,
): Value[] {
  const { now, margin } = context;
  const { expiresAt, starts } = known;
  if (jobs.length === 0) {
    const value = expiresAt === null ? '–' : renderCounter('longest', expiresAt - margin * 1000, now);
    return [{ label: 'longest job that may start now', value }];
  }
  return jobs.map((job) => ({
    label: `may ${describeJob(job.duration)} start now?`,
    value: renderStart(
      starts.find((each) => each.job === job),
      known,
      context,
      explain(job),
    ),
  }));
}

function listFacts(
  { now: known, lastPollAt, isOnlySample, poll }: NowRow,
  { now, times }: NowContext,
): Value[] {
  const { expiresAt, nextRotation, failure } = known;
  return [
    {
      label: 'time left',
      value: expiresAt === null ? '–' : renderCounter('left', expiresAt, now),
      remark:
        expiresAt !== null &&
        html`${renderCounter('expires', expiresAt, now)} ${prose(times.clockTime(expiresAt, now))}`,
    },
    {
      label: 'next rotation',
      value:
        nextRotation === null
          ? 'not known yet'
          : renderCounter('rotation', nextRotation.expected, now, nextRotation.latest),
      remark: nextRotation !== null && prose(describeRotationRange(nextRotation, now, times)),
    },
    {
      label: isOnlySample ? 'last sample' : 'last poll',
      value: lastPollAt === null ? '–' : renderLastPoll(lastPollAt, poll, now),
      remark: html`<span class="${failure === null ? 'poll' : 'poll bad'}" aria-live="polite">${failure === null ? 'recorded' : prose(describePollFailure(failure))}</span>`,
    },
    ...(poll === null ? [] : [{ label: 'next poll', value: renderNextPoll(poll, now) }]),
  ];
}

/** A start now is safe, but the verdict on all start times is not. */
const isSafeOnlyNow = ({ series, now }: NowRow, job: Job): boolean =>
  now.starts.some((start) => start.job === job && start.answer === 'yes') &&
  series.judgements.some((each) => each.job === job && toSafety(each.verdict) === 'not-safe');

/** An answer and the answers that replace it later. The script shows the one that is true. */
function renderStart(
  start: StartNow | undefined,
  { lastSampleAt, staleAt }: SeriesNow,
  { now, times }: NowContext,
  remark: Content,
): Content {
  if (start === undefined) return '–';
  const render = (answer: string, tone: Tone | 'former', text: Content, isHidden: boolean) =>
    html`<span class="${tone}" data-answer="${answer}"${isHidden && html` hidden`}>${text}</span>`;
  const [tone, text] = describeStart(start, now, times);
  const isKnown = start.answer !== 'unknown';
  const until = start.answer === 'yes' ? start.until : null;
  const hasStale = isKnown && staleAt !== null && lastSampleAt !== null;
  return html`<span class="start" aria-live="polite" data-until="${until}" data-stale="${hasStale && staleAt}">${[
    render('now', tone, html`${prose(text)}${remark}`, false),
    isKnown && render('former', 'former', prose(describeFormerAnswer(text)), true),
    until !== null && render('later', 'bad', prose(describeMissedStart(until, now, times)), true),
    hasStale && render('stale', 'unsure', prose(describeStaleStart(lastSampleAt, now, times)), true),
  ]}</span>`;
}

function describeStart(start: StartNow, now: Instant, times: TimeFormat): [Tone, string] {
  switch (start.answer) {
    case 'yes':
      return ['safe', describeStartUntil(start.until, now, times)];
    case 'no':
      return ['bad', describeNoStart(start)];
    case 'unknown':
      return ['unsure', describeUnknownStart(start.reason)];
  }
}
