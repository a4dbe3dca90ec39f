import { toEndSafety } from '../../domain/running-job/judge-running-job.ts';
import type { EndedJob } from '../../domain/running-job/running-job.ts';
import { formatDuration as duration } from '../../domain/time/duration.ts';
import {
  adviseEndedJob,
  adviseRunningJob,
  describeEndedJob,
  describeRequiredRest,
  describeRunningUnknownReason,
  describeRunningVerdict,
  EXPIRATION_ORIGIN_TEXTS,
} from '../messages/running-job/running-job.ts';
import { createPalette, paintBySafety } from '../terminal/colour.ts';
import { layOutRows } from '../terminal/layout.ts';
import type { TimedTextStyle } from '../terminal/text-style.ts';
import { formatRemaining, maskKeyId } from '../text/format-values.ts';
import type { RunningJobView } from './view.ts';

/** The verdict in the first line, then its reasons. */
export function renderRunningJobText(view: RunningJobView, style: TimedTextStyle): string {
  const palette = createPalette(style);
  const { judgement, pid } = view;
  const headline = paintBySafety(judgement.verdict, describeRunningVerdict(judgement, pid), palette);
  return `${headline}\n${layOutRows(listRows(view, style), style.width, palette)}`;
}

/** How long before or after the end of the job its credentials expired. */
export function renderEndText(ended: EndedJob, style: TimedTextStyle): string {
  const safety = toEndSafety(ended);
  const palette = createPalette(style);
  const line = paintBySafety(safety, describeEndedJob(ended, style.times), palette);
  if (safety === 'safe') return `${line}\n`;
  return `${line}\n${layOutRows([['what to do', adviseEndedJob(ended, style.times)]], style.width, palette)}`;
}

function listRows(
  { pid, judgement, accessKeyId, isFollowed }: RunningJobView,
  { times }: TimedTextStyle,
): [string, string][] {
  const { expiration, remaining, startedAt, elapsed, unknownReason } = judgement;
  const reason = unknownReason === null ? null : describeRunningUnknownReason(unknownReason, pid);
  // A followed job with a known expiration needs no duration.
  const isHintDone = isFollowed && expiration !== null;
  const advice = reason === null ? adviseRunningJob(judgement) : isHintDone ? '' : reason.hint;
  const rows: [string, string | null][] = [
    ['because', reason?.message ?? null],
    ['credentials', accessKeyId && maskKeyId(accessKeyId)],
    ['expire', expiration && `${times.timestamp(expiration.at)}, ${formatRemaining(remaining)}`],
    ['', expiration && EXPIRATION_ORIGIN_TEXTS[expiration.origin]],
    ['started', `${times.timestamp(startedAt)}, ${duration(elapsed)} ago`],
    ['required', describeRequiredRest(judgement)],
    ['what to do', advice],
  ];
  return rows.filter((row): row is [string, string] => row[1] !== null && row[1] !== '');
}
