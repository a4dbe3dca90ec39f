import type { Seconds } from '../../domain/model.ts';
import { formatDuration as duration } from '../../domain/time/duration.ts';
import { GENERATION_FLAGS } from '../drawing/generation-flags.ts';

/**
 * One text for each flag.
 * @param windowLength of the rotation window, for the flag `window`
 */
export function describeGenerationFlags(flags: number, windowLength: Seconds): string[] {
  const texts: [flag: number, text: string][] = [
    [GENERATION_FLAGS.servedExpired, 'served after it expired'],
    [GENERATION_FLAGS.newest, 'the newest'],
    [GENERATION_FLAGS.window, `replaced within a window of ${duration(windowLength)}`],
    [GENERATION_FLAGS.unwitnessed, 'end not witnessed: another generation may have followed'],
    [GENERATION_FLAGS.overlapping, 'served in alternation with the next one'],
    [GENERATION_FLAGS.extended, 'a later expiration was also stated'],
  ];
  return texts.flatMap(([flag, text]) => ((flags & flag) === 0 ? [] : [text]));
}
