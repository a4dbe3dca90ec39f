import { expect, test } from 'vitest';
import { declareProgram } from '../../../src/cli/program.ts';
import { runCommand } from '../../support/cli/run-command.ts';

const flags = declareProgram().commands.flatMap((command) =>
  command.options.filter(({ required }) => required).map((option) => ({ command, option })),
);
const [repeatable, single] = [true, false].map((isRepeatable) =>
  flags.filter(({ option }) => option.description.includes('may be repeated') === isRepeatable),
);

/** Gives a flag twice. The parser of the value is left out, because each flag has other values. */
function giveTwice({ command, option }: (typeof flags)[number]): void {
  option.parseArg = (_value, previous) => previous as never;
  const flag = option.long ?? '';
  command.parseOptions([flag, 'value', flag, 'value']);
}

test('no flag with one value accepts a second value', () => {
  expect(single?.length).toBeGreaterThan(100);
  for (const flag of single ?? [])
    expect(() => giveTwice(flag), `${flag.command.name()} ${flag.option.flags}`).toThrow('was given twice');
});

test('flags that may be repeated accept a second value', () => {
  expect(repeatable?.length).toBeGreaterThan(10);
  for (const flag of repeatable ?? []) expect(() => giveTwice(flag), flag.option.flags).not.toThrow();
});

test.each([
  [2, ['report', '--host', 'a', '--host', 'b'], '--host'],
  [2, ['report', '--host=a', '--host', 'a', '-f', 'json'], '--host'],
  [2, ['report', '--margin', '5m', '--margin=1h'], '--margin'],
  [2, ['check', '-j', '1h', '--job-duration', '4h'], '--job-duration'],
  [2, ['poll', '--db', 'a.db', '--db', 'b.db'], '--db'],
  [125, ['exec', '-j', '1h', '--margin', '0', '--margin', '1h', '--', 'true'], '--margin'],
] as const)('exit code %i: %j', async (code, args, name) => {
  const stderr = `error: ${name} was given twice\nhint: give ${name} once\n`;
  expect(await runCommand([...args])).toMatchObject({ code, stdout: '', stderr });
});

test.each([
  [
    ['--tag', 'env=prod', '--tag', 'env=dev'],
    "--tag 'env=dev' has a name that was given before",
    'give env once',
  ],
  [
    ['--tag', 'env=prod,team=x'],
    "--tag 'env=prod,team=x' has several tags",
    'repeat the flag: --tag env=prod --tag team=loaders',
  ],
])('push %j is an error', async (tags, error, hint) => {
  const { code, stderr } = await runCommand(['push', '--to', 'postgres://127.0.0.1:1/fleet', ...tags]);
  expect([code, stderr]).toEqual([2, `error: ${error}\nhint: ${hint}\n`]);
});
