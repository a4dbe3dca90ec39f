import type { Measurement } from '../../../domain/measurement/measurement.ts';
import type { Span } from '../../../domain/model.ts';
import { formatDuration, formatShortDuration } from '../../../domain/time/duration.ts';
import { joinedSpans } from '../../../domain/time/spans.ts';
import type { JobVerdict } from '../../../domain/verdict/job-verdict.ts';
import { type LeastValidity, leastValidity } from '../../drawing/least-validity.ts';
import { multiplesWithin, roundStep } from '../../drawing/round-steps.ts';
import { timeAxis } from '../../drawing/time-axis.ts';
import { validityEnvelope } from '../../drawing/validity-envelope.ts';
import { sawToothMessage } from '../../messages/page.ts';
import { tickLabels } from '../../text/tick-labels.ts';
import { type Content, html, type Markup } from '../markup.ts';
import { toneOf } from '../tones.ts';
import { jobLineLabel } from './job-line.ts';
import { sawToothScale } from './saw-tooth-scale.ts';
import { anchor, percent, points, SIDE, svgFrame } from './svg-frame.ts';

/** Teeth that can be told apart in a picture of a page's width; of more only the extremes are drawn. */
const MOST_TEETH = 400;
const PARTS = 240;
const HEIGHT = 260;

/** The whole saw-tooth as a still picture: for print, and for readers without a script. */
export function sawToothSvg(
  measurement: Measurement,
  verdicts: readonly JobVerdict[],
  failed: readonly Span[],
): Markup {
  const spans = leastValidity(measurement.services);
  const { top, bottom, ...within } = sawToothScale({
    spans,
    first: measurement.firstSample,
    last: measurement.lastSample,
    worst: measurement.worstCase.seconds,
    required: verdicts.map(({ required }) => required),
  });
  const x = (at: number) => (at - within.from) / (within.to - within.from);
  const height = (seconds: number) => (seconds - bottom) / (top - bottom);
  const step = roundStep(top - bottom, 5);
  const axis = timeAxis(within, 8);
  const labels = tickLabels(axis.ticks, axis.step, 'first');
  const near = (within.to - within.from) / PARTS;
  return svgFrame({
    label: sawToothMessage(measurement),
    height: HEIGHT,
    yTicks: multiplesWithin(step, bottom, top).map((at) => ({
      at: height(at),
      label: formatShortDuration(at),
    })),
    xTicks: axis.ticks.map((tick, index) => ({ at: x(tick), label: labels[index]! })),
    background: joinedSpans(measurement.gaps, near).map((span) => band('gap', span, x)),
    shapes: spans.length > MOST_TEETH ? envelope(spans, within, x, height) : teeth(spans, x, height),
    marks: (y) => [
      ...joinedSpans(failed, near).map((span) => failedMark(span, x, y(0))),
      ...verdicts.map((verdict) => jobLine(verdict, y(height(verdict.required)))),
      worstMark(measurement, x, (seconds) => y(height(seconds))),
    ],
  });
}

type Place = (value: number) => number;

function teeth(spans: readonly LeastValidity[], x: Place, y: Place): Content {
  const left = (at: number, expiration: number) => y((expiration - at) / 1000);
  const lines = spans.map(({ from, to, expiration }, index) => {
    const isJoined = spans[index - 1]?.to === from;
    const places = [
      [x(from), left(from, expiration)],
      [x(to), left(to, expiration)],
    ] as const;
    return `${isJoined ? 'L' : 'M'}${points(places)}`;
  });
  const areas = spans.map(
    ({ from, to, expiration }) =>
      `M${points([
        [x(from), y(0)],
        [x(from), left(from, expiration)],
        [x(to), left(to, expiration)],
        [x(to), y(0)],
      ])}z`,
  );
  return html`<path class="area" d="${areas.join('')}"/><path class="line" d="${lines.join('')}"/>`;
}

function envelope(spans: readonly LeastValidity[], within: Span, x: Place, y: Place): Content {
  const parts = validityEnvelope(spans, within, PARTS);
  const columns = parts.map(({ from, to, min, max }) => {
    const [left, right, upper, lower] = [x(from) * SIDE, x(to) * SIDE, y(max), y(min)];
    return `M${left.toFixed(1)} ${((1 - upper) * SIDE).toFixed(1)}H${right.toFixed(1)}V${((1 - lower) * SIDE).toFixed(1)}H${left.toFixed(1)}z`;
  });
  const floor = parts.map(({ from, to, min }, index) => {
    const isJoined = parts[index - 1]?.to === from;
    return `${isJoined ? 'L' : 'M'}${points([
      [x(from), y(min)],
      [x(to), y(min)],
    ])}`;
  });
  return html`<path class="range" d="${columns.join('')}"/><path class="line" d="${floor.join('')}"/>`;
}

function band(name: string, { from, to }: Span, x: Place): Markup {
  return html`<rect class="${name}" x="${percent(x(from))}" width="${percent(x(to) - x(from))}" y="20" height="${HEIGHT}"/>`;
}

/** Of no length or of some: it has to be seen. */
function failedMark({ from, to }: Span, x: Place, y: number): Markup {
  const share = (at: number) => percent(Math.min(1, Math.max(0, x(at))));
  return html`<line class="failed" x1="${share(from)}" x2="${share(to)}" y1="${y - 3}" y2="${y - 3}"/>`;
}

function jobLine(verdict: JobVerdict, y: number): Markup {
  return html`<g class="job ${toneOf(verdict.verdict)}"><line x1="0" x2="100%" y1="${y}" y2="${y}"/><text class="to-here" x="100%" y="${y - 6}">${jobLineLabel(verdict.job)}</text></g>`;
}

function worstMark({ worstCase }: Measurement, x: Place, y: Place): Markup {
  const [at, height] = [x(worstCase.at), y(worstCase.seconds)];
  // There are words under the lowest one already.
  const isLow = height > HEIGHT;
  return html`<g class="worst"><circle cx="${percent(at)}" cy="${height}" r="4.5"/><text class="${anchor(at, 0.25)}" x="${percent(at)}" y="${isLow ? height - 12 : height + 20}">worst case ${formatDuration(worstCase.seconds)}</text></g>`;
}
