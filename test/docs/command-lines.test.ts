import { describe, expect, test } from 'vitest';
import { expectValidCall, findCalls } from '../support/docs/command-lines.ts';
import { listCodeBlocks, listDocuments, listTableCommands } from '../support/docs/markdown.ts';
import '../support/docs/run-at.ts';

/** Languages of blocks whose lines a shell, cron or a CI system runs. */
const RUN_LANGUAGES = new Set(['sh', 'cron', 'yaml', 'ini', 'groovy', 'console']);

/** In a `console` block only the lines after a prompt are commands. */
const commandLines = (language: string, code: string): string[] => {
  const lines = code.replaceAll('\\\n', ' ').split('\n');
  return language === 'console' ? lines.filter((line) => line.startsWith('$ ')) : lines;
};

const calls = listDocuments().flatMap((document) => {
  const blocks = listCodeBlocks(document).filter(({ language }) => RUN_LANGUAGES.has(language));
  const lines = blocks.flatMap(({ language, code }) => commandLines(language, code));
  // Other cells of tables are names of flags and of commands.
  const cells = listTableCommands(document).filter((cell) => cell.includes('cred-watch '));
  return [...lines, ...cells].flatMap(findCalls).map((words) => ({ document, words, line: words.join(' ') }));
});

describe('documented command lines', () => {
  test('documents have more than 30 command lines', () => {
    expect(calls.length).toBeGreaterThan(30);
  });

  test.each(calls)('$document: cred-watch $line is valid', async ({ words }) => {
    await expectValidCall(words);
  });

  // An interactive zsh takes a comment as words, unless the user has set an option.
  test('commands to paste into a shell have no comments', () => {
    const blocks = listDocuments()
      .flatMap(listCodeBlocks)
      .filter(({ language }) => language === 'sh');
    expect(blocks.length).toBeGreaterThan(30);
    expect(blocks.filter(({ code }) => /(^|\s)#\s/.test(code))).toEqual([]);
  });
});
