import type { FailureReason, SourceName } from '../model.ts';
import type { Verdict } from '../verdict/job-verdict.ts';

/** `recorded`: the poll stored a sample. Any other value: why the poll failed. */
export type PollResult = 'recorded' | FailureReason;

/** What is known after a poll. */
export interface PolledState {
  host: string;
  source: SourceName;
  result: PollResult;
  /** The role of the newest sample. `''` if the source states no role, null without a sample. */
  role: string | null;
  /** The verdict of a report. Null if no job is judged. */
  verdict: Verdict | null;
}

/** In the order in which they are listed. */
const CHANGE_KINDS = ['verdict', 'role', 'result'] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** A poll after which something differs. */
export interface PollChange {
  /** Not empty. */
  kinds: readonly ChangeKind[];
  before: PolledState;
  after: PolledState;
}

/** Null without a change. The first verdict and the first role are not changes: the values before them are unknown. */
export function findPollChange(before: PolledState, after: PolledState): PollChange | null {
  const kinds = CHANGE_KINDS.filter(
    (kind) => before[kind] !== null && after[kind] !== null && before[kind] !== after[kind],
  );
  return kinds.length === 0 ? null : { kinds, before, after };
}
