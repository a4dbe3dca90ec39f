import {
  listRotationIntervals,
  listValiditiesWhenIssued,
} from '../../../domain/measurement/generation-facts.ts';
import type { Measurement } from '../../../domain/measurement/measurement.ts';
import { computeSafeStartsCurve } from '../../../domain/measurement/validity.ts';
import type { Seconds, Span } from '../../../domain/model.ts';
import type { JobJudgement } from '../../../domain/verdict/job-verdict.ts';
import { buildHistogram } from '../../drawing/histogram.ts';
import { describeNoInterval, describeNoSafeStart, UNKNOWN_VALUE } from '../../messages/measurements.ts';
import { describeSawTooth, describeUniformDistribution, summariseDistribution } from '../../messages/page.ts';
import type { TimeFormat } from '../../text/time-format.ts';
import type { GenerationRow } from '../generations/generation-row.ts';
import { type Content, embedJson, html, type Markup } from '../markup.ts';
import { buildChartData, buildJobLine } from './chart-data.ts';
import { renderCurveSvg } from './curve-svg.ts';
import { renderHistogramSvg } from './histogram-svg.ts';
import { renderSawToothSvg } from './saw-tooth-svg.ts';

interface ChartInput {
  generations: readonly GenerationRow[];
  /** Failed polls, in the time of the samples. */
  failed: readonly Span[];
  judgements: readonly JobJudgement[];
  margin: Seconds;
  times: TimeFormat;
  /** Of the section. */
  id: string;
  /** Of the series. */
  name: string;
}

/** The charts of one series. The script of the page replaces the sawtooth by one that can be zoomed. */
export function renderSeriesCharts(measurement: Measurement, input: ChartInput): Markup {
  const { generations, failed, judgements, margin, times, id, name } = input;
  const jobs = judgements.map(buildJobLine);
  const data = buildChartData(measurement, generations, jobs, failed);
  const legend: [isShown: boolean, swatch: string, text: string][] = [
    [true, 'remaining', 'remaining validity'],
    [jobs.length > 0, 'required', 'required by the job'],
    [measurement.gaps.length > 0, 'gap', 'gap: served credentials unknown'],
    [measurement.rotationWindow !== null, 'window', 'rotation window'],
    [failed.length > 0, 'failed', 'failed polls'],
  ];
  return html`<figure class="card chart saw-tooth" data-chart="${id}" data-series="${name}">
<figcaption><h3>Remaining validity over time</h3>${renderToolbar(id)}</figcaption>
<output class="readout muted" hidden></output>
<div class="still">${renderSawToothSvg(measurement, jobs, failed, times)}</div>
<div class="live" id="${id}-chart" tabindex="0" role="application" aria-roledescription="chart" aria-label="${describeSawTooth(measurement, times)}" hidden></div>
<ul class="legend muted">${legend
    .filter(([isShown]) => isShown)
    .map(([, swatch, text]) => html`<li><i class="swatch ${swatch}"></i>${text}</li>`)}</ul>
<p class="keys muted" hidden>Drag to zoom, double-click to reset. Keys: ← → move, + − zoom, 0 resets, Shift with ← → moves the cursor.</p>
<script type="application/json" id="${id}-data">${embedJson(data)}</script>
</figure>
<div class="beside">
${renderFigure('Safe starts by job length', renderCurve(measurement, judgements, margin))}
${renderDistribution('Rotation intervals', listRotationIntervals(measurement), describeNoInterval(measurement))}
${renderDistribution('Validity when issued', listValiditiesWhenIssued(measurement))}
</div>`;
}

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
const renderFigure = (title: string, content: Markup | string, remark: Content = null): Markup =>
  html`<figure class="card chart"><figcaption><h3>${title}</h3>${remark}</figcaption>${
    typeof content === 'string' ? html`<p class="muted">${content}</p>` : content
  }</figure>`;

function renderCurve(
  measurement: Measurement,
  judgements: readonly JobJudgement[],
  margin: Seconds,
): Markup | string {
  const points = computeSafeStartsCurve(measurement, margin);
  if (points.length === 0) return UNKNOWN_VALUE;
  return points.length === 1 ? describeNoSafeStart(margin) : renderCurveSvg(points, judgements, margin);
}

/** @param missing replaces the chart if there are no values */
function renderDistribution(title: string, values: readonly Seconds[], missing = UNKNOWN_VALUE): Markup {
  const histogram = buildHistogram(values);
  if (histogram === null) return renderFigure(title, missing);
  const { min, max } = histogram.extremes;
  if (min === max) return renderFigure(title, describeUniformDistribution(histogram));
  const remark = html` <span class="muted">${summariseDistribution(histogram)}</span>`;
  return renderFigure(title, renderHistogramSvg(title, histogram), remark);
}
