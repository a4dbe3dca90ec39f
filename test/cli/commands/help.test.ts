import { describe, expect, test } from 'vitest';
import { splitCommandLine } from '../../../src/cli/flags/command-line.ts';
import { formatHelp, getHelp } from '../../../src/cli/manual/command-help.ts';
import { COMMANDS, declareProgram } from '../../../src/cli/program.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { shellWords } from '../../support/cli/shell-words.ts';

const program = declareProgram();
const all = [program, ...program.commands].map((command) => ({ name: command.name(), command }));

/** The help as a terminal with this many columns shows it. */
function renderHelp(name: string, columns: number): string {
  let text = '';
  const output = { writeOut: (written: string) => (text += written), getOutHelpWidth: () => columns };
  const declared = declareProgram(undefined, output);
  (declared.commands.find((each) => each.name() === name) ?? declared).outputHelp();
  return text;
}

/** The calls of cred-watch in an example. */
const ourLines = (lines: readonly string[]): string[][] =>
  shellWords(lines.map((line) => line.replace(/\\$/, '')).join(' ')).flatMap((words) => {
    const at = words.findIndex((word) => /^(?:\w+=)?cred-watch$/.test(word));
    return at < 0 ? [] : [words.slice(at + 1)];
  });

describe.each(all)('the help of $name', ({ name, command }) => {
  test(`the help of ${name} has examples that call this command`, () => {
    const { examples } = getHelp(command);
    expect(examples.length).toBeGreaterThan(1);
    const own = command === program ? 'cred-watch ' : `cred-watch ${name}`;
    for (const [example] of examples) expect(example).toContain(own);
  });

  test(`the help of ${name} fits 80 columns, and has no trailing white space`, () => {
    const lines = renderHelp(name, 80).split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines.filter((line) => / $|\t/.test(line))).toEqual([]);
  });

  test(`the help of ${name} aligns the descriptions of examples, unless an example is too long`, () => {
    const [, examples = ''] = formatHelp(getHelp(command)).split('Examples:\n');
    const rows = examples.split('\n').flatMap((line) => {
      const [, term, gap = ''] = /^( {2}\S.*?)( {2,})\S/.exec(line) ?? [];
      return term === undefined ? [] : [{ end: term.length + 2, about: term.length + gap.length }];
    });
    const column = Math.min(...rows.map(({ about }) => about));
    expect(rows.filter(({ end, about }) => about !== Math.max(end, column))).toEqual([]);
  });

  test.each(getHelp(command).examples.map(([example]) => example.split('\n')))(
    `the help of ${name} has a valid example: %s`,
    async (...lines) => {
      const found = ourLines(lines);
      expect(found.length).toBeGreaterThan(0);
      for (const words of found) {
        let actions = 0;
        const line = splitCommandLine(words, COMMANDS);
        const declared = declareProgram(async () => {
          actions += 1;
        });
        await declared.parseAsync(line.ownArguments, { from: 'user' });
        expect(actions).toBe(1);
        expect(line.childCommand.length > 0).toBe(line.commandName === 'exec');
      }
    },
  );
});

test('`report --help` and `help report` print the same text', async () => {
  const [flag, word] = await Promise.all([runCommand(['report', '--help']), runCommand(['help', 'report'])]);
  expect(word).toEqual(flag);
  expect(flag).toMatchObject({ code: 0, stderr: '', stdout: renderHelp('report', 100) });
  expect(await runCommand(['help'])).toEqual(await runCommand(['--help']));
});

test('allowed values have no quotes, and defaults are shown', () => {
  expect(renderHelp('export', 100)).toContain('(one of ndjson, csv, parquet; default: ndjson)');
  expect(renderHelp('check', 80)).toContain('(default: 5m; env: CRED_WATCH_MARGIN)');
  expect(all.map(({ name }) => renderHelp(name, 80)).join('')).not.toMatch(/default: (true|undefined|"|\))/);
});

test('shellWords splits a line as a shell does', () => {
  expect(shellWords(`a 'b c' "d \\"e" f\\ g | c=$(h i) && j`)).toEqual([
    ['a', 'b c', 'd "e', 'f g'],
    ['c='],
    ['h', 'i'],
    ['j'],
  ]);
});
