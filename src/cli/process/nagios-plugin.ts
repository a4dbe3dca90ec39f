import { addToNagiosLine, renderNagiosError } from '../../report/text/nagios-line.ts';
import { type Io, printText } from './io.ts';

/**
 * Nagios reads only stdout and expects one line, so this Io discards stderr. `finish` prints the line with the notes
 * about variables. If the command has no output, the line is the first error with its hint.
 */
export function createPluginIo(io: Io): { io: Io; finish(): Promise<void> } {
  let firstError: string | null = null;
  const notes: string[] = [];
  const output: string[] = [];
  return {
    io: {
      ...io,
      stdout: {
        ...io.stdout,
        write: async (text) => {
          if (text.length > 0) output.push(text);
        },
      },
      stderr: { ...io.stderr, isTerminal: false, write: async () => {} },
      onError: (message, hint) => {
        firstError ??= hint === null ? message : `${message} (${hint})`;
      },
      onVariablesNote: (message) => notes.push(message),
    },
    async finish() {
      const [line, ...others] = output;
      if (line === undefined) {
        await printText(io, addToNagiosLine(renderNagiosError(firstError ?? 'no result'), notes));
        return;
      }
      // A format that the user requested replaces the line.
      const isLine = line.startsWith('CREDWATCH ');
      await io.stdout.write(isLine ? addToNagiosLine(line, notes) : line);
      for (const text of others) await io.stdout.write(text);
    },
  };
}
