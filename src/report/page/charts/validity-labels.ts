import type { Seconds } from '../../../domain/model.ts';
import { formatDuration } from '../../../domain/time/duration.ts';
import { chooseRoundStep, listMultiples } from '../../drawing/round-steps.ts';
import { getSmallUnit } from '../../text/rough-duration.ts';
import type { Tone } from '../verdicts.ts';
import type { JobLine } from './job-lines.ts';

const MAX_STEPS = 5;
/** Pixels from one label to the next. */
const MIN_DISTANCE = 15;

/** A label left of the plot. */
export interface ValidityLabel {
  seconds: Seconds;
  text: string;
  /** Of a job. Null for a label of the axis. */
  tone: Tone | null;
}

export const listValidityTicks = (bottom: Seconds, top: Seconds): Seconds[] =>
  listMultiples(chooseRoundStep(top - bottom, MAX_STEPS), bottom, top);

/**
 * The labels of the jobs, and the labels of the axis that do not touch a label of a job. If jobs are too close, the legend names
 * the others.
 */
export function chooseValidityLabels(
  { bottom, top }: { bottom: Seconds; top: Seconds },
  height: number,
  jobs: readonly JobLine[],
): ValidityLabel[] {
  const labels: ValidityLabel[] = [];
  const isFree = (seconds: Seconds) =>
    labels.every((each) => (Math.abs(each.seconds - seconds) / (top - bottom)) * height >= MIN_DISTANCE);
  const add = (seconds: Seconds, tone: Tone | null) => {
    if (isFree(seconds)) labels.push({ seconds, text: formatAxisDuration(seconds), tone });
  };
  for (const { required, tone } of jobs.toSorted((a, b) => a.required - b.required)) add(required, tone);
  for (const tick of listValidityTicks(bottom, top)) add(tick, null);
  return labels;
}

/** Two units at most, because the space is narrow. Rounds up, because a job needs at least this validity. */
export function formatAxisDuration(seconds: Seconds): string {
  const unit = getSmallUnit(seconds);
  return formatDuration(Math.ceil(seconds / unit) * unit);
}
