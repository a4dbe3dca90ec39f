import type { Io } from './io.ts';

/** Often enough to be seen moving, seldom enough to cost nothing. */
const EVERY = 100;

export interface Progress {
  show(text: string): void;
  clear(): void;
}

/** One line on a terminal's stderr that replaces itself; nothing elsewhere. */
export function createProgress({ stderr, clock }: Io): Progress {
  if (!stderr.isTerminal) return { show() {}, clear() {} };
  let shownAt = clock.now();
  let isShown = false;
  return {
    show(text) {
      if (clock.now() - shownAt < EVERY) return;
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
