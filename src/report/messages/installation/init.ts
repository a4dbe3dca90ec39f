import type { NextReport } from '../../../domain/installation/next-report.ts';
import type { Instant } from '../../../domain/model.ts';
import { formatDuration } from '../../../domain/time/duration.ts';
import { formatCount, formatShortTimestamp } from '../../text/format-values.ts';
import { describeReference, ENVIRONMENT_NAMES } from '../general-knowledge/facts.ts';

/** The result of the sample, as a headline. */
export const describeFoundSource = (series: string, isExpired: boolean): string =>
  `${isExpired ? 'expired credentials' : 'credentials'} found: ${series}`;

/** When to come back if the credentials have expired. */
export const COME_BACK_WITH_CREDENTIALS = 'run `cred-watch init` again when the source has new credentials';

/** The trial of the README sets the endpoint in a shell, in which a user can forget it. */
export const SIMULATED_NOTE =
  'these credentials are false: they come from `cred-watch simulate`, and say nothing about this machine';

export function describeHistory(sampleCount: number, rotationCount: number): string {
  const samples = formatCount(sampleCount, 'sample');
  return rotationCount === 0
    ? `${samples}, no rotation seen yet`
    : `${samples}, ${formatCount(rotationCount, 'rotation')} seen`;
}

export interface NextCommands {
  /** Shows the measurement. */
  report: string;
  /** Judges a job that starts now. */
  check: string;
}

export function describeNextReport(
  nextReport: NextReport,
  { report, check }: NextCommands,
  now: Instant,
): string {
  if (nextReport.code === 'NOW') return `rotations were measured already: run \`${report}\``;
  if (nextReport.code === 'NEVER')
    return `only you replace keys in variables, so a report cannot judge later jobs; for a job that starts now, run \`${check}\``;
  const reason =
    nextReport.code === 'AFTER_ROTATION'
      ? describeExpectedRotation(nextReport)
      : 'these credentials are rotated before they expire, and the report needs one rotation';
  return `after ${formatMinute(nextReport.at, now)}, run \`${report}\`: ${reason}`;
}

/** Says that others measured it. */
export function describeExpectedRotation({
  environment,
  expected: { within, fact },
}: Pick<Extract<NextReport, { code: 'AFTER_ROTATION' }>, 'environment' | 'expected'>): string {
  const name = environment === 'imds' ? 'IMDS' : ENVIRONMENT_NAMES[environment];
  const isInterval = fact.subject === 'rotation-interval' && fact.usual !== null;
  const rotates = isInterval
    ? `rotates about every ${formatDuration(within)}`
    : `has new credentials within ${formatDuration(within)}`;
  return `${name} usually ${rotates} (${describeReference(fact.reference, fact.method)}; not measured here)`;
}

/** `15:40Z`, because a whole minute needs no seconds. */
const formatMinute = (instant: Instant, now: Instant): string =>
  formatShortTimestamp(instant, now).replace(/:00Z$/, 'Z');
