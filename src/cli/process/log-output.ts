import type { Output } from './io.ts';

/** About 5,000 lines. */
const MAX_WAITING_BYTES = 1_000_000;

export interface LogOutputOptions {
  /** Called when lines are written again after some were dropped. */
  onDropped(count: number): void;
  /** Called for the first error. Later lines are lost. */
  onError(error: unknown): void;
}

/**
 * Returns a function that writes a line without waiting. If the reader of the log does not read, lines are dropped:
 * they must neither fill the memory nor stop the program.
 */
export function createLogOutput(output: Output, { onDropped, onError }: LogOutputOptions) {
  let waiting = 0;
  let dropped = 0;
  let hasFailed = false;
  const fail = (error: unknown) => {
    if (!hasFailed) onError(error);
    hasFailed = true;
  };
  const settle = (length: number) => {
    waiting -= length;
    if (dropped === 0 || waiting > MAX_WAITING_BYTES / 2) return;
    const count = dropped;
    dropped = 0;
    onDropped(count);
  };
  return (line: string): void => {
    if (waiting + line.length > MAX_WAITING_BYTES) {
      dropped += 1;
      return;
    }
    waiting += line.length;
    output
      .write(`${line}\n`)
      .catch(fail)
      .finally(() => settle(line.length));
  };
}
