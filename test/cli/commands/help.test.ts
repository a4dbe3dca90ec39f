import { describe, expect, test } from 'vitest';
import { splitCommandLine } from '../../../src/cli/flags/command-line.ts';
import { getHelp } from '../../../src/cli/manual/command-help.ts';
import { groupFlags, OTHER_GROUP } from '../../../src/cli/manual/flag-groups.ts';
import { createHelpConfiguration } from '../../../src/cli/manual/format-help.ts';
import { COMMANDS, declareProgram } from '../../../src/cli/program.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { shellWords } from '../../support/cli/shell-words.ts';
import { sampleCases } from '../../support/thorough.ts';

const program = declareProgram();
const all = [program, ...program.commands].map((command) => ({ name: command.name(), command }));

interface HelpStyle {
  columns: number;
  isShort?: boolean;
  hasBold?: boolean;
}

/** The help on an output with this many columns. */
function renderHelp(name: string, { columns, isShort = false, hasBold = false }: HelpStyle): string {
  let text = '';
  const output = {
    writeOut: (written: string) => (text += written),
    getOutHelpWidth: () => columns,
    getOutHasColors: () => hasBold,
  };
  const declared = declareProgram(undefined, output, createHelpConfiguration(isShort));
  (declared.commands.find((each) => each.name() === name) ?? declared).outputHelp();
  return text;
}

/** The lines of other files in the notes. */
const verbatimLines = (command: (typeof program.commands)[number]) =>
  (getHelp(command).notes ?? []).flatMap((note) =>
    typeof note === 'object' && 'verbatim' in note
      ? note.verbatim.filter((line) => /\bcred-watch /.test(line))
      : [],
  );

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

  test.each(sampleCases([80, 100, 300], 3))(
    `the help of ${name} fits %i columns, has no line of more than 100, and no trailing white space`,
    (columns) => {
      for (const isShort of [true, false]) {
        const lines = renderHelp(name, { columns, isShort }).split('\n');
        expect(lines.filter((line) => line.length > Math.min(columns, 100))).toEqual([]);
        expect(lines.filter((line) => / $|\t/.test(line))).toEqual([]);
      }
    },
  );

  test(`the short help of ${name} fits on a screen of 80 columns and 45 lines`, () => {
    const lines = renderHelp(name, { columns: 80, isShort: true }).trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(45);
  });

  test(`the common flags of ${name} exist, and each one is named once`, () => {
    const { commonFlags = [] } = getHelp(command);
    const names = command.options.map(({ long }) => long);
    expect(commonFlags.filter((flag) => !names.includes(flag))).toEqual([]);
    expect(new Set(commonFlags).size).toBe(commonFlags.length);
    if (command !== program && names.length > 9) expect(commonFlags.length).toBeGreaterThan(0);
  });

  test(`every flag of ${name} is in one group of the help`, () => {
    const groups = groupFlags(command);
    expect(groups.filter(({ heading }) => heading === OTHER_GROUP)).toEqual([]);
    const names = groups.flatMap(({ options }) => options.map(({ long }) => long));
    const all = [...command.options, ...(command === program ? [] : program.options)].map(({ long }) => long);
    expect(names.sort()).toEqual([...all, '--help'].sort());
  });

  test(`the help of ${name} aligns the descriptions of examples, unless an example is too long`, () => {
    const [, examples = ''] = renderHelp(name, { columns: 80 }).split('Examples:\n');
    const rows = examples.split('\n').flatMap((line) => {
      const [, term, gap = ''] = /^( {2}\S.*?)( {2,})# \S/.exec(line) ?? [];
      return term === undefined ? [] : [{ end: term.length + 2, about: term.length + gap.length }];
    });
    const column = Math.min(...rows.map(({ about }) => about));
    expect(rows.filter(({ end, about }) => about !== Math.max(end, column))).toEqual([]);
  });

  const examples = [
    ...getHelp(command).examples.map(([example]) => example.split('\n')),
    ...verbatimLines(command).map((line) => [line]),
  ];
  test.each(sampleCases(examples, 3))(`the help of ${name} has a valid example: %s`, async (...lines) => {
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
  });
});

test('`report --help` and `help report` print the same text', async () => {
  const [flag, word] = await Promise.all([runCommand(['report', '--help']), runCommand(['help', 'report'])]);
  expect(word).toEqual(flag);
  expect(flag).toMatchObject({ code: 0, stderr: '', stdout: renderHelp('report', { columns: 100 }) });
  expect(await runCommand(['help'])).toEqual(await runCommand(['--help']));
});

test('-h prints the short help, and --help the whole help', async () => {
  const short = renderHelp('report', { columns: 100, isShort: true });
  expect(await runCommand(['report', '-h'])).toMatchObject({ code: 0, stderr: '', stdout: short });
  expect((await runCommand(['report', '-h', '--help'])).stdout).toBe(short);
  expect((await runCommand(['-h'])).stdout).toBe(renderHelp('', { columns: 100, isShort: true }));
  expect((await runCommand(['--help'])).stdout).toBe(renderHelp('', { columns: 100 }));
  expect(short).toContain('\nCommon options:\n  -j, --job-duration <duration>  ');
  expect(short).toMatch(/\ncred-watch report --help shows all flags, exit codes and notes\.\n$/);
  expect(short).not.toMatch(/--namespace|--debug|Exit codes:/);
});

test('without a command, the error comes before the short help', async () => {
  const { code, stdout, stderr } = await runCommand([]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toBe(
    'error: no command was given\nhint: run `cred-watch init`, which says what to do next\n\n' +
      renderHelp('', { columns: 100, isShort: true }),
  );
});

test('headings are bold on a terminal, and only headings', () => {
  const styled = renderHelp('report', { columns: 100, hasBold: true });
  const bold = [...styled.matchAll(/\u001b\[1m(.*?)\u001b\[22m/g)].map(([, heading]) => heading);
  expect(bold).toEqual([
    'Usage:',
    ...groupFlags(program.commands.find((each) => each.name() === 'report')!).map(
      ({ heading }) => `${heading}:`,
    ),
    'Formats:',
    'Exit codes:',
    'Examples:',
  ]);
  expect(styled.replace(/\u001b\[\d+m/g, '')).toBe(renderHelp('report', { columns: 100 }));
});

test('a narrow terminal shows each description below its flag', () => {
  const lines = renderHelp('report', { columns: 50, isShort: true }).split('\n');
  expect(lines).toContain('  -j, --job-duration <duration>');
  expect(lines).toContain('      judge a job that uses its initial');
  const isExample = (line: string) => line.startsWith('  cred-watch ');
  expect(lines.filter((line) => line.length > 50 && !isExample(line))).toEqual([]);
});

test('no line ends within a command of the help', () => {
  const texts = all.flatMap(({ name }) => [60, 80, 100].map((columns) => renderHelp(name, { columns })));
  const broken = texts.flatMap((text) =>
    // Examples in the shell have no backticks.
    text.split('\n').filter((line) => (line.match(/`/g)?.length ?? 0) % 2 === 1),
  );
  expect(broken).toEqual([]);
});

test('all commands show their groups in the same order', () => {
  const [first = [], ...others] = program.commands.map((command) =>
    groupFlags(command).map(({ heading }) => heading),
  );
  const before = new Map<string, Set<string>>();
  for (const headings of [first, ...others])
    for (const [index, heading] of headings.entries())
      before.set(heading, new Set([...(before.get(heading) ?? []), ...headings.slice(0, index)]));
  for (const [heading, earlier] of before)
    for (const each of earlier) expect(before.get(each)).not.toContain(heading);
});

test('the short list of commands has one line for each command at 80 columns', () => {
  const lines = renderHelp('', { columns: 80, isShort: true }).split('\n');
  for (const { name } of COMMANDS) {
    const index = lines.findIndex((line) => line.startsWith(`  ${name} `));
    expect(lines[index + 1]).toMatch(/^$|^ {2}\w/);
  }
});

test('the help says which flags are required', () => {
  expect(renderHelp('prune', { columns: 100 })).toMatch(
    /^Usage: cred-watch prune \[options\]\n[\s\S]*older than this \(required,\s+unless --remove-series\s+is given\)\n/,
  );
  expect(renderHelp('push', { columns: 300 })).toMatch(
    /^Usage: .* --to <destination>\n[\s\S]*\(required\)\n/,
  );
  const env = renderHelp('env', { columns: 300 }).replace(/\s+/g, ' ');
  expect(env).toMatch(/^Usage: cred-watch env \[options\] --format <format> /);
  expect(env).toMatch(/--job-duration <duration> [^(]*\(required; env: CRED_WATCH_JOB_DURATION\) --job/);
  expect(env).toContain('(required; one of env, ');
  const check = renderHelp('check', { columns: 300 }).replace(/\s+/g, ' ');
  expect(check).toContain('(required, unless --pid is given; env: ');
});

test('allowed values have no quotes, and only defaults with a meaning are shown', () => {
  expect(renderHelp('export', { columns: 100 })).toContain('(one of ndjson, csv, parquet; default: ndjson)');
  expect(renderHelp('conform', { columns: 300 })).toContain('(default: stdout)');
  expect(renderHelp('check', { columns: 80 })).toContain('(default: 5m; env: CRED_WATCH_MARGIN)');
  const helps = all.map(({ name }) => renderHelp(name, { columns: 300 })).join('');
  expect(helps).not.toMatch(/default: ?(true|undefined|none|no \w+|default|-|"|\))/);
});

test('shellWords splits a line as a shell does', () => {
  expect(shellWords(`a 'b c' "d \\"e" f\\ g | c=$(h i) && j`)).toEqual([
    ['a', 'b c', 'd "e', 'f g'],
    ['c='],
    ['h', 'i'],
    ['j'],
  ]);
});
