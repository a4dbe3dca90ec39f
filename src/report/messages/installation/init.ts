import type { ExpectedRotation } from '../../../domain/general-knowledge/general-knowledge.ts';
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
  if (comeBack.code === 'NOW') return `rotations were measured already: run \`${report}\``;
  const when = `after ${formatMinute(comeBack.at, now)}, run \`${report}\``;
  const reason =
    comeBack.code === 'AFTER_ROTATION'
      ? describeExpectedRotation(comeBack.expected, source)
      : 'these credentials are replaced before they expire';
  return `${when}: ${reason}, and nothing is measured before the first rotation`;
}

/** Not measured here, so the sentence says `usually`. */
function describeExpectedRotation({ within, fact }: ExpectedRotation, source: SourceName): string {
  const name = source === 'imds' ? 'IMDS' : 'the source';
  const isInterval = fact.subject === 'rotation-interval' && fact.usual !== null;
  return isInterval
    ? `${name} usually rotates about every ${formatDuration(within)}`
    : `${name} usually has new credentials within ${formatDuration(within)}`;
}

/** `15:40Z`, because a whole minute needs no seconds. */
const formatMinute = (instant: Instant, now: Instant): string =>
  formatShortTimestamp(instant, now).replace(/:00Z$/, 'Z');
