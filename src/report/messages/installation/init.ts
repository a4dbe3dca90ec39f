import type { ComeBack } from '../../../domain/installation/come-back.ts';
import type { Instant, SourceName } from '../../../domain/model.ts';
import { formatDuration } from '../../../domain/time/duration.ts';
import { formatCount, formatShortTimestamp } from '../../text/format-values.ts';

/** The result of the sample, as a headline. */
export const describeFoundSource = (series: string): string => `credentials found: ${series}`;

export function describeHistory(sampleCount: number, rotationCount: number): string {
  const samples = formatCount(sampleCount, 'sample');
  return rotationCount === 0
    ? `${samples}, no rotation seen yet`
    : `${samples}, ${formatCount(rotationCount, 'rotation')} seen`;
}

/** @param report the command that shows the measurement */
export function describeComeBack(
  comeBack: ComeBack,
  source: SourceName,
  report: string,
  now: Instant,
): string {
  switch (comeBack.code) {
    case 'NOW':
      return `rotations were measured already: run \`${report}\``;
    case 'AFTER_ROTATION': {
      const interval = formatDuration(comeBack.interval);
      return `after ${formatMinute(comeBack.at, now)}, run \`${report}\`: ${source} usually rotates about every ${interval}, and nothing is measured before the first rotation`;
    }
    case 'AFTER_EXPIRATION':
      return `after ${formatMinute(comeBack.at, now)}, run \`${report}\`: these credentials are replaced before they expire, and nothing is measured before the first rotation`;
  }
}

/** `15:40Z`, because a whole minute needs no seconds. */
const formatMinute = (instant: Instant, now: Instant): string =>
  formatShortTimestamp(instant, now).replace(/:00Z$/, 'Z');
