import type { FailureReason, SourceName } from '../model.ts';
import { toSafety } from '../verdict/figures/severity.ts';
import type { Verdict } from '../verdict/job-verdict.ts';

/** `recorded`: the poll stored a sample. Any other value: why the poll failed. */
export type PollResult = 'recorded' | FailureReason;

/** What a command has reported. A value is null if it was unknown. */
export interface ReportedState {
  result: PollResult | null;
  /** The role of the newest sample. `''` if the source states no role. */
  role: string | null;
  verdict: Verdict | null;
}

/** What is known after a poll. */
export interface PolledState extends ReportedState {
  host: string;
  source: SourceName;
  result: PollResult;
  /** The verdict of a report. Null if no job is judged. */
  verdict: Verdict | null;
}

/** Before the first report. */
export const NOTHING_REPORTED: ReportedState = { result: null, role: null, verdict: null };

/** In the order in which they are listed. */
const CHANGE_KINDS = ['verdict', 'role', 'result'] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** A poll after which something differs from the reported state. */
export interface PollChange {
  /** Not empty. */
  kinds: readonly ChangeKind[];
  before: ReportedState;
  after: PolledState;
}

/** A first state is a change if somebody has to act. A first role is never a change. */
const IS_FIRST_REPORTED: Readonly<Record<ChangeKind, (after: PolledState) => boolean>> = {
  verdict: ({ verdict }) => verdict !== null && toSafety(verdict) === 'not-safe',
  role: () => false,
  result: ({ result }) => result !== 'recorded',
};

/** Null if nothing has changed. A value that became unknown is not a change. */
export function findPollChange(before: ReportedState, after: PolledState): PollChange | null {
  const kinds = CHANGE_KINDS.filter((kind) => {
    if (before[kind] === null) return IS_FIRST_REPORTED[kind](after);
    return after[kind] !== null && before[kind] !== after[kind];
  });
  return kinds.length === 0 ? null : { kinds, before, after };
}
