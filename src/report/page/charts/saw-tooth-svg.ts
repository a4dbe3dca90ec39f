import { valueAt } from '../../../domain/measurement/columns/column.ts';
import { getHistoryColumns } from '../../../domain/measurement/columns/column-measurement.ts';
import type { Measurement } from '../../../domain/measurement/measurement.ts';
import type { Span } from '../../../domain/model.ts';
import { joinSpans } from '../../../domain/time/spans.ts';
import { findMinimumValiditySpans, type ServedSpan } from '../../drawing/minimum-validity.ts';
import { buildTimeAxis, labelTicks } from '../../drawing/time-axis.ts';
import { buildValidityBuckets } from '../../drawing/validity-buckets.ts';
import { formatWorstCase } from '../../messages/measurements.ts';
import { describeSawTooth } from '../../messages/page.ts';
import type { TimeFormat } from '../../text/time-format.ts';
import { html, type Markup } from '../markup.ts';
import type { JobLine } from './chart-data.ts';
import { computeSawToothScale } from './saw-tooth-scale.ts';
import {
  buildDurationTicks,
  chooseAnchor,
  formatPercent,
  formatPoints,
  type Point,
  renderSvgFrame,
} from './svg-frame.ts';

/** More teeth cannot be distinguished in a chart of the width of a page, so an envelope replaces them. */
const MAX_TEETH = 400;
const ENVELOPE_BUCKETS = 240;
const HEIGHT = 260;

/** The complete sawtooth as a static chart, for printing and for browsers without scripts. */
export function renderSawToothSvg(
  measurement: Measurement,
  jobs: readonly JobLine[],
  failed: readonly Span[],
  times: TimeFormat,
): Markup {
  const { gaps } = measurement;
  const { served, generations } = getHistoryColumns(measurement);
  const spans = findMinimumValiditySpans(
    Array.from(served.from, (from, index) => ({
      from,
      to: valueAt(served.to, index),
      expiration: valueAt(generations.expiration, index),
    })),
  );
  const { top, bottom, ...span } = computeSawToothScale(spans, jobs, measurement);
  const x = (at: number) => (at - span.from) / (span.to - span.from);
  const height = (seconds: number) => (seconds - bottom) / (top - bottom);
  const shortestGap = (span.to - span.from) / ENVELOPE_BUCKETS;
  return renderSvgFrame({
    label: describeSawTooth(measurement, times),
    height: HEIGHT,
    yTicks: buildDurationTicks(bottom, top, 5),
    xTicks: labelTicks(buildTimeAxis(span, 8, times.zone), 'first', times).map(({ at, label }) => ({
      position: x(at),
      label,
    })),
    background: joinSpans(gaps, shortestGap).map((gap) => renderGap(gap, x)),
    shapes: spans.length > MAX_TEETH ? renderEnvelope(measurement, x, height) : renderTeeth(spans, x, height),
    marks: (y) => [
      ...joinSpans(failed, shortestGap).map((each) => renderFailedPolls(each, x, y(0))),
      ...jobs.map((job) => renderJobLine(job, y(height(job.required)))),
      renderWorstCase(measurement, x, (seconds) => y(height(seconds))),
    ],
  });
}

/** Maps a value to its share of an axis. */
type ToShare = (value: number) => number;

function renderTeeth(spans: readonly ServedSpan[], x: ToShare, y: ToShare): Markup {
  const areas = spans.map(({ from, to, expiration }): Area => {
    const edge = [y((expiration - from) / 1000), y((expiration - to) / 1000)] as const;
    return { left: x(from), right: x(to), edge, opposite: y(0) };
  });
  return renderAreas('area', areas);
}

/** The smallest and the largest remaining validity in parts of the time. */
function renderEnvelope(measurement: Measurement, x: ToShare, y: ToShare): Markup {
  const buckets = buildValidityBuckets({ measurement, failedPollSpans: [] }, ENVELOPE_BUCKETS) ?? [];
  const areas = buckets.flatMap(({ from, to, remaining }): Area[] => {
    if (remaining === null) return [];
    const low = y(remaining.min);
    return [{ left: x(from), right: x(to), edge: [low, low], opposite: y(remaining.max) }];
  });
  return renderAreas('range', areas);
}

/** Part of a chart between two positions on the x axis. A line is drawn along the edge. */
interface Area {
  left: number;
  right: number;
  edge: readonly [left: number, right: number];
  /** The edge without a line is horizontal. */
  opposite: number;
}

/** Edges that touch share a line. */
function renderAreas(className: string, areas: readonly Area[]): Markup {
  let [fill, line] = ['', ''];
  for (const [index, { left, right, edge, opposite }] of areas.entries()) {
    const points: readonly Point[] = [
      [left, edge[0]],
      [right, edge[1]],
    ];
    fill += `M${formatPoints([[left, opposite], ...points, [right, opposite]])}z`;
    line += `${areas[index - 1]?.right === left ? 'L' : 'M'}${formatPoints(points)}`;
  }
  return html`<path class="${className}" d="${fill}"/><path class="line" d="${line}"/>`;
}

function renderGap({ from, to }: Span, x: ToShare): Markup {
  return html`<rect class="gap" x="${formatPercent(x(from))}" width="${formatPercent(x(to) - x(from))}" y="20" height="${HEIGHT}"/>`;
}

/** The style makes a span of length 0 visible, too. */
function renderFailedPolls({ from, to }: Span, x: ToShare, y: number): Markup {
  const share = (at: number) => formatPercent(Math.min(1, Math.max(0, x(at))));
  return html`<line class="failed" x1="${share(from)}" x2="${share(to)}" y1="${y - 3}" y2="${y - 3}"/>`;
}

function renderJobLine({ tone, label }: JobLine, y: number): Markup {
  return html`<g class="job mark ${tone}"><line x1="0" x2="100%" y1="${y}" y2="${y}"/><text text-anchor="end" x="100%" y="${y - 6}">${label}</text></g>`;
}

function renderWorstCase({ worstCase }: Measurement, x: ToShare, y: ToShare): Markup {
  const [at, height] = [x(worstCase.at), y(worstCase.seconds)];
  // Below the plot are the labels of the axis.
  const isLow = height > HEIGHT;
  return html`<g class="mark"><circle cx="${formatPercent(at)}" cy="${height}" r="4.5"/><text text-anchor="${chooseAnchor(at, 0.25)}" x="${formatPercent(at)}" y="${isLow ? height - 12 : height + 20}">worst case ${formatWorstCase(worstCase)}</text></g>`;
}
