import type {
  ChangeKind,
  PollChange,
  PolledState,
  ReportedState,
} from '../../../domain/changes/poll-changes.ts';
import type { Seconds } from '../../../domain/model.ts';
import { formatDuration as duration } from '../../../domain/time/duration.ts';
import { escapeUnprintable } from '../../../untrusted-text.ts';
import { formatRemaining, joinWords } from '../../text/format-values.ts';
import { describeJob, formatVerdict } from '../verdicts.ts';

/** The jobs of `-j` and `--job`. One duration and one name describe one job. */
export interface ChangeJobs {
  durations: readonly Seconds[];
  names: readonly string[];
}

export interface ChangeContext {
  jobs: ChangeJobs;
  /** Null without a sample. */
  timeLeft: Seconds | null;
}

type Describe = (before: ReportedState, after: PolledState, jobs: ChangeJobs) => string;

const DESCRIPTIONS: Readonly<Record<ChangeKind, Describe>> = {
  verdict: ({ verdict: before }, { verdict: after }, jobs) =>
    `${describeJobs(jobs)} is now '${after && formatVerdict(after)}'${describeBefore(before && formatVerdict(before), true)}`,
  role: ({ role: before }, { role: after }) =>
    `the role is now ${formatRole(after)}${describeBefore(formatRole(before), false)}`,
  result: ({ result: before }, { result: after }) => {
    if (after === 'recorded') return `polls succeed again${describeBefore(before, false)}`;
    return `polls fail: ${after}${before === 'recorded' ? '' : describeBefore(before, false)}`;
  },
};

const describeBefore = (before: string | null, isQuoted: boolean) =>
  before === null ? '' : ` (before: ${isQuoted ? `'${before}'` : before})`;

const formatRole = (role: string | null) =>
  role === null || role === '' ? 'unknown' : escapeUnprintable(role);

/** `5h`, or the names of jobs. */
export const listJobs = ({ durations, names }: ChangeJobs): string[] =>
  names.length > 0 ? [...names] : durations.map(duration);

/** `a 5h job`, `the job nightly`. */
const describeJobs = ({ durations, names }: ChangeJobs): string =>
  joinWords(
    names.length > 0 ? names.map((name) => `the job ${escapeUnprintable(name)}`) : durations.map(describeJob),
  );

/** One line, for the command of `poll --on-change`. */
export function describePollChange(
  { kinds, before, after }: PollChange,
  { jobs, timeLeft }: ChangeContext,
): string {
  const changes = kinds.map((kind) => DESCRIPTIONS[kind](before, after, jobs));
  const left = timeLeft === null ? [] : [`the credentials: ${formatRemaining(timeLeft)}`];
  return `${escapeUnprintable(after.host)}, ${after.source}: ${[...changes, ...left].join('; ')}`;
}
