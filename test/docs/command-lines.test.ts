import { describe, expect, test } from 'vitest';
import { expectValidCall, findCalls } from '../support/docs/command-lines.ts';
import { listCodeBlocks, listDocuments } from '../support/docs/markdown.ts';
import '../support/docs/run-at.ts';

/** Languages of blocks whose lines a shell, cron or a CI system runs. */
const RUN_LANGUAGES = new Set(['sh', 'cron', 'yaml', 'ini', 'groovy', 'console']);

/** In a `console` block only the lines after a prompt are commands. */
const commandLines = (language: string, code: string): string[] => {
  const lines = code.replaceAll('\\\n', ' ').split('\n');
  return language === 'console' ? lines.filter((line) => line.startsWith('$ ')) : lines;
};

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
    await expectValidCall(words);
  });
});
