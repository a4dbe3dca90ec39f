import type { SafeStartsPoint } from '../../../domain/measurement/validity.ts';
import type { Seconds } from '../../../domain/model.ts';
import { formatShortDuration as short } from '../../../domain/time/duration.ts';
import type { JobJudgement } from '../../../domain/verdict/job-verdict.ts';
import { chooseRoundStep, multiplesWithin } from '../../drawing/round-steps.ts';
import { describeSafeStartsCurve, describeShare } from '../../messages/page.ts';
import { html, type Markup } from '../markup.ts';
import { getTone } from '../tones.ts';
import { formatJobLabel } from './job-line.ts';
import { chooseAnchorClass, formatPercent, formatPoints, renderSvgFrame } from './svg-frame.ts';

/** The share of safe starts against job length, with the jobs that were asked for. */
export function renderCurveSvg(
  curve: readonly SafeStartsPoint[],
  verdicts: readonly JobJudgement[],
  margin: Seconds,
): Markup {
  const lengths = [
    ...curve.map(({ jobDuration }) => jobDuration),
    ...verdicts.map(({ job }) => job.duration),
  ];
  const longest = Math.max(60, ...lengths);
  const x = (length: Seconds) => length / longest;
  const step = chooseRoundStep(longest, 8);
  const places = curve.map(({ jobDuration, share }) => [x(jobDuration), share] as const);
  return renderSvgFrame({
    label: describeSafeStartsCurve(curve, margin),
    height: 200,
    yTicks: [0, 0.5, 1].map((at) => ({ position: at, label: `${at * 100}%` })),
    xTicks: multiplesWithin(step, 0, longest).map((at) => ({ position: x(at), label: short(at) })),
    shapes: html`<path class="area" d="M0 1000L${formatPoints(places)}L${formatPoints([[places.at(-1)?.[0] ?? 0, 0]])}z"/><path class="line" d="M${formatPoints(places)}"/>`,
    marks: (y) => verdicts.map((verdict, index) => jobMark(verdict, x(verdict.job.duration), y, index)),
  });
}

function jobMark(
  { verdict, job, shareOfSafeStarts: share }: JobJudgement,
  at: number,
  y: (share: number) => number,
  index: number,
): Markup {
  const beside = at > 0.6 ? -8 : 8;
  return html`<g class="job ${getTone(verdict)}"><line x1="${formatPercent(at)}" x2="${formatPercent(at)}" y1="${y(0)}" y2="${y(1)}"/>${
    share !== null && html`<circle cx="${formatPercent(at)}" cy="${y(share)}" r="4.5"/>`
  }<text class="${chooseAnchorClass(at, 0.4)}" dx="${chooseAnchorClass(at, 0.4) === 'around-here' ? 0 : beside}" x="${formatPercent(at)}" y="${y(0.08 + 0.12 * (index % 6))}">${describeShare(formatJobLabel(job), share)}</text></g>`;
}
