import type { NotJudgedReason } from '../../domain/verdict/judgements.ts';
import { formatNumber } from '../text/format-values.ts';

const NOT_JUDGED_MESSAGES: Record<NotJudgedReason, string> = {
  DURATION_UNKNOWN: 'the length of the job is unknown: give it with -j',
  RETIRED: 'not judged: another series of the same host and source has replaced this one',
  NOT_USED_BY_JOB: 'not judged: the recorded runs of this job used other series',
};

/** Why there is no verdict on a job from a series. */
export const describeNotJudgedReason = (reason: NotJudgedReason): string => NOT_JUDGED_MESSAGES[reason];

export const NO_JOB_MESSAGE = 'no job was judged: give its length with -j, or its name with --job';

export const NO_SERIES_MESSAGE =
  'no samples to judge by: run `cred-watch poll` from cron, or `cred-watch poll --interval 5m` next to the job';

/** Why a report has no series. */
export const describeNoSeries = ({ noSeriesMessage }: { noSeriesMessage?: string }): string =>
  noSeriesMessage ?? NO_SERIES_MESSAGE;

/** Further series are only counted, because the line must stay short. */
const MAX_SERIES_NAMED = 3;

/** Which of several series decide the verdict. `names` come in order, the worst first. */
export function describeDecisiveSeries(names: readonly string[], judgedCount: number): string {
  const omitted = names.length - MAX_SERIES_NAMED;
  const more = omitted > 0 ? ` and ${omitted} more` : '';
  return `${names.length} of ${judgedCount} series: ${names.slice(0, MAX_SERIES_NAMED).join('; ')}${more}`;
}

/** Replaces annotations beyond the limit of GitHub. */
export const describeOmittedCount = (count: number): string =>
  `and ${formatNumber(count)} more: see the full report`;

export const TRUNCATED_MESSAGE = 'The rest of this report exceeds the size limit.';
