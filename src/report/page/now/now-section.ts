import type { StartNow } from '../../../domain/live/series-now.ts';
import type { Instant } from '../../../domain/model.ts';
import type { Assessment } from '../../../domain/verdict/assessment.ts';
import type { Job } from '../../../domain/verdict/job-verdict.ts';
import type { ReportContext } from '../../context.ts';
import {
  COUNTERS,
  type Counter,
  describeExpiration,
  describeMissedStart,
  describeNoStart,
  describePollFailure,
  describeRotationRange,
  describeStaleStart,
  describeStartUntil,
  describeUnknownStart,
  NEXT_POLL_EXPECTED,
} from '../../messages/polling/live.ts';
import { describeJob } from '../../messages/verdicts.ts';
import { formatNumber, formatSeriesName } from '../../text/format-values.ts';
import { type Content, html, type Markup } from '../markup.ts';
import type { Tone } from '../verdicts.ts';
import { listNowRows, type NowRow } from './now-rows.ts';

/** What is true now. The script of a served page counts down, and replaces the values after each poll. */
export function renderNow(assessment: Assessment, context: ReportContext): Markup | null {
  const { rows, jobs, hiddenCount } = listNowRows(assessment, context);
  const [only, ...others] = rows;
  if (only === undefined) return null;
  const nextPolls = rows.flatMap(({ nextPollAt }) => nextPollAt ?? []);
  const nextPoll = nextPolls.length === 0 ? '' : String(Math.min(...nextPolls));
  return html`<section class="now" aria-labelledby="now" data-next-poll="${nextPoll}">
<h2 id="now">Now</h2>
${others.length === 0 ? renderSeries(only, jobs, context) : renderTable(rows, jobs, context)}
${hiddenCount > 0 && html`<p class="muted">${formatNumber(hiddenCount)} more series are polled</p>`}
</section>`;
}

type NowContext = Pick<ReportContext, 'now' | 'margin' | 'times'>;

/** A cell, its remark, and its name. */
interface Value {
  label: string;
  value: Content;
  remark: Content;
}

function renderSeries(row: NowRow, jobs: readonly Job[], context: NowContext): Markup {
  return html`<dl class="card facts">${listValues(row, jobs, context).map(
    ({ label, value, remark }) =>
      html`<div><dt>${label}</dt><dd>${value}${remark !== null && html` <small>${remark}</small>`}</dd></div>`,
  )}</dl>`;
}

/** The style sheet shows a row as a block of lines on a phone. */
function renderTable(rows: readonly NowRow[], jobs: readonly Job[], context: NowContext): Markup {
  const [first] = rows;
  const labels = first === undefined ? [] : listValues(first, jobs, context).map(({ label }) => label);
  return html`<div class="card scroll" tabindex="0" role="region" aria-labelledby="now"><table class="rows live-rows">
<thead><tr><th scope="col">series</th>${labels.map((label) => html`<th scope="col">${label}</th>`)}</tr></thead>
<tbody>${rows.map((row) => renderRow(row, jobs, context))}</tbody>
</table></div>`;
}

function renderRow(row: NowRow, jobs: readonly Job[], context: NowContext): Markup {
  const name = formatSeriesName(row.series.identity);
  return html`<tr data-keep="${name}"><th scope="row">${name}</th>${listValues(row, jobs, context).map(
    ({ label, value, remark }) =>
      html`<td data-label="${label}"><div>${value}${remark !== null && html` <span class="remark">${remark}</span>`}</div></td>`,
  )}</tr>\n`;
}

function listValues(row: NowRow, jobs: readonly Job[], { now, margin, times }: NowContext): Value[] {
  const { now: known, lastPollAt, nextPollAt } = row;
  const { expiresAt, nextRotation, failure } = known;
  const starts: Value[] =
    jobs.length > 0
      ? jobs.map((job) => ({
          label: `may ${describeJob(job.duration)} start now?`,
          value: renderStart(
            known.starts.find((each) => each.job === job),
            row,
            { now, times },
          ),
          remark: null,
        }))
      : [
          {
            label: 'longest job that may start now',
            value: expiresAt === null ? '–' : renderCounter('longest', expiresAt - margin * 1000, now),
            remark: null,
          },
        ];
  return [
    ...starts,
    {
      label: 'time left',
      value: expiresAt === null ? '–' : renderCounter('left', expiresAt, now),
      remark: expiresAt === null ? null : describeExpiration(expiresAt, now, times),
    },
    {
      label: 'next rotation',
      value:
        nextRotation === null
          ? 'not known yet'
          : renderCounter('rotation', nextRotation.expected, now, nextRotation.latest),
      remark: nextRotation === null ? null : describeRotationRange(nextRotation, now, times),
    },
    {
      label: 'last poll',
      value: lastPollAt === null ? '–' : renderCounter('ago', lastPollAt, now),
      remark: html`<span class="${failure === null ? 'poll' : 'poll bad'}" aria-live="polite">${failure === null ? 'recorded' : describePollFailure(failure)}</span>`,
    },
    {
      label: 'next poll',
      value: nextPollAt === null ? 'not known' : renderCounter('next', nextPollAt, now),
      remark: nextPollAt !== null && row.isNextPollExpected ? NEXT_POLL_EXPECTED : null,
    },
  ];
}

/** The script writes the value again every second. */
const renderCounter = (counter: Counter, at: Instant, now: Instant, latest = at): Markup =>
  html`<span class="counter" data-count="${counter}" data-at="${at}" data-latest="${latest}">${COUNTERS[counter](at, now, latest)}</span>`;

/** An answer and the answers that replace it later. The script shows the one that is true. */
function renderStart(
  start: StartNow | undefined,
  { now: known }: NowRow,
  { now, times }: Pick<NowContext, 'now' | 'times'>,
): Content {
  if (start === undefined) return '–';
  const { lastSampleAt, staleAt } = known;
  const render = (answer: string, tone: Tone, text: string, isHidden: boolean) =>
    html`<span class="${tone}" data-answer="${answer}"${isHidden && html` hidden`}>${text}</span>`;
  const stale =
    staleAt !== null && lastSampleAt !== null && start.answer !== 'unknown'
      ? render('stale', 'unsure', describeStaleStart(lastSampleAt, now, times), true)
      : null;
  const until = start.answer === 'yes' ? start.until : '';
  return html`<span class="start" aria-live="polite" data-until="${until}" data-stale="${stale === null ? null : staleAt}">${
    start.answer === 'yes'
      ? [
          render('now', 'safe', describeStartUntil(start.until, now, times), false),
          render('later', 'bad', describeMissedStart(start.until, now, times), true),
        ]
      : start.answer === 'no'
        ? render('now', 'bad', describeNoStart(start), false)
        : render('now', 'unsure', describeUnknownStart(start.reason), false)
  }${stale}</span>`;
}
