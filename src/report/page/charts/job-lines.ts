import type { Seconds } from '../../../domain/model.ts';
import { formatDuration as duration } from '../../../domain/time/duration.ts';
import type { JobJudgement } from '../../../domain/verdict/job-verdict.ts';
import { formatJobLabel, getTone, type Tone } from '../verdicts.ts';

/** The required validity of a job, drawn as a horizontal line. */
export interface JobLine {
  name: string;
  required: Seconds;
  tone: Tone;
}

export const buildJobLine = ({ job, required, verdict }: JobJudgement): JobLine => ({
  name: formatJobLabel(job),
  required,
  tone: getTone(verdict),
});

/** `5h job + 5m margin`. */
export const describeJobLine = ({ job }: JobJudgement): string =>
  `${formatJobLabel(job)} job${job.margin === 0 ? '' : ` + ${duration(job.margin)} margin`}`;

/** Pixels of lines and spaces. Colours show verdicts, so dashes distinguish jobs with the same verdict. */
const DASHES: readonly (readonly number[])[] = [
  [6, 4],
  [2, 3],
  [14, 4],
  [10, 3, 2, 3],
  [5, 2, 2, 2, 2, 2],
];

/** @param index of the job in the report */
export const getDash = (index: number): readonly number[] => DASHES[index % DASHES.length] ?? [];

/** As {@link getDash}, for an attribute. */
export const formatDash = (index: number): string => getDash(index).join(' ');

/** The required validity of the jobs that are not safe. */
export const listUnsafe = (jobs: readonly JobLine[]): Seconds[] =>
  jobs.filter(({ tone }) => tone === 'bad').map(({ required }) => required);
