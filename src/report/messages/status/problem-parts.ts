import { isClockWrong } from '../../../domain/aws-limits.ts';
import type { Seconds } from '../../../domain/model.ts';
import type { SeriesStatus, StatusProblem } from '../../../domain/status/status.ts';
import { formatDuration as duration } from '../../../domain/time/duration.ts';
import { formatCount, formatNumber } from '../../text/format-values.ts';
import { formatRoughDuration } from '../../text/rough-duration.ts';
import { describeOffset, describeWrongClock } from '../start-check/host-clock.ts';

/** Further problems are only counted, because the line must stay short. */
const MAX_NAMED = 2;

/** `1 problem: …`. Null without a problem. */
export function describeProblems({ judgement, problems: all }: SeriesStatus): string | null {
  // The reasons of an unknown verdict have a part of their own.
  const reasons = judgement?.verdict === 'unknown' ? judgement.unknownReasons : [];
  const problems = all.filter((problem) => reasons.every(({ code }) => code !== problem.code));
  if (problems.length === 0) return null;
  const names = problems.slice(0, MAX_NAMED).map(describeProblem).join('; ');
  const more = problems.length - MAX_NAMED;
  const others = more > 0 ? ` and ${formatNumber(more)} more` : '';
  return `${formatCount(problems.length, 'problem')}: ${names}${others} (see cred-watch report)`;
}

function describeProblem(problem: StatusProblem): string {
  switch (problem.code) {
    case 'SIMULATED_CREDENTIALS':
      return 'simulated credentials';
    case 'SERVED_EXPIRED':
      return `credentials were served until ${formatRoughDuration(problem.expiredForSeconds)} after their expiration`;
    case 'ROTATION_TOO_LATE': {
      const { leadTimeSeconds: lead, certain } = problem;
      const when = `${duration(Math.abs(lead))} ${lead < 0 ? 'after' : 'before'} the expiration`;
      return `a rotation ${certain ? 'came' : 'may have come'} ${when}`;
    }
    case 'TWO_AT_ONCE':
      return 'several endpoints rotate independently';
    case 'EXPIRATION_EXTENDED':
      return 'a key had different expirations';
    case 'CLOCK_SKEW':
      return isClockWrong(problem.offsetSeconds)
        ? describeWrongClock(problem.offsetSeconds)
        : `host clock ${describeOffset(problem.offsetSeconds)}`;
    case 'SESSION_LONGER_THAN_ROLE':
      return 'AWS refused the requested duration';
    case 'ROTATION_OVERDUE':
    case 'ISSUED_IN_FUTURE':
    case 'VALIDITY_TOO_LONG':
    case 'LEAD_TIMES_SHRINK':
      return describeSharedProblem(problem);
  }
}

/** A problem that can also make a verdict unknown. */
type SharedProblem =
  | { code: 'ROTATION_OVERDUE'; servedForSeconds: Seconds }
  | { code: 'ISSUED_IN_FUTURE'; aheadSeconds: Seconds }
  | { code: 'VALIDITY_TOO_LONG'; longestSeconds: Seconds }
  | { code: 'LEAD_TIMES_SHRINK'; shrinkingPerDaySeconds: Seconds };

export function describeSharedProblem(problem: SharedProblem): string {
  switch (problem.code) {
    case 'ROTATION_OVERDUE':
      return `rotation overdue, same credentials for ${formatRoughDuration(problem.servedForSeconds)}`;
    case 'ISSUED_IN_FUTURE':
      return `LastUpdated ${duration(problem.aheadSeconds)} ahead of the clock`;
    case 'VALIDITY_TOO_LONG':
      return `validity of ${duration(problem.longestSeconds)} is too long, so a zone, a clock or the source is wrong`;
    case 'LEAD_TIMES_SHRINK':
      return `lead times shrink by ${duration(problem.shrinkingPerDaySeconds)} per day`;
  }
}
