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

/** What was measured, drawn. The saw-tooth becomes one that can be zoomed where the script runs. */
export function renderCharts(
  { failedPollSpans }: SeriesAnalysis,
  measurement: Measurement,
  verdicts: readonly JobJudgement[],
  margin: Seconds,
  id: string,
): Markup {
  const failed = correctSpans(failedPollSpans, measurement);
  const data = buildChartData(measurement, verdicts, failed);
  return html`<figure class="card chart saw-tooth" data-chart="${id}">
<figcaption><h3>Remaining validity over time</h3>${toolbar(id)}</figcaption>
<output class="readout" hidden></output>
<div class="still">${renderSawToothSvg(measurement, verdicts, failed)}</div>
${legend(measurement, verdicts, failed.length > 0)}
<script type="application/json" id="${id}-data">${embedJson(data)}</script>
</figure>
<div class="beside">
<figure class="card chart"><figcaption><h3>Safe starts by job length</h3></figcaption>${curve(measurement, verdicts, margin)}</figure>
${distribution('Rotation intervals', buildHistogram(listRotationIntervals(measurement)))}
${distribution('Validity when issued', buildHistogram(listValiditiesWhenIssued(measurement)))}
</div>`;
}

const toolbar = (id: string) => html`<div class="toolbar" role="group" aria-label="time shown" hidden>
<button type="button" data-do="earlier" aria-label="earlier" aria-controls="${id}-chart">←</button>
<button type="button" data-do="later" aria-label="later" aria-controls="${id}-chart">→</button>
<button type="button" data-do="in" aria-label="zoom in" aria-controls="${id}-chart">+</button>
<button type="button" data-do="out" aria-label="zoom out" aria-controls="${id}-chart">−</button>
<button type="button" data-do="all" aria-controls="${id}-chart">all</button>
</div>`;

function legend(
  { gaps, rotationWindow }: Measurement,
  verdicts: readonly JobJudgement[],
  hasFailed: boolean,
): Markup {
  const entries: [shown: boolean, swatch: string, text: string][] = [
    [true, 'remaining', 'remaining validity'],
    [verdicts.length > 0, 'required', 'required by the job'],
    [gaps.length > 0, 'gap', 'gap: served credentials unknown'],
    [rotationWindow !== null, 'window', 'rotation window'],
    [hasFailed, 'failed', 'failed polls'],
  ];
  return html`<ul class="legend">${entries
    .filter(([shown]) => shown)
    .map(([, swatch, text]) => html`<li><i class="swatch ${swatch}"></i>${text}</li>`)}</ul>
<p class="keys muted" hidden>Drag to zoom, double-click to reset. Keys: ← → move, + − zoom, 0 resets, Shift with ← → moves the cursor.</p>`;
}

function curve(measurement: Measurement, verdicts: readonly JobJudgement[], margin: Seconds): Markup {
  if (measurement.isIssuedPerRequest) return html`<p class="muted">${ISSUED_PER_REQUEST_MESSAGE}</p>`;
  const points = computeSafeStartsCurve(measurement, margin);
  if (points.length < 2) {
    return html`<p class="muted">${points.length === 0 ? UNKNOWN_VALUE : describeNoSafeStart(margin)}</p>`;
  }
  return renderCurveSvg(points, verdicts, margin);
}

function distribution(title: string, found: Histogram | null): Markup {
  if (found === null || found.extremes.min === found.extremes.max) {
    const text = found === null ? UNKNOWN_VALUE : describeUniformDistribution(found);
    return html`<figure class="card chart"><figcaption><h3>${title}</h3></figcaption><p class="muted">${text}</p></figure>`;
  }
  return html`<figure class="card chart"><figcaption><h3>${title}</h3> <span class="muted">${summariseDistribution(found)}</span></figcaption>${renderHistogramSvg(title, found)}</figure>`;
}
