import type { PollNote } from '../domain/poll-note.ts';

/** The notes of one poll. A note that several attempts make is kept once. */
export class Notes {
  readonly list: PollNote[] = [];

  add(note: PollNote): void {
    const text = JSON.stringify(note);
    if (this.list.every((known) => JSON.stringify(known) !== text)) this.list.push(note);
  }
}
