import { valueAt } from '../../../domain/measurement/columns/column.ts';
import { getHistoryColumns } from '../../../domain/measurement/columns/column-measurement.ts';
import type { Measurement } from '../../../domain/measurement/measurement.ts';
import type { Seconds, Span } from '../../../domain/model.ts';
import { joinSpans } from '../../../domain/time/spans.ts';
import { findMinimumValiditySpans, type ServedSpan } from '../../drawing/minimum-validity.ts';
import { buildTimeAxis, labelTicksInTwoLines } from '../../drawing/time-axis.ts';
import { describeSawTooth } from '../../messages/page.ts';
import type { TimeFormat } from '../../text/time-format.ts';
import { html, type Markup } from '../markup.ts';
import { type BandPart, buildBand, findShortPart, isBand } from './band.ts';
import { formatDash, type JobLine, listUnsafe } from './job-lines.ts';
import { computeSawToothScale, SPACE_ABOVE, SPACE_BELOW } from './saw-tooth-scale.ts';
import { formatPercent, formatPoints, type Point, renderSvgFrame } from './svg-frame.ts';
import { chooseValidityLabels, listValidityTicks } from './validity-labels.ts';

/** Closer gaps and failed polls are drawn as one. */
const MIN_GAP_SHARE = 1 / 240;
const MAX_TIME_TICKS = 8;
/** Pixels of the plot on a phone. */
const PHONE_WIDTH = 250;

interface SawToothOptions {
  jobs: readonly JobLine[];
  failed: readonly Span[];
  /** Pixels of the plot on paper. */
  width: number;
  height: number;
  times: TimeFormat;
}

/**
 * The complete sawtooth as a static chart, for printing and for browsers without scripts.
 */
export function renderSawToothSvg(
  measurement: Measurement,
  { jobs, failed, width, height, times }: SawToothOptions,
): Markup {
  const { served, generations } = getHistoryColumns(measurement);
  const spans = findMinimumValiditySpans(
    Array.from(served.from, (from, index) => ({
      from,
      to: valueAt(served.to, index),
      expiration: valueAt(generations.expiration, index),
    })),
  );
  const scale = computeSawToothScale(spans, { ...pickTimes(measurement), jobs, failed });
  const { top, bottom, ...span } = scale;
  const x = (at: number) => (at - span.from) / (span.to - span.from);
  const y = (seconds: number) => (seconds - bottom) / (top - bottom);
  const shortestGap = (span.to - span.from) * MIN_GAP_SHARE;
  const labels = chooseValidityLabels(scale, height, jobs);
  const unsafe = listUnsafe(jobs);
  const renderShapes = (plotWidth: number): Markup => {
    if (isBand(spans.length, plotWidth))
      return renderBand(buildBand(spans, span, plotWidth), unsafe, { x, y });
    const teeth = renderTeeth(spans, unsafe, bottom, { x, y });
    // The style sheet shows one of both.
    return isBand(spans.length, PHONE_WIDTH)
      ? html`<g class="not-on-phone">${teeth}</g><g class="phone-only">${renderShapes(PHONE_WIDTH)}</g>`
      : teeth;
  };
  return renderSvgFrame({
    label: describeSawTooth(measurement, times),
    height,
    spaceBelow: SPACE_BELOW,
    gridLines: listValidityTicks(bottom, top).map(y),
    yLabels: labels.map(({ seconds, text, tone }) => ({ position: y(seconds), label: text, tone })),
    xTicks: labelTicksInTwoLines(buildTimeAxis(span, MAX_TIME_TICKS, times.zone), times).map(
      ({ at, ...label }) => ({
        position: x(at),
        ...label,
      }),
    ),
    background: joinSpans(measurement.gaps, shortestGap).map((gap) => renderGap(gap, x, height)),
    shapes: renderShapes(width),
    marks: (toPixels) => [
      ...joinSpans(failed, shortestGap).map((each) => renderFailedPolls(each, x, toPixels(0))),
      ...jobs.map((job, index) => renderJobLine(job, index, toPixels(y(job.required)))),
      renderWorstCase(measurement, x, (seconds) => toPixels(y(seconds))),
    ],
  });
}

const pickTimes = ({ firstSample, lastSample, worstCase }: Measurement) => ({
  firstSample,
  lastSample,
  worstCase,
});

/** Maps a value to its share of an axis. */
type ToShare = (value: number) => number;

interface Axes {
  x: ToShare;
  y: ToShare;
}

function renderTeeth(
  spans: readonly ServedSpan[],
  unsafe: readonly Seconds[],
  bottom: Seconds,
  { x, y }: Axes,
): Markup {
  const remaining = ({ expiration }: ServedSpan, at: number) => y((expiration - at) / 1000);
  // Below 0, the validity of expired credentials has an area of its own, as in the chart of the script.
  const ground = Math.max(0, bottom);
  const areas = spans.map((span): Area => {
    const { from, to } = span;
    const edge = [remaining(span, from), remaining(span, to)] as const;
    return { left: x(from), right: x(to), edge, opposite: y(ground) };
  });
  const short = unsafe.map((required) =>
    spans.flatMap((span): Area[] => {
      const part = findShortPart(span, required);
      if (part === null) return [];
      const edge = [remaining(span, part.from), remaining(span, part.to)] as const;
      return [{ left: x(part.from), right: x(part.to), edge, opposite: y(required) }];
    }),
  );
  return html`<path class="area" d="${formatAreas(areas)}"/><path class="line" d="${formatEdges(areas)}"/>${renderShortAreas(short)}`;
}

/** The lower edge of a band is the shortest validity of each part. */
function renderBand(parts: readonly BandPart[], unsafe: readonly Seconds[], { x, y }: Axes): Markup {
  const toArea = ({ from, to, min }: BandPart, opposite: Seconds): Area => {
    return { left: x(from), right: x(to), edge: [y(min), y(min)], opposite: y(opposite) };
  };
  const areas = parts.map((part) => toArea(part, part.max));
  const short = unsafe.map((required) =>
    parts.filter(({ min }) => min < required).map((part) => toArea(part, required)),
  );
  const shortEdges = short.map((each) => html`<path class="line edge bad" d="${formatEdges(each)}"/>`);
  return html`<path class="range" d="${formatAreas(areas)}"/>${renderShortAreas(short)}<path class="line edge" d="${formatEdges(areas)}"/>${shortEdges}`;
}

const renderShortAreas = (areasOfJobs: readonly (readonly Area[])[]): Markup[] =>
  areasOfJobs.map((areas) => html`<path class="short" d="${formatAreas(areas)}"/>`);

/** Part of a chart between two positions on the x axis. A line is drawn along the edge. */
interface Area {
  left: number;
  right: number;
  edge: readonly [left: number, right: number];
  /** The edge without a line is horizontal. */
  opposite: number;
}

const listEdge = ({ left, right, edge }: Area): readonly Point[] => [
  [left, edge[0]],
  [right, edge[1]],
];

const formatAreas = (areas: readonly Area[]): string =>
  areas
    .map(
      (area) =>
        `M${formatPoints([[area.left, area.opposite], ...listEdge(area), [area.right, area.opposite]])}z`,
    )
    .join('');

/** Edges that touch share a line. */
const formatEdges = (areas: readonly Area[]): string =>
  areas
    .map(
      (area, index) => `${areas[index - 1]?.right === area.left ? 'L' : 'M'}${formatPoints(listEdge(area))}`,
    )
    .join('');

const renderGap = ({ from, to }: Span, x: ToShare, height: number): Markup =>
  html`<rect class="gap" x="${formatPercent(x(from))}" width="${formatPercent(x(to) - x(from))}" y="${SPACE_ABOVE}" height="${height}"/>`;

/** The style makes a span of length 0 visible, too. */
function renderFailedPolls({ from, to }: Span, x: ToShare, y: number): Markup {
  const share = (at: number) => formatPercent(Math.min(1, Math.max(0, x(at))));
  return html`<line class="failed" x1="${share(from)}" x2="${share(to)}" y1="${y - 3}" y2="${y - 3}"/>`;
}

const renderJobLine = ({ tone }: JobLine, index: number, y: number): Markup =>
  html`<line class="required ${tone}" x1="0" x2="100%" y1="${y}" y2="${y}" stroke-dasharray="${formatDash(index)}"/>`;

const renderWorstCase = ({ worstCase }: Measurement, x: ToShare, y: ToShare): Markup =>
  html`<circle class="worst" cx="${formatPercent(x(worstCase.at))}" cy="${y(worstCase.seconds)}" r="4.5"/>`;
