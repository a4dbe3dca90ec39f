import { getUpdatedLineLength, type Io, type Output } from '../process/io.ts';

const UPDATE_INTERVAL_MS = 1000;

/**
 * Erases the line and everything below it. The cursor is always at the start of the line. So after the terminal became
 * narrower, the rows into which it has wrapped the line are erased too, and no row above them.
 */
const ERASE = '\r\u001b[J';

export interface UpdatingLine extends Disposable {
  /** Prints above the line. */
  io: Io;
  /** Writes the line again. */
  update(): void;
}

/**
 * Shows a last line on stdout that changes every second. All other output of the process must use the returned `io`.
 * @param format must return one line of at most this number of columns
 */
export function showUpdatingLine(io: Io, format: (columns: number) => string): UpdatingLine {
  const { stdout } = io;
  let isShown = false;
  let isStopped = false;
  const build = () => (isStopped ? '' : `${format(getUpdatedLineLength(stdout))}\r`);
  const erase = () => (isShown ? ERASE : '');
  const update = () => {
    const text = `${erase()}${build()}`;
    isShown = !isStopped;
    if (text !== '') void stdout.write(text);
  };
  const timer = setInterval(update, UPDATE_INTERVAL_MS);
  timer.unref();
  const printAbove = (output: Output): Output => ({
    get isTerminal() {
      return output.isTerminal;
    },
    get columns() {
      return output.columns;
    },
    isClosed: () => output.isClosed(),
    async write(text) {
      // Both streams can be the same terminal, so the order of these writes matters.
      if (isShown) void stdout.write(ERASE);
      isShown = false;
      await output.write(text);
      update();
    },
  });
  return {
    io: { ...io, stdout: printAbove(stdout), stderr: printAbove(io.stderr) },
    update,
    [Symbol.dispose]() {
      clearInterval(timer);
      isStopped = true;
      update();
    },
  };
}
