import {
  listRotationIntervals,
  listValiditiesWhenIssued,
} from '../../../domain/measurement/generation-facts.ts';
import type { Measurement } from '../../../domain/measurement/measurement.ts';
import { computeSafeStartsCurve } from '../../../domain/measurement/validity.ts';
import type { Seconds } from '../../../domain/model.ts';
import { correctSpans } from '../../../domain/verdict/analyse.ts';
import type { JobJudgement } from '../../../domain/verdict/job-verdict.ts';
import type { SeriesAnalysis } from '../../../domain/verdict/series-analysis.ts';
import { buildHistogram, type Histogram } from '../../drawing/histogram.ts';
import {
  describeNoSafeStart,
  ISSUED_PER_REQUEST_MESSAGE,
  UNKNOWN_VALUE,
} from '../../messages/measurements.ts';
import { describeUniformDistribution, summariseDistribution } from '../../messages/page.ts';
import { embedJson, html, type Markup } from '../markup.ts';
import { buildChartData } from './chart-data.ts';
import { renderCurveSvg } from './curve-svg.ts';
import { renderHistogramSvg } from './histogram-svg.ts';
import { renderSawToothSvg } from './saw-tooth-svg.ts';

/** The charts of one series. The script of the page replaces the sawtooth by one that can be zoomed. */
export function renderCharts(
  { failedPollSpans }: SeriesAnalysis,
  measurement: Measurement,
  judgements: readonly JobJudgement[],
  margin: Seconds,
  id: string,
): Markup {
  const failed = correctSpans(failedPollSpans, measurement);
  const data = buildChartData(measurement, judgements, failed);
  return html`<figure class="card chart saw-tooth" data-chart="${id}">
<figcaption><h3>Remaining validity over time</h3>${renderToolbar(id)}</figcaption>
<output class="readout" hidden></output>
<div class="still">${renderSawToothSvg(measurement, judgements, failed)}</div>
${renderLegend(measurement, judgements, failed.length > 0)}
<script type="application/json" id="${id}-data">${embedJson(data)}</script>
</figure>
<div class="beside">
<figure class="card chart"><figcaption><h3>Safe starts by job length</h3></figcaption>${renderCurve(measurement, judgements, margin)}</figure>
${renderDistribution('Rotation intervals', buildHistogram(listRotationIntervals(measurement)))}
${renderDistribution('Validity when issued', buildHistogram(listValiditiesWhenIssued(measurement)))}
</div>`;
}

const renderToolbar = (id: string) => html`<div class="toolbar" role="group" aria-label="time shown" hidden>
<button type="button" data-do="earlier" aria-label="earlier" aria-controls="${id}-chart">←</button>
<button type="button" data-do="later" aria-label="later" aria-controls="${id}-chart">→</button>
<button type="button" data-do="in" aria-label="zoom in" aria-controls="${id}-chart">+</button>
<button type="button" data-do="out" aria-label="zoom out" aria-controls="${id}-chart">−</button>
<button type="button" data-do="all" aria-controls="${id}-chart">all</button>
</div>`;

function renderLegend(
  { gaps, rotationWindow }: Measurement,
  judgements: readonly JobJudgement[],
  hasFailed: boolean,
): Markup {
  const entries: [shown: boolean, swatch: string, text: string][] = [
    [true, 'remaining', 'remaining validity'],
    [judgements.length > 0, 'required', 'required by the job'],
    [gaps.length > 0, 'gap', 'gap: served credentials unknown'],
    [rotationWindow !== null, 'window', 'rotation window'],
    [hasFailed, 'failed', 'failed polls'],
  ];
  return html`<ul class="legend">${entries
    .filter(([shown]) => shown)
    .map(([, swatch, text]) => html`<li><i class="swatch ${swatch}"></i>${text}</li>`)}</ul>
<p class="keys muted" hidden>Drag to zoom, double-click to reset. Keys: ← → move, + − zoom, 0 resets, Shift with ← → moves the cursor.</p>`;
}

function renderCurve(measurement: Measurement, judgements: readonly JobJudgement[], margin: Seconds): Markup {
  if (measurement.isIssuedPerRequest) return html`<p class="muted">${ISSUED_PER_REQUEST_MESSAGE}</p>`;
  const points = computeSafeStartsCurve(measurement, margin);
  if (points.length < 2) {
    return html`<p class="muted">${points.length === 0 ? UNKNOWN_VALUE : describeNoSafeStart(margin)}</p>`;
  }
  return renderCurveSvg(points, judgements, margin);
}

function renderDistribution(title: string, histogram: Histogram | null): Markup {
  if (histogram === null || histogram.extremes.min === histogram.extremes.max) {
    const text = histogram === null ? UNKNOWN_VALUE : describeUniformDistribution(histogram);
    return html`<figure class="card chart"><figcaption><h3>${title}</h3></figcaption><p class="muted">${text}</p></figure>`;
  }
  return html`<figure class="card chart"><figcaption><h3>${title}</h3> <span class="muted">${summariseDistribution(histogram)}</span></figcaption>${renderHistogramSvg(title, histogram)}</figure>`;
}
