import type { Column } from '../../../domain/measurement/columns/column.ts';
import {
  listRotationIntervals,
  listValiditiesWhenIssued,
} from '../../../domain/measurement/generation-facts.ts';
import type { Measurement } from '../../../domain/measurement/measurement.ts';
import { computeSafeStartsCurve } from '../../../domain/measurement/validity.ts';
import type { Seconds, Span } from '../../../domain/model.ts';
import type { JobJudgement } from '../../../domain/verdict/job-verdict.ts';
import { buildHistogram } from '../../drawing/histogram.ts';
import { areSafeStartsKnown, describeNoSafeStart, UNKNOWN_VALUE } from '../../messages/measurements.ts';
import { describeSawTooth, summariseDistribution } from '../../messages/page.ts';
import type { TimeFormat } from '../../text/time-format.ts';
import type { GenerationRows } from '../generations/generation-row.ts';
import { type Content, embedJson, html, type Markup, prose } from '../markup.ts';
import { formatJobLabel, getTone } from '../verdicts.ts';
import { buildChartData, buildJobLine, describeJobLine } from './chart-data.ts';
import { renderCurveSvg } from './curve-svg.ts';
import { renderHistogramSvg } from './histogram-svg.ts';
import { renderSawToothSvg } from './saw-tooth-svg.ts';

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

/** Pixels of the plot on A4 paper. The width of a browser is not known here. */
const [PRINTED_WIDTH, PRINTED_WIDTH_OF_SEVERAL] = [570, 310];

/** The remaining validity over time. The script of the page replaces the chart by one that can be zoomed. */
export function renderSawTooth(measurement: Measurement, input: ChartInput): Markup {
  const { generations, failed, judgements, id, name, isAlone, times } = input;
  const jobs = judgements.map(buildJobLine);
  const data = buildChartData(measurement, generations, jobs, failed);
  const legend: [isShown: boolean, swatch: string, text: string][] = [
    [true, 'remaining', 'remaining validity'],
    ...judgements.map((each): [boolean, string, string] => [
      true,
      `required ${getTone(each.verdict)}`,
      `required: ${describeJobLine(each)}`,
    ]),
    [jobs.some(({ tone }) => tone === 'bad'), 'short', 'too short for the job'],
    [true, 'worst', 'worst case'],
    [measurement.gaps.length > 0, 'gap', 'gap: served credentials unknown'],
    [measurement.rotationWindow !== null, 'window', 'rotation window'],
    [failed.length > 0, 'failed', 'failed polls'],
  ];
  return html`<figure class="card chart saw-tooth" data-chart="${id}" data-series="${name}">
<figcaption><h3>Remaining validity</h3>${renderToolbar(id)}</figcaption>
<div class="still">${renderSawToothSvg(measurement, { jobs, failed, width: isAlone ? PRINTED_WIDTH : PRINTED_WIDTH_OF_SEVERAL, times })}</div>
<div class="live" id="${id}-chart" tabindex="0" role="application" aria-roledescription="chart" aria-label="${describeSawTooth(measurement, times)}" hidden></div>
${renderLegend(legend.filter(([isShown]) => isShown).map(([, ...entry]) => entry))}
<div class="hints muted"><output class="readout" hidden></output><p class="keys" hidden>Drag to zoom, double-click to reset. Keys: ← → move, + − zoom, 0 resets, Shift with ← → moves the cursor.</p></div>
<script type="application/json" id="${id}-data">${embedJson(data)}</script>
</figure>`;
}

const renderLegend = (entries: readonly (readonly [swatch: string, text: string])[]): Markup =>
  html`<ul class="legend muted">${entries.map(
    ([swatch, text]) => html`<li><i class="swatch ${swatch}"></i>${text}</li>`,
  )}</ul>`;

/** The charts that sum up a series. Values that are all the same are among the facts, without a chart. */
export const renderDistributions = (
  measurement: Measurement,
  { judgements, margin }: ChartInput,
): Markup => html`<div class="beside">
${renderFigure('Safe starts by job length', renderCurve(measurement, judgements, margin), 'wide')}
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

function renderCurve(
  measurement: Measurement,
  judgements: readonly JobJudgement[],
  margin: Seconds,
): Markup | string {
  const points = computeSafeStartsCurve(measurement, margin);
  if (points.length === 0) return UNKNOWN_VALUE;
  if (!areSafeStartsKnown(measurement)) return `${UNKNOWN_VALUE}, because no rotation was witnessed`;
  if (points.length === 1) return describeNoSafeStart(margin);
  const legend = judgements.map(
    ({ job, verdict }) => [`required ${getTone(verdict)}`, `${formatJobLabel(job)} job`] as const,
  );
  return html`${renderCurveSvg(points, judgements, margin)}${legend.length > 0 && renderLegend(legend)}`;
}

/** Null without different values. */
function renderDistribution(title: string, values: Column): Markup | null {
  const histogram = buildHistogram(values);
  if (histogram === null || histogram.extremes.min === histogram.extremes.max) return null;
  const remark = html` <span class="muted">${prose(summariseDistribution(histogram))}</span>`;
  return renderFigure(title, renderHistogramSvg(title, histogram), '', remark);
}
