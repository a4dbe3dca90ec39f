import type { Seconds } from '../../domain/model.ts';
import { formatDuration as duration } from '../../domain/time/duration.ts';
import { GENERATION_FLAGS } from '../drawing/generation-flags.ts';

/** What is worth a word beside a generation. */
export function describeGenerationFlags(notes: number, windowLength: Seconds): string[] {
  const said: [note: number, text: string][] = [
    [GENERATION_FLAGS.servedExpired, 'handed out after it had expired'],
    [GENERATION_FLAGS.newest, 'the newest'],
    [GENERATION_FLAGS.window, `replaced within a window of ${duration(windowLength)}`],
    [GENERATION_FLAGS.unwitnessed, 'its end was not watched: another may have come between'],
    [GENERATION_FLAGS.overlapping, 'handed out in turns with the next one'],
    [GENERATION_FLAGS.extended, 'stated a later expiration, too'],
  ];
  return said.flatMap(([note, text]) => ((notes & note) === 0 ? [] : [text]));
}
