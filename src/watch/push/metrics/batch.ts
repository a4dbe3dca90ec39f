import type { Instant } from '../../../domain/model.ts';

/** Servers accept tens of megabytes, but a proxy in front of them may accept only one. */
const MAX_LINES = 5000;
const MAX_CHARACTERS = 900_000;

/** Lines that are sent in one request, and where the cursors are afterwards. */
export class Batch {
  readonly lines: string[] = [];
  readonly moves = new Map<string, Instant>();
  #characters = 0;

  get isFull(): boolean {
    return this.lines.length >= MAX_LINES || this.#characters >= MAX_CHARACTERS;
  }

  get isEmpty(): boolean {
    return this.lines.length === 0;
  }

  add(lines: readonly string[]): void {
    for (const line of lines) {
      this.lines.push(line);
      this.#characters += line.length;
    }
  }

  /** Adds the lines of one moment. */
  addPoint(key: string, at: Instant, lines: readonly string[]): void {
    this.add(lines);
    this.moves.set(key, at);
  }
}
