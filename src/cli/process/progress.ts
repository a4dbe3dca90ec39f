import type { Io } from './io.ts';

const MIN_UPDATE_INTERVAL_MS = 100;

export interface Progress {
  show(text: string): void;
  clear(): void;
}

/** Shows one line that replaces itself, if stderr is a terminal. */
export function createProgress({ stderr, clock }: Io): Progress {
  if (!stderr.isTerminal) return { show() {}, clear() {} };
  let shownAt = clock.now();
  let isShown = false;
  return {
    show(text) {
      if (clock.now() - shownAt < MIN_UPDATE_INTERVAL_MS) return;
      shownAt = clock.now();
      isShown = true;
      void stderr.write(`\r\u001b[K${text}`);
    },
    clear() {
      if (isShown) void stderr.write('\r\u001b[K');
      isShown = false;
    },
  };
}
