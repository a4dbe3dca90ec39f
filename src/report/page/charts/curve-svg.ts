import type { CurvePoint } from '../../../domain/measurement/validity.ts';
import type { Seconds } from '../../../domain/model.ts';
import { formatShortDuration as short } from '../../../domain/time/duration.ts';
import type { JobVerdict } from '../../../domain/verdict/job-verdict.ts';
import { multiplesWithin, roundStep } from '../../drawing/round-steps.ts';
import { curveMessage, shareMessage } from '../../messages/page.ts';
import { html, type Markup } from '../markup.ts';
import { toneOf } from '../tones.ts';
import { jobLabel } from './job-line.ts';
import { anchor, percent, points, svgFrame } from './svg-frame.ts';

/** The share of safe starts against job length, with the jobs that were asked for. */
export function curveSvg(
  curve: readonly CurvePoint[],
  verdicts: readonly JobVerdict[],
  margin: Seconds,
): Markup {
  const lengths = [
    ...curve.map(({ jobDuration }) => jobDuration),
    ...verdicts.map(({ job }) => job.duration),
  ];
  const longest = Math.max(60, ...lengths);
  const x = (length: Seconds) => length / longest;
  const step = roundStep(longest, 8);
  const places = curve.map(({ jobDuration, share }) => [x(jobDuration), share] as const);
  return svgFrame({
    label: curveMessage(curve, margin),
    height: 200,
    yTicks: [0, 0.5, 1].map((at) => ({ at, label: `${at * 100}%` })),
    xTicks: multiplesWithin(step, 0, longest).map((at) => ({ at: x(at), label: short(at) })),
    shapes: html`<path class="area" d="M0 1000L${points(places)}L${points([[places.at(-1)?.[0] ?? 0, 0]])}z"/><path class="line" d="M${points(places)}"/>`,
    marks: (y) => verdicts.map((verdict, index) => jobMark(verdict, x(verdict.job.duration), y, index)),
  });
}

function jobMark(
  { verdict, job, shareOfSafeStarts: share }: JobVerdict,
  at: number,
  y: (share: number) => number,
  index: number,
): Markup {
  const beside = at > 0.6 ? -8 : 8;
  return html`<g class="job ${toneOf(verdict)}"><line x1="${percent(at)}" x2="${percent(at)}" y1="${y(0)}" y2="${y(1)}"/>${
    share !== null && html`<circle cx="${percent(at)}" cy="${y(share)}" r="4.5"/>`
  }<text class="${anchor(at, 0.4)}" dx="${anchor(at, 0.4) === 'around-here' ? 0 : beside}" x="${percent(at)}" y="${y(0.08 + 0.12 * (index % 6))}">${shareMessage(jobLabel(job), share)}</text></g>`;
}
