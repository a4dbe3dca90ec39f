import { renderNagiosError } from '../../report/now/nagios-line.ts';
import type { Io } from './io.ts';

/**
 * A plugin says everything in one line on stdout: Nagios reads nothing else. What is said on stderr is kept back, and its
 * first error becomes that line where there is no better one.
 */
export function createPluginIo(io: Io): { io: Io; finish(): Promise<void> } {
  let said = '';
  let hasAnswered = false;
  return {
    io: {
      ...io,
      stdout: {
        ...io.stdout,
        write: (text) => {
          hasAnswered ||= text !== '';
          return io.stdout.write(text);
        },
      },
      stderr: {
        ...io.stderr,
        isTerminal: false,
        write: async (text) => {
          said += text;
        },
      },
    },
    async finish() {
      if (hasAnswered) return;
      const error = /^error: (.*)$/m.exec(said)?.[1] ?? 'no answer';
      await io.stdout.write(renderNagiosError(error));
    },
  };
}
