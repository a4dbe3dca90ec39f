import type { BadLine } from '../../store/import/text-lines.ts';
import type { Io } from '../process/io.ts';
import { printError, printNote } from '../process/messages.ts';

/** Further bad lines of a file are only counted. */
const MAX_LINES = 20;

/** Prints bad lines by number. Never prints the content of a line, because it may be a secret. */
export class BadLinePrinter {
  readonly #io: Io;
  readonly #isFatal: boolean;
  #messages: string[] = [];
  readonly #counts = new Map<string, number>();

  constructor(io: Io, isFatal: boolean) {
    this.#io = io;
    this.#isFatal = isFatal;
  }

  add(file: string, { line, problem }: BadLine): void {
    const count = (this.#counts.get(file) ?? 0) + 1;
    this.#counts.set(file, count);
    if (count <= MAX_LINES)
      this.#messages.push(`${file}:${line}: ${this.#isFatal ? '' : 'skipped: '}${problem}`);
  }

  async print(): Promise<void> {
    const print = this.#isFatal ? printError : printNote;
    for (const message of this.#messages) await print(this.#io, message);
    this.#messages = [];
    for (const [file, count] of this.#counts) {
      if (count > MAX_LINES) await print(this.#io, `${file}: ${count - MAX_LINES} more bad lines`);
    }
    this.#counts.clear();
  }
}
