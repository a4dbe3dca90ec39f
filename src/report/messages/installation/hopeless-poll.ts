import type { InstallationCheck } from '../../../domain/installation/check/installation-check.ts';
import type { CheckContext } from './last-poll.ts';
import type { CheckText } from './pollers.ts';

/** Instead of a command that polls. CREDENTIALS has the reason and what to do. */
export const OTHER_KEYS_FIRST = 'a poll of these keys always fails: see the fix of the poll below';

/** True if no poll can succeed until other credentials are selected. */
export const isPollHopeless = ({ failure }: Pick<CheckContext, 'failure'>): boolean =>
  failure?.reason === 'long-lived';

/** Replaces the fixes that are commands of a poll that always fails. */
export function correctHopelessFix(
  check: InstallationCheck,
  { message, fix }: CheckText,
  context: CheckContext,
): CheckText {
  return isPollHopeless(context) && needsPoll(check) ? { message, fix: OTHER_KEYS_FIRST } : { message, fix };
}

function needsPoll(check: InstallationCheck): boolean {
  switch (check.code) {
    case 'LAST_POLL':
      return check.at === null && check.otherSampleAt === null && check.state === 'problem';
    case 'DATABASE':
      return (check.problem === 'missing' && !check.mayBeRoots) || check.problem === 'empty';
    case 'POLLER':
      return check.problem?.code === 'program-missing' || check.problem?.code === 'not-in-path';
    default:
      return false;
  }
}
