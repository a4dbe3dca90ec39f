import type { Measurement } from '../../../domain/measurement/measurement.ts';
import type { Span } from '../../../domain/model.ts';
import { formatDuration, formatShortDuration } from '../../../domain/time/duration.ts';
import { joinSpans } from '../../../domain/time/spans.ts';
import type { JobJudgement } from '../../../domain/verdict/job-verdict.ts';
import { findMinimumValiditySpans, type MinimumValiditySpan } from '../../drawing/minimum-validity.ts';
import { chooseRoundStep, listMultiples } from '../../drawing/round-steps.ts';
import { buildTimeAxis, labelTicks } from '../../drawing/time-axis.ts';
import { buildValidityEnvelope } from '../../drawing/validity-envelope.ts';
import { describeSawTooth } from '../../messages/page.ts';
import { getTone } from '../icons.ts';
import { type Content, html, type Markup } from '../markup.ts';
import { formatJobLineLabel } from './job-labels.ts';
import { computeSawToothScale } from './saw-tooth-scale.ts';
import { chooseAnchorClass, formatPercent, formatPoints, renderSvgFrame, SHAPE_UNITS } from './svg-frame.ts';

/** More teeth cannot be distinguished in a chart of the width of a page, so an envelope replaces them. */
const MAX_TEETH = 400;
const ENVELOPE_BUCKETS = 240;
const HEIGHT = 260;

/** The complete sawtooth as a static chart, for printing and for browsers without scripts. */
export function renderSawToothSvg(
  measurement: Measurement,
  judgements: readonly JobJudgement[],
  failed: readonly Span[],
): Markup {
  const spans = findMinimumValiditySpans(measurement.servedPeriods);
  const { top, bottom, ...span } = computeSawToothScale(spans, judgements, measurement);
  const x = (at: number) => (at - span.from) / (span.to - span.from);
  const height = (seconds: number) => (seconds - bottom) / (top - bottom);
  const step = chooseRoundStep(top - bottom, 5);
  const axis = buildTimeAxis(span, 8);
  const shortestGap = (span.to - span.from) / ENVELOPE_BUCKETS;
  return renderSvgFrame({
    label: describeSawTooth(measurement),
    height: HEIGHT,
    yTicks: listMultiples(step, bottom, top).map((at) => ({
      position: height(at),
      label: formatShortDuration(at),
    })),
    xTicks: labelTicks(axis, 'first').map(({ at, label }) => ({ position: x(at), label })),
    background: joinSpans(measurement.gaps, shortestGap).map((gap) => renderGap(gap, x)),
    shapes: spans.length > MAX_TEETH ? renderEnvelope(spans, span, x, height) : renderTeeth(spans, x, height),
    marks: (y) => [
      ...joinSpans(failed, shortestGap).map((each) => renderFailedPolls(each, x, y(0))),
      ...judgements.map((judgement) => renderJobLine(judgement, y(height(judgement.required)))),
      renderWorstCase(measurement, x, (seconds) => y(height(seconds))),
    ],
  });
}

/** Maps a value to its share of an axis. */
type ToShare = (value: number) => number;

function renderTeeth(spans: readonly MinimumValiditySpan[], x: ToShare, y: ToShare): Content {
  const left = (at: number, expiration: number) => y((expiration - at) / 1000);
  const lines = spans.map(({ from, to, expiration }, index) => {
    const isJoined = spans[index - 1]?.to === from;
    const points = [
      [x(from), left(from, expiration)],
      [x(to), left(to, expiration)],
    ] as const;
    return `${isJoined ? 'L' : 'M'}${formatPoints(points)}`;
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

function renderEnvelope(spans: readonly MinimumValiditySpan[], span: Span, x: ToShare, y: ToShare): Content {
  const buckets = buildValidityEnvelope(spans, span, ENVELOPE_BUCKETS);
  const columns = buckets.map(({ from, to, min, max }) => {
    const [left, right, upper, lower] = [x(from) * SHAPE_UNITS, x(to) * SHAPE_UNITS, y(max), y(min)];
    return `M${left.toFixed(1)} ${((1 - upper) * SHAPE_UNITS).toFixed(1)}H${right.toFixed(1)}V${((1 - lower) * SHAPE_UNITS).toFixed(1)}H${left.toFixed(1)}z`;
  });
  const minimum = buckets.map(({ from, to, min }, index) => {
    const isJoined = buckets[index - 1]?.to === from;
    return `${isJoined ? 'L' : 'M'}${formatPoints([
      [x(from), y(min)],
      [x(to), y(min)],
    ])}`;
  });
  return html`<path class="range" d="${columns.join('')}"/><path class="line" d="${minimum.join('')}"/>`;
}

function renderGap({ from, to }: Span, x: ToShare): Markup {
  return html`<rect class="gap" x="${formatPercent(x(from))}" width="${formatPercent(x(to) - x(from))}" y="20" height="${HEIGHT}"/>`;
}

/** The style makes a span of length 0 visible, too. */
function renderFailedPolls({ from, to }: Span, x: ToShare, y: number): Markup {
  const share = (at: number) => formatPercent(Math.min(1, Math.max(0, x(at))));
  return html`<line class="failed" x1="${share(from)}" x2="${share(to)}" y1="${y - 3}" y2="${y - 3}"/>`;
}

function renderJobLine(judgement: JobJudgement, y: number): Markup {
  return html`<g class="job ${getTone(judgement.verdict)}"><line x1="0" x2="100%" y1="${y}" y2="${y}"/><text class="to-here" x="100%" y="${y - 6}">${formatJobLineLabel(judgement.job)}</text></g>`;
}

function renderWorstCase({ worstCase }: Measurement, x: ToShare, y: ToShare): Markup {
  const [at, height] = [x(worstCase.at), y(worstCase.seconds)];
  // Below the plot are the labels of the axis.
  const isLow = height > HEIGHT;
  return html`<g class="worst"><circle cx="${formatPercent(at)}" cy="${height}" r="4.5"/><text class="${chooseAnchorClass(at, 0.25)}" x="${formatPercent(at)}" y="${isLow ? height - 12 : height + 20}">worst case ${formatDuration(worstCase.seconds)}</text></g>`;
}
