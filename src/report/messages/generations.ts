import type { Seconds } from '../../domain/model.ts';
import { formatDuration as duration } from '../../domain/time/duration.ts';
import { NOTES } from '../page/generations/row.ts';

/** What is worth a word beside a generation. */
export function generationNotes(notes: number, windowLength: Seconds): string[] {
  const said: [note: number, text: string][] = [
    [NOTES.servedExpired, 'handed out after it had expired'],
    [NOTES.newest, 'the newest'],
    [NOTES.window, `replaced within a window of ${duration(windowLength)}`],
    [NOTES.unwitnessed, 'its end was not watched: another may have come between'],
    [NOTES.inTurns, 'handed out in turns with the next one'],
    [NOTES.extended, 'stated a later expiration, too'],
  ];
  return said.flatMap(([note, text]) => ((notes & note) === 0 ? [] : [text]));
}
