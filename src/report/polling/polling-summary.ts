import { formatDuration as duration } from '../../domain/time/duration.ts';
import type { Assessment } from '../../domain/verdict/assessment.ts';
import { rankDecisiveSeries } from '../../domain/verdict/judgements.ts';
import { describeWorstCase, formatWorstValidity } from '../messages/measurements.ts';
import { adviseAfterPolling, type PollingSummary } from '../messages/polling/polling.ts';
import { describeSeriesVerdict, formatVerdict } from '../messages/verdicts.ts';
import { createPalette } from '../terminal/colour.ts';
import { layOutRows } from '../terminal/layout.ts';
import type { TimedTextStyle } from '../terminal/text-style.ts';
import { formatJob, formatNumber } from '../text/format-values.ts';

/** What a poller prints when it stops. */
export function renderPollingSummary(summary: PollingSummary, style: TimedTextStyle): string {
  const { polls, failed, rotations, runTime, measurement, assessment } = summary;
  const rows: [string, string][] = [
    ['polls', `${formatNumber(polls)}, ${formatNumber(failed)} failed`],
    ['rotations seen', formatNumber(rotations)],
  ];
  if (measurement !== null) {
    rows.push([
      'shortest',
      `${formatWorstValidity(measurement.worstCase)} of remaining validity, ${describeWorstCase(measurement, style.times)}`,
    ]);
  }
  for (const verdict of assessment === null ? [] : listVerdicts(assessment)) rows.push(['verdict', verdict]);
  rows.push(['what to do', adviseAfterPolling(summary)]);
  return `stopped after ${duration(runTime)}\n${layOutRows(rows, style.width, createPalette(style))}`;
}

/** One line for each job, by the series that decides its verdict. */
const listVerdicts = (assessment: Assessment): string[] =>
  assessment.jobs.map((job) => {
    const [decisive] = rankDecisiveSeries(job, assessment);
    return decisive === undefined
      ? `${formatVerdict(job.verdict)}: ${formatJob(job)}`
      : describeSeriesVerdict(decisive.judgement, decisive.series.analysis);
  });
