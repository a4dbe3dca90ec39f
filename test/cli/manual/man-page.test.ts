import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import manifest from '../../../package.json' with { type: 'json' };
import { addHelp, getHelp } from '../../../src/cli/manual/command-help.ts';
import { GLOBAL_GROUP, groupFlags } from '../../../src/cli/manual/flag-groups.ts';
import { renderManPage } from '../../../src/cli/manual/man-page.ts';
import { declareProgram } from '../../../src/cli/program.ts';
import { describeReader } from '../../support/credential-formats/describe-reader.ts';
import '../../support/cli/run-command.ts';

const program = declareProgram();
const BUILT = new URL('../../../dist/cred-watch.1', import.meta.url);

/** Removes the overstrikes of bold text, and normalises white space: line breaks depend on the reader. */
function rendered(reader: string, args: readonly string[], page: string): string {
  const { status, stdout, stderr } = spawnSync(reader, args, {
    input: page,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', MANWIDTH: '80', GROFF_NO_SGR: '1' },
  });
  expect(`${status}${stderr}`).toBe('0');
  return stdout.replace(/.\u0008/gu, '').replace(/\s+/g, ' ');
}

test('the build writes the man page with the version of the package', () => {
  expect(manifest.man).toEqual(['./dist/cred-watch.1']);
  expect(manifest.files).toContain('dist');
  const built = readFileSync(BUILT, 'utf8');
  expect(built.split('\n')[0]).toContain(`cred\\-watch ${manifest.version}`);
  expect(built.split('\n').slice(1)).toEqual(renderManPage().split('\n').slice(1));
  expect(existsSync(new URL('man-page.cjs', BUILT))).toBe(false);
});

describe('the man page of hostile texts', () => {
  /** Every text of this command has a meaning in roff. */
  const NASTY = '.TH \'x\' \\fB "q" - ` ^ ~ \\n(yr · … 𝒳';
  const nasty = new Command('cred-watch').version('1').description(NASTY);
  nasty.command('evil').description(NASTY).argument('<file>', NASTY).option('--flag <value>', `'br ${NASTY}`);
  addHelp(nasty, { examples: [] });
  for (const command of nasty.commands) {
    addHelp(command, {
      notes: [NASTY, "'sp 3"],
      exitCodes: [['.so', NASTY]],
      examples: [['.so /etc/passwd', NASTY], [`'in 40 \\\n${NASTY}`]],
    });
  }
  const page = renderManPage(nasty);

  test('the man page of hostile texts has no roff request from a text', () => {
    const requests = page.split('\n').filter((line) => /^[.']/.test(line));
    expect(new Set(requests.map((line) => line.split(' ')[0]))).toEqual(
      new Set(['.TH', '.SH', '.SS', '.TP', '.PP', '.nf', '.fi', '.RS', '.RE']),
    );
    expect(page.match(/^\.TH/gm)).toHaveLength(1);
    expect(page).toMatch(/^[\n -~]*$/);
  });

  describeReader('in mandoc', { program: 'mandoc', package: 'mandoc' }, (mandoc) => {
    test('mandoc shows hostile texts unchanged', () => {
      const text = rendered(mandoc, ['-Tutf8', '-Owidth=1000'], page);
      expect(text.split(NASTY).length).toBeGreaterThan(5);
      expect(text).toContain('.so /etc/passwd');
      expect(text).toContain(`'in 40 \\ ${NASTY}`);
      expect(text).toContain("'sp 3");
    });
  });
});

/** Every command, group in the order of the help, flag, example and section. */
function expectWhole(text: string): void {
  for (const command of program.commands) {
    const [, own = ''] = text.split(`cred-watch ${command.name()} ${command.usage()}`);
    let position = 0;
    for (const { heading } of groupFlags(command).filter((group) => group.heading !== GLOBAL_GROUP)) {
      expect(own.indexOf(` ${heading}: `, position)).toBeGreaterThanOrEqual(position);
      position = own.indexOf(` ${heading}: `, position) + 1;
    }
    for (const { flags } of command.options) expect(own).toContain(flags.replace(/[<>]/g, ''));
    for (const [example] of getHelp(command).examples)
      for (const line of example.split('\n')) expect(own).toContain(line.replace(/\s+/g, ' '));
  }
  for (const section of ['GLOBAL OPTIONS', 'EXIT STATUS', 'ENVIRONMENT', 'FILES', 'SEE ALSO'])
    expect(text).toContain(section);
}

describeReader('mandoc', { program: 'mandoc', package: 'mandoc' }, (mandoc) => {
  test('mandoc warns only about the missing date', () => {
    const { stdout, stderr } = spawnSync(mandoc, ['-Tlint', '-Wwarning'], {
      input: renderManPage(),
      encoding: 'utf8',
    });
    expect(`${stdout}${stderr}`).toMatch(/^mandoc: <stdin>:1:\d+: WARNING: missing date, using "": TH\n$/);
  });

  test('mandoc shows every command, flag and example', () => {
    expectWhole(rendered(mandoc, ['-Tutf8', '-Owidth=1000'], renderManPage()));
  });
});

describeReader('groff, which man uses', { program: 'groff', package: 'groff-base' }, (groff) => {
  test('groff prints no warning, and shows every command, flag and example', () => {
    expectWhole(rendered(groff, ['-man', '-Tutf8', '-ww', '-rLL=1000n'], renderManPage()));
  });
});
