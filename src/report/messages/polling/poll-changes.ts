import type { ChangeKind, PollChange, PolledState } from '../../../domain/changes/poll-changes.ts';
import { escapeUnprintable } from '../../../untrusted-text.ts';
import { formatVerdict } from '../verdicts.ts';

type Describe = (before: PolledState, after: PolledState) => string;

const DESCRIPTIONS: Readonly<Record<ChangeKind, Describe>> = {
  verdict: ({ verdict: before }, { verdict: after }) =>
    `the verdict is now '${after && formatVerdict(after)}' (before: '${before && formatVerdict(before)}')`,
  role: (before, after) => `the role is now ${formatRole(after)} (before: ${formatRole(before)})`,
  result: (before, after) => {
    if (after.result === 'recorded') return `polls succeed again (before: ${before.result})`;
    return before.result === 'recorded'
      ? `polls fail: ${after.result}`
      : `polls fail: ${after.result} (before: ${before.result})`;
  },
};

const formatRole = ({ role }: PolledState) =>
  role === null || role === '' ? 'unknown' : escapeUnprintable(role);

/** One line, for the command of `poll --on-change`. */
export const describePollChange = ({ kinds, before, after }: PollChange): string =>
  `${escapeUnprintable(after.host)}, ${after.source}: ${kinds.map((kind) => DESCRIPTIONS[kind](before, after)).join('; ')}`;
