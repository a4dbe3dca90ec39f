import type { NotJudgedReason } from '../../domain/verdict/judgements.ts';
import { formatCount } from '../text/format-values.ts';

const SILENCES: Record<NotJudgedReason, string> = {
  LENGTH_UNKNOWN: 'the length of the job is not known: give it with -j',
  RETIRED: 'not judged: another series of the same host and source took its place',
  NOT_DRAWN_FROM: 'not judged: the runs of this job drew from other series',
};

/** Why there is no verdict. */
export const describeNotJudgedReason = (silence: NotJudgedReason): string => SILENCES[silence];

/** Behind the name of a series. */
export const RETIRED_MESSAGE = 'retired: another series took its place';

export const NO_JOB_MESSAGE = 'no job was judged: give one its length with -j, or its name with --job';

export const NO_SERIES_MESSAGE =
  'there is no sample to judge by: run `cred-watch poll --interval 5m` beside the job, or from cron';

/** So many names are read; more of them are only counted. */
const NAMES_TOLD = 3;

/** Which of several series give the answer, the worst first. */
export function describeDecisiveSeries(names: readonly string[], judged: number): string {
  const more = names.length > NAMES_TOLD ? ` and ${names.length - NAMES_TOLD} more` : '';
  return `${names.length} of ${judged} series: ${names.slice(0, NAMES_TOLD).join('; ')}${more}`;
}

/** In place of those for which there is no room. */
export const describeOmittedCount = (count: number): string =>
  `and ${formatCount(count, 'more', 'more')}: see the whole report`;

export const TRUNCATED_MESSAGE = 'The rest of this report found no room here.';
