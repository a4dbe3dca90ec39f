import { EXIT } from '../flags/exit-codes.ts';
import type { Io } from '../process/io.ts';
import { declareProgram } from '../program.ts';
import { type Completion, complete, findFlagValue } from './complete.ts';
import { createLocalNameReader } from './local-names.ts';

/**
 * Answers a shell at TAB: what kind of thing stands at the cursor, then a line for each word, a tab before its
 * description. Nothing goes wrong in sight of the person at the keyboard: then there is no answer.
 * @param request the shell; the word at the cursor behind a `=`, since some shells lose an empty one; the words before
 */
export async function printCompletions(request: readonly string[], io: Io): Promise<number> {
  const [shell, marked = '=', ...rest] = request;
  // bash hands over what was typed; the others know what it means.
  const [current = '', ...before] = [marked.slice(1), ...rest].map(
    shell === 'bash' ? unquoted : (word) => word,
  );
  const names = createLocalNameReader(findFlagValue(before, '--db'), io);
  try {
    await io.stdout.write(answer(await complete(declareProgram(), before, current, names)));
  } catch {
    return EXIT.failed;
  }
  return EXIT.ok;
}

function answer(completion: Completion): string {
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

/** A word without its quotes; the last may still be open. What a shell would put in place of anything stays as typed. */
const unquoted = (word: string): string =>
  word.replace(
    /'([^']*)(?:'|$)|"((?:\\.|[^"\\])*)(?:"|$)|\\(.)/gs,
    (_, single?: string, double?: string, escaped?: string) =>
      single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? '',
  );
