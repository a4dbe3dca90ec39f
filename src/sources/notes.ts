import type { PollNote, PollNoteCode } from '../domain/poll-note.ts';

/** The notes of one look; each is said once, however many attempts come across it. */
export class Notes {
  readonly list: PollNote[] = [];

  add(code: PollNoteCode, args: PollNote['args'] = {}): void {
    const said = JSON.stringify(args);
    if (this.list.some((note) => note.code === code && JSON.stringify(note.args) === said)) return;
    this.list.push({ code, args });
  }
}
