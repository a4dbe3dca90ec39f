import type { Column } from '../../../domain/measurement/columns/column.ts';
import {
  listRotationIntervals,
  listValiditiesWhenIssued,
} from '../../../domain/measurement/generation-facts.ts';
import { hasMeasuredRotation, type Measurement } from '../../../domain/measurement/measurement.ts';
import { computeSafeStartsCurve } from '../../../domain/measurement/validity.ts';
import type { Seconds, Span } from '../../../domain/model.ts';
import type { JobJudgement } from '../../../domain/verdict/job-verdict.ts';
import { buildHistogram } from '../../drawing/histogram.ts';
import { describeNoSafeStart, nameWorstCase, UNKNOWN_VALUE } from '../../messages/measurements.ts';
import { describeSawTooth, summariseDistribution } from '../../messages/page.ts';
import type { TimeFormat } from '../../text/time-format.ts';
import type { GenerationRows } from '../generations/generation-row.ts';
import { type Content, embedJson, html, type Markup, prose } from '../markup.ts';
import { formatJobLabel, getTone } from '../verdicts.ts';
import { buildChartData } from './chart-data.ts';
import { renderCurveSvg } from './curve-svg.ts';
import { renderHistogramSvg } from './histogram-svg.ts';
import { buildJobLine, describeJobLine, formatDash } from './job-lines.ts';
import { PLOT_HEIGHT } from './saw-tooth-scale.ts';
import { renderSawToothSvg } from './saw-tooth-svg.ts';
import { formatAxisDuration } from './validity-labels.ts';

interface ChartInput {
  generations: GenerationRows;
  /** Failed polls, in the time of the samples. */
  failed: readonly Span[];
  judgements: readonly JobJudgement[];
  margin: Seconds;
  times: TimeFormat;
  /** Of the section. */
  id: string;
  /** Of the series. */
  name: string;
  /** The page has no other series. */
  isAlone: boolean;
}

/** Pixels of the plot on A4 paper, where two of several series share a page. The width of a browser is not known here. */
const [PRINTED, PRINTED_OF_SEVERAL] = [
  { width: 570, height: PLOT_HEIGHT },
  { width: 350, height: 100 },
];

/** The remaining validity over time. The script of the page replaces the chart by one that can be zoomed. */
export function renderSawTooth(measurement: Measurement, input: ChartInput): Markup {
  const { generations, failed, judgements, id, name, isAlone, times } = input;
  const jobs = judgements.map(buildJobLine);
  const data = buildChartData(measurement, generations, jobs, failed);
  const legend: [isShown: boolean, swatch: Swatch, text: string][] = [
    [true, 'remaining', 'remaining validity'],
    ...judgements.map((each, index): [boolean, Swatch, string] => [
      true,
      renderJobSwatch(each, index),
      `required ${formatAxisDuration(each.required)}: ${describeJobLine(each)}`,
    ]),
    [jobs.some(({ tone }) => tone === 'bad'), 'short', 'too short for the job'],
    [true, 'worst', nameWorstCase(measurement)],
    [measurement.gaps.length > 0, 'gap', 'gap: served credentials unknown'],
    [measurement.rotationWindow !== null, 'window', 'rotation window'],
    [failed.length > 0, 'failed', 'failed polls'],
  ];
  return html`<figure class="card chart saw-tooth" data-chart="${id}" data-series="${name}">
<figcaption><h3>Remaining validity</h3>${renderToolbar(id)}</figcaption>
<div class="still">${renderSawToothSvg(measurement, { jobs, failed, times, ...(isAlone ? PRINTED : PRINTED_OF_SEVERAL) })}</div>
<div class="live" id="${id}-chart" tabindex="0" role="application" aria-roledescription="chart" aria-label="${describeSawTooth(measurement, times)}" hidden></div>
${renderLegend(legend.filter(([isShown]) => isShown).map(([, ...entry]) => entry))}
<div class="hints muted"><output class="readout" hidden></output><p class="keys" hidden>Drag to zoom, double-click to reset. Keys: ← → move, + − zoom, 0 resets, Shift with ← → moves the cursor.</p></div>
<script type="application/json" id="${id}-data">${embedJson(data)}</script>
</figure>`;
}

/** A class of the style sheet, or a drawing. */
type Swatch = string | Markup;

/** The line of a job, as in the chart. */
const renderJobSwatch = ({ verdict }: JobJudgement, index: number): Markup =>
  html`<svg class="swatch-line" width="31" height="4" aria-hidden="true"><line class="required ${getTone(verdict)}" x2="31" y1="2" y2="2" stroke-dasharray="${formatDash(index)}"/></svg>`;

const renderLegend = (entries: readonly (readonly [swatch: Swatch, text: string])[]): Markup =>
  html`<ul class="legend muted">${entries.map(
    ([swatch, text]) =>
      html`<li>${typeof swatch === 'string' ? html`<i class="swatch ${swatch}"></i>` : swatch}${text}</li>`,
  )}</ul>`;

/** The charts that sum up a series. Values that are all the same are among the facts, without a chart. */
export const renderDistributions = (
  measurement: Measurement,
  input: ChartInput,
): Markup => html`<div class="beside">
${renderFigure('Safe starts by job length', renderCurve(measurement, input), 'wide')}
${renderDistribution('Rotation intervals', listRotationIntervals(measurement))}
${renderDistribution('Validity when issued', listValiditiesWhenIssued(measurement))}
</div>`;

const MOVES = [
  ['earlier', '←', 'earlier'],
  ['later', '→', 'later'],
  ['in', '+', 'zoom in'],
  ['out', '−', 'zoom out'],
  ['all', 'all', 'all'],
] as const;

const renderToolbar = (id: string) =>
  html`<div class="toolbar" role="group" aria-label="time shown" hidden>${MOVES.map(
    ([move, text, name]) =>
      html`<button type="button" data-do="${move}" aria-label="${name}" aria-controls="${id}-chart">${text}</button>`,
  )}</div>`;

/** @param content a chart, or the text that replaces it */
const renderFigure = (
  title: string,
  content: Markup | string,
  className = '',
  remark: Content = null,
): Markup =>
  html`<figure class="card chart ${className}"><figcaption><h3>${title}</h3>${remark}</figcaption>${
    typeof content === 'string' ? html`<p class="muted">${content}</p>` : content
  }</figure>`;

function renderCurve(measurement: Measurement, { judgements, margin, isAlone }: ChartInput): Markup | string {
  const points = computeSafeStartsCurve(measurement, margin);
  if (points.length === 0) return UNKNOWN_VALUE;
  if (!hasMeasuredRotation(measurement)) return `${UNKNOWN_VALUE} because no rotation was witnessed`;
  if (points.length === 1) return describeNoSafeStart(margin);
  const legend = judgements.map(
    (each, index) => [renderJobSwatch(each, index), `${formatJobLabel(each.job)} job`] as const,
  );
  return html`${renderCurveSvg(points, judgements, { margin, height: isAlone ? 130 : 100 })}${legend.length > 0 && renderLegend(legend)}`;
}

/** Null without different values. */
function renderDistribution(title: string, values: Column): Markup | null {
  const histogram = buildHistogram(values);
  if (histogram === null || histogram.extremes.min === histogram.extremes.max) return null;
  const remark = html` <span class="muted">${prose(summariseDistribution(histogram))}</span>`;
  return renderFigure(title, renderHistogramSvg(title, histogram), '', remark);
}
