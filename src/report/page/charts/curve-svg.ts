import type { SafeStartsPoint } from '../../../domain/measurement/validity.ts';
import type { Seconds } from '../../../domain/model.ts';
import type { JobJudgement } from '../../../domain/verdict/job-verdict.ts';
import { describeSafeStartsCurve, describeShareOfSafeStarts } from '../../messages/page.ts';
import { html, type Markup } from '../markup.ts';
import { formatJobLabel, getTone } from '../verdicts.ts';
import {
  buildDurationTicks,
  chooseAnchor,
  formatPercent,
  formatPoints,
  renderSvgFrame,
} from './svg-frame.ts';

/** The share of safe starts by job length, with the judged jobs. */
export function renderCurveSvg(
  curve: readonly SafeStartsPoint[],
  judgements: readonly JobJudgement[],
  margin: Seconds,
): Markup {
  const lengths = [
    ...curve.map(({ jobDuration }) => jobDuration),
    ...judgements.map(({ job }) => job.duration),
  ];
  const longest = Math.max(60, ...lengths);
  const x = (length: Seconds) => length / longest;
  const points = curve.map(({ jobDuration, share }) => [x(jobDuration), share] as const);
  return renderSvgFrame({
    label: describeSafeStartsCurve(curve, margin),
    height: 200,
    yTicks: [0, 0.5, 1].map((at) => ({ position: at, label: `${at * 100}%` })),
    xTicks: buildDurationTicks(0, longest, 8),
    shapes: html`<path class="area" d="M0 1000L${formatPoints(points)}L${formatPoints([[points.at(-1)?.[0] ?? 0, 0]])}z"/><path class="line" d="M${formatPoints(points)}"/>`,
    marks: (y) =>
      judgements.map((judgement, index) => renderJobMark(judgement, x(judgement.job.duration), y, index)),
  });
}

function renderJobMark(
  { verdict, job, shareOfSafeStarts: share }: JobJudgement,
  at: number,
  y: (share: number) => number,
  index: number,
): Markup {
  const anchor = chooseAnchor(at, 0.4);
  const offset = { start: 8, middle: 0, end: -8 }[anchor];
  // Labels of up to six jobs have different heights, so that they do not overlap.
  const labelShare = 0.08 + 0.12 * (index % 6);
  return html`<g class="job mark ${getTone(verdict)}"><line x1="${formatPercent(at)}" x2="${formatPercent(at)}" y1="${y(0)}" y2="${y(1)}"/>${
    share !== null && html`<circle cx="${formatPercent(at)}" cy="${y(share)}" r="4.5"/>`
  }<text text-anchor="${anchor}" dx="${offset}" x="${formatPercent(at)}" y="${y(labelShare)}">${describeShareOfSafeStarts(formatJobLabel(job), share)}</text></g>`;
}
