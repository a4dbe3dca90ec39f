import { formatDuration as duration } from '../domain/time/duration.ts';
import type { Assessment } from '../domain/verdict/assessment.ts';
import { rankDecisiveSeries } from '../domain/verdict/judgements.ts';
import { describeWorstCase, formatWorstCase } from './messages/measurements.ts';
import {
  adviseAfterPolling,
  listPollingParts,
  type PollingState,
  type PollingSummary,
} from './messages/polling.ts';
import { describeVerdict, formatVerdict } from './messages/verdicts.ts';
import { layOutRows } from './terminal/layout.ts';
import { formatJob, formatNumber, getSeparator } from './text/format-values.ts';

/** One line with as many parts as fit. A first part that is too long is cut. */
export function formatPollingLine(state: PollingState, width: number, isAsciiOnly: boolean): string {
  const separator = getSeparator(isAsciiOnly);
  const [first = '', ...others] = listPollingParts(state);
  let line = first.slice(0, width).trimEnd();
  for (const part of others) {
    if (line.length + separator.length + part.length > width) break;
    line += separator + part;
  }
  return line;
}

/** What a poller prints when it stops. */
export function renderPollingSummary(summary: PollingSummary, width: number): string {
  const { polls, failed, rotations, runTime, measurement, assessment } = summary;
  const rows: [string, string][] = [
    ['polls', `${formatNumber(polls)}, ${formatNumber(failed)} failed`],
    ['rotations seen', formatNumber(rotations)],
  ];
  if (measurement !== null) {
    const { worstCase } = measurement;
    rows.push([
      'shortest',
      `${formatWorstCase(worstCase)} of remaining validity, ${describeWorstCase(measurement)}`,
    ]);
  }
  for (const verdict of assessment === null ? [] : listVerdicts(assessment)) rows.push(['verdict', verdict]);
  rows.push(['what to do', adviseAfterPolling(summary)]);
  return `stopped after ${duration(runTime)}\n${layOutRows(rows, width)}`;
}

/** One line for each job, by the series that decides its verdict. */
const listVerdicts = (assessment: Assessment): string[] =>
  assessment.jobs.map((job) => {
    const [decisive] = rankDecisiveSeries(job, assessment);
    return decisive === undefined
      ? `${formatVerdict(job.verdict)}: ${formatJob(job)}`
      : describeVerdict(decisive.judgement);
  });
