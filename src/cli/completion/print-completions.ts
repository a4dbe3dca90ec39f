import { EXIT } from '../flags/exit-codes.ts';
import type { Io } from '../process/io.ts';
import { COMMANDS, declareProgram } from '../program.ts';
import { Completer, type Completion, findFlagValue } from './complete.ts';
import { createLocalNameReader } from './local-names.ts';

/**
 * Prints completions for a script of `scripts.ts`: a line with the kind, then a line per word. A tab separates
 * the word from its description. Prints nothing on an error, because the user is typing.
 * @param request the shell, the word at the cursor, and the words before it. The word at the cursor has the
 *   prefix `=`, because some shells drop empty words.
 */
export async function printCompletions(request: readonly string[], io: Io): Promise<number> {
  const [shell, marked = '=', ...rest] = request;
  // bash passes words as typed. The other shells remove quotes.
  const [current = '', ...before] = [marked.slice(1), ...rest].map(
    shell === 'bash' ? removeQuotes : (word) => word,
  );
  const names = createLocalNameReader(findFlagValue(before, '--db'), io);
  try {
    const completer = new Completer(declareProgram(), COMMANDS, names);
    await io.stdout.write(format(await completer.complete(before, current)));
  } catch {
    return EXIT.failed;
  }
  return EXIT.ok;
}

function format(completion: Completion): string {
  switch (completion.kind) {
    case 'words': {
      const lines = completion.words.map(({ value, description }) => `${value}\t${description}\n`);
      return `words\n${lines.join('')}`;
    }
    case 'files':
      return `files ${completion.prefix}\n`;
    case 'command':
      return 'command\n';
  }
}

/** The last quote may still be open. Expansions stay as typed. */
const removeQuotes = (word: string): string =>
  word.replace(
    /'([^']*)(?:'|$)|"((?:\\.|[^"\\])*)(?:"|$)|\\(.)/gs,
    (_, single?: string, double?: string, escaped?: string) =>
      single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? '',
  );
