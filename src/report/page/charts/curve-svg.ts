import { range } from '../../../domain/measurement/statistics.ts';
import type { SafeStartsPoint } from '../../../domain/measurement/validity.ts';
import type { Seconds } from '../../../domain/model.ts';
import type { JobJudgement } from '../../../domain/verdict/job-verdict.ts';
import { describeSafeStartsCurve } from '../../messages/page.ts';
import { html, type Markup } from '../markup.ts';
import { getTone } from '../verdicts.ts';
import { formatDash } from './job-lines.ts';
import { buildDurationTicks, formatPercent, formatPoints, renderSvgFrame } from './svg-frame.ts';

/**
 * The share of safe starts by job length, with the judged jobs.
 * @param height pixels of the plot
 */
export function renderCurveSvg(
  curve: readonly SafeStartsPoint[],
  judgements: readonly JobJudgement[],
  { margin, height }: { margin: Seconds; height: number },
): Markup {
  const lengths = range([
    60,
    ...curve.map(({ jobDuration }) => jobDuration),
    ...judgements.map(({ job }) => job.duration),
  ]);
  const longest = lengths?.max ?? 60;
  const x = (length: Seconds) => length / longest;
  const points = curve.map(({ jobDuration, share }) => [x(jobDuration), share] as const);
  return renderSvgFrame({
    label: describeSafeStartsCurve(curve, margin),
    height,
    gridLines: [0, 0.5, 1],
    yLabels: [0, 0.5, 1].map((at) => ({ position: at, label: `${at * 100}%` })),
    xTicks: buildDurationTicks(0, longest, 6),
    shapes: html`<path class="area" d="M0 1000L${formatPoints(points)}L${formatPoints([[points.at(-1)?.[0] ?? 0, 0]])}z"/><path class="line" d="M${formatPoints(points)}"/>`,
    marks: (y) =>
      judgements.map((judgement, index) =>
        renderJobMark(judgement, { at: x(judgement.job.duration), dash: formatDash(index) }, y),
      ),
  });
}

const renderJobMark = (
  { verdict, shareOfSafeStarts: share }: JobJudgement,
  { at, dash }: { at: number; dash: string },
  y: (share: number) => number,
): Markup =>
  html`<g class="job ${getTone(verdict)}"><line class="required" x1="${formatPercent(at)}" x2="${formatPercent(at)}" y1="${y(0)}" y2="${y(1)}" stroke-dasharray="${dash}"/>${
    share !== null && html`<circle cx="${formatPercent(at)}" cy="${y(share)}" r="4.5"/>`
  }</g>`;
