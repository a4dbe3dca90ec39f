import { renderNagiosError } from '../../report/text/nagios-line.ts';
import { type Io, printText } from './io.ts';

/**
 * Nagios reads only stdout and expects one line, so this Io discards stderr. If the command has no output,
 * `finish` prints the first error.
 */
export function createPluginIo(io: Io): { io: Io; finish(): Promise<void> } {
  let firstError: string | null = null;
  let hasOutput = false;
  return {
    io: {
      ...io,
      stdout: {
        ...io.stdout,
        write: (text) => {
          hasOutput ||= text !== '';
          return io.stdout.write(text);
        },
      },
      stderr: { ...io.stderr, isTerminal: false, write: async () => {} },
      onError: (message) => {
        firstError ??= message;
      },
    },
    async finish() {
      if (!hasOutput) await printText(io, renderNagiosError(firstError ?? 'no result'));
    },
  };
}
