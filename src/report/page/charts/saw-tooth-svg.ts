import type { Measurement } from '../../../domain/measurement/measurement.ts';
import type { Span } from '../../../domain/model.ts';
import { formatDuration, formatShortDuration } from '../../../domain/time/duration.ts';
import { joinSpans } from '../../../domain/time/spans.ts';
import type { JobJudgement } from '../../../domain/verdict/job-verdict.ts';
import { findMinimumValiditySpans, type MinimumValiditySpan } from '../../drawing/minimum-validity.ts';
import { chooseRoundStep, multiplesWithin } from '../../drawing/round-steps.ts';
import { buildTimeAxis, labelTicks } from '../../drawing/time-axis.ts';
import { buildValidityEnvelope } from '../../drawing/validity-envelope.ts';
import { describeSawTooth } from '../../messages/page.ts';
import { type Content, html, type Markup } from '../markup.ts';
import { getTone } from '../tones.ts';
import { formatJobLineLabel } from './job-line.ts';
import { computeSawToothScale } from './saw-tooth-scale.ts';
import { chooseAnchorClass, formatPercent, formatPoints, renderSvgFrame, SHAPE_UNITS } from './svg-frame.ts';

/** Teeth that can be told apart in a picture of a page's width; of more only the extremes are drawn. */
const MOST_TEETH = 400;
const PARTS = 240;
const HEIGHT = 260;

/** The whole saw-tooth as a still picture: for print, and for readers without a script. */
export function renderSawToothSvg(
  measurement: Measurement,
  judgements: readonly JobJudgement[],
  failed: readonly Span[],
): Markup {
  const spans = findMinimumValiditySpans(measurement.servedPeriods);
  const { top, bottom, ...within } = computeSawToothScale({
    spans,
    firstSample: measurement.firstSample,
    lastSample: measurement.lastSample,
    worstCaseSeconds: measurement.worstCase.seconds,
    required: judgements.map(({ required }) => required),
  });
  const x = (at: number) => (at - within.from) / (within.to - within.from);
  const height = (seconds: number) => (seconds - bottom) / (top - bottom);
  const step = chooseRoundStep(top - bottom, 5);
  const axis = buildTimeAxis(within, 8);
  const near = (within.to - within.from) / PARTS;
  return renderSvgFrame({
    label: describeSawTooth(measurement),
    height: HEIGHT,
    yTicks: multiplesWithin(step, bottom, top).map((at) => ({
      position: height(at),
      label: formatShortDuration(at),
    })),
    xTicks: labelTicks(axis, 'first').map(({ at, label }) => ({ position: x(at), label })),
    background: joinSpans(measurement.gaps, near).map((span) => band('gap', span, x)),
    shapes: spans.length > MOST_TEETH ? envelope(spans, within, x, height) : teeth(spans, x, height),
    marks: (y) => [
      ...joinSpans(failed, near).map((span) => failedMark(span, x, y(0))),
      ...judgements.map((judgement) => jobLine(judgement, y(height(judgement.required)))),
      worstMark(measurement, x, (seconds) => y(height(seconds))),
    ],
  });
}

type Place = (value: number) => number;

function teeth(spans: readonly MinimumValiditySpan[], x: Place, y: Place): Content {
  const left = (at: number, expiration: number) => y((expiration - at) / 1000);
  const lines = spans.map(({ from, to, expiration }, index) => {
    const isJoined = spans[index - 1]?.to === from;
    const places = [
      [x(from), left(from, expiration)],
      [x(to), left(to, expiration)],
    ] as const;
    return `${isJoined ? 'L' : 'M'}${formatPoints(places)}`;
  });
  const areas = spans.map(
    ({ from, to, expiration }) =>
      `M${formatPoints([
        [x(from), y(0)],
        [x(from), left(from, expiration)],
        [x(to), left(to, expiration)],
        [x(to), y(0)],
      ])}z`,
  );
  return html`<path class="area" d="${areas.join('')}"/><path class="line" d="${lines.join('')}"/>`;
}

function envelope(spans: readonly MinimumValiditySpan[], within: Span, x: Place, y: Place): Content {
  const parts = buildValidityEnvelope(spans, within, PARTS);
  const columns = parts.map(({ from, to, min, max }) => {
    const [left, right, upper, lower] = [x(from) * SHAPE_UNITS, x(to) * SHAPE_UNITS, y(max), y(min)];
    return `M${left.toFixed(1)} ${((1 - upper) * SHAPE_UNITS).toFixed(1)}H${right.toFixed(1)}V${((1 - lower) * SHAPE_UNITS).toFixed(1)}H${left.toFixed(1)}z`;
  });
  const floor = parts.map(({ from, to, min }, index) => {
    const isJoined = parts[index - 1]?.to === from;
    return `${isJoined ? 'L' : 'M'}${formatPoints([
      [x(from), y(min)],
      [x(to), y(min)],
    ])}`;
  });
  return html`<path class="range" d="${columns.join('')}"/><path class="line" d="${floor.join('')}"/>`;
}

function band(name: string, { from, to }: Span, x: Place): Markup {
  return html`<rect class="${name}" x="${formatPercent(x(from))}" width="${formatPercent(x(to) - x(from))}" y="20" height="${HEIGHT}"/>`;
}

/** Of no length or of some: it has to be seen. */
function failedMark({ from, to }: Span, x: Place, y: number): Markup {
  const share = (at: number) => formatPercent(Math.min(1, Math.max(0, x(at))));
  return html`<line class="failed" x1="${share(from)}" x2="${share(to)}" y1="${y - 3}" y2="${y - 3}"/>`;
}

function jobLine(judgement: JobJudgement, y: number): Markup {
  return html`<g class="job ${getTone(judgement.verdict)}"><line x1="0" x2="100%" y1="${y}" y2="${y}"/><text class="to-here" x="100%" y="${y - 6}">${formatJobLineLabel(judgement.job)}</text></g>`;
}

function worstMark({ worstCase }: Measurement, x: Place, y: Place): Markup {
  const [at, height] = [x(worstCase.at), y(worstCase.seconds)];
  // There are words under the lowest one already.
  const isLow = height > HEIGHT;
  return html`<g class="worst"><circle cx="${formatPercent(at)}" cy="${height}" r="4.5"/><text class="${chooseAnchorClass(at, 0.25)}" x="${formatPercent(at)}" y="${isLow ? height - 12 : height + 20}">worst case ${formatDuration(worstCase.seconds)}</text></g>`;
}
