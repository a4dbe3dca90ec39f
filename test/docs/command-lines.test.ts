import { describe, expect, test } from 'vitest';
import { splitCommandLine } from '../../src/cli/flags/command-line.ts';
import { COMMANDS, declareProgram } from '../../src/cli/program.ts';
import { shellWords } from '../support/cli/shell-words.ts';
import { listCodeBlocks, listDocuments } from '../support/docs/markdown.ts';
import '../support/docs/run-at.ts';

/** Languages of blocks whose lines a shell, cron or a CI system runs. */
const RUN_LANGUAGES = new Set(['sh', 'cron', 'yaml', 'ini', 'groovy', 'console']);

/** In a `console` block only the lines after a prompt are commands. */
const commandLines = (language: string, code: string): string[] => {
  const lines = code.replaceAll('\\\n', ' ').split('\n');
  return language === 'console' ? lines.filter((line) => line.startsWith('$ ')) : lines;
};

/** The arguments of every `cred-watch` call in a line. */
function findCalls(line: string): string[][] {
  const unquoted = line
    .replace(/^sh '(.*)'$/, '$1')
    .replace(/\s#.*$/, '')
    .replace(/\s*>\s*\/dev\/null/, '');
  return shellWords(unquoted).flatMap((words) => {
    // `StateDirectory=cred-watch` of a unit is not a call.
    const at = words.findIndex((word) => /^(?:(?!\w+Directory=)\w+=)?(?:\/\S+\/)?cred-watch$/.test(word));
    return at < 0 ? [] : [words.slice(at + 1).filter((word) => word !== '&')];
  });
}

const calls = listDocuments().flatMap((document) =>
  listCodeBlocks(document)
    .filter(({ language }) => RUN_LANGUAGES.has(language))
    .flatMap(({ language, code }) => commandLines(language, code).flatMap(findCalls))
    .map((words) => ({ document, words, line: words.join(' ') })),
);

describe('documented command lines', () => {
  test('documents have more than 30 command lines', () => {
    expect(calls.length).toBeGreaterThan(30);
  });

  test.each(calls)('$document: cred-watch $line is valid', async ({ words }) => {
    let actions = 0;
    const line = splitCommandLine(words, COMMANDS);
    const program = declareProgram(async () => {
      actions += 1;
    });
    await program.parseAsync(line.ownArguments, { from: 'user' });
    expect(actions).toBe(1);
    expect(line.childCommand.length > 0).toBe(line.commandName === 'exec');
  });
});
