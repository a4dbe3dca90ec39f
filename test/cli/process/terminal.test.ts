import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMMANDS } from '../../../src/cli/program.ts';
import { runProgram } from '../../support/cli/built-program.ts';
import { fixturePath } from '../../support/cli/program-run.ts';
import { noTerminal, runOnTerminal } from '../../support/cli/pseudo-terminal.ts';
import { startSimulation } from '../../support/cli/running-simulation.ts';
import { succeed } from '../../support/cli/succeed.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { sampleCases } from '../../support/thorough.ts';

const folder = temporaryFolder(afterAll);
const [db, log] = [join(folder, 'samples.db'), join(folder, 'long.log')];
let env: Readonly<Record<string, string>> = {};
beforeAll(async () => {
  await succeed(['import', fixturePath('curl.log'), '--host', 'linux', '--db', db]);
  // Long enough for a line of progress.
  writeFileSync(log, 'Mon Nov 30 00:00:01 UTC 2015\n'.repeat(400_000));
  const simulation = await startSimulation(['--shape', 'imds'], {}, undefined, afterAll);
  env = { ...simulation.environment, CRED_WATCH_DB: db };
});

/** Commands that colour their output, or update a line. */
const STYLED = [
  ['report', '-j', '5h'],
  ['report', '-j', '5h', '--fleet'],
  ['check', '-j', '30m'],
  ['check', '-j', '6h30m', '--wait', '3s'],
  ['sources'],
  ['key', 'ASIATESTTESTTEST0001'],
  ['conform'],
  ['import', log, '--host', 'long'],
].map((args) => ({ name: args.slice(0, 3).join(' ').replace(folder, 'FOLDER'), args }));

const suffix = noTerminal === null ? '' : ` (skipped: ${noTerminal})`;
describe.skipIf(noTerminal !== null)(`on a terminal${suffix}`, () => {
  test.each(sampleCases(STYLED, 10))('$name has no control characters with TERM=dumb', async ({ args }) => {
    const { stdout } = await runOnTerminal(args, { env: { ...env, TERM: 'dumb' } });
    expect(stdout).not.toBe('');
    expect(stdout).not.toMatch(/[^\n\x20-\x7e\u00a0-\uffff]/);
  });

  test.each(sampleCases(STYLED, 10))('$name has control characters on other terminals', async ({ args }) => {
    expect((await runOnTerminal(args, { env })).stdout).toContain('\u001b[');
  });

  test.each(
    sampleCases(
      COMMANDS.map(({ name }) => name),
      18,
    ),
  )('the help of %s has no control characters with TERM=dumb', async (name) => {
    const { stdout } = await runOnTerminal([name, '--help'], { env: { ...env, TERM: 'dumb' } });
    expect(stdout).toMatch(/^[\n\x20-\x7e]+$/);
  });

  test('errors and hints wrap at the width of the terminal, but not in a pipe', async () => {
    const args = ['poll', '--db', db];
    const nowhere = { ...env, AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:1' };
    const wrapped = await runOnTerminal(args, { columns: 60, env: nowhere });
    expect(wrapped.stdout).toBe(`error: unreachable: could not connect to the endpoint
       (ECONNREFUSED at 127.0.0.1:1)
hint: check that the server at this address, for example
      \`cred-watch simulate\`, has started and listens, or
      unset AWS_EC2_METADATA_SERVICE_ENDPOINT
`);
    const { stderr } = await runProgram(args, { env: nowhere });
    expect(stderr.split('\n')).toHaveLength(3);
    expect(stderr.replaceAll('\n', ' ')).toBe(wrapped.stdout.replace(/\s+/g, ' '));
  });

  test('notes wrap at the width of the terminal', async () => {
    const args = ['exec', '-j', '1m', '--db', join(folder, 'missing', 'samples.db', 'x'), '--', 'true'];
    writeFileSync(join(folder, 'missing'), '');
    const { stdout } = await runOnTerminal(args, { columns: 50, env });
    expect(stdout).toMatch(/^note: continuing without the database: [^\n]+\n {6}\S/);
    expect(stdout.split('\n').filter((line) => line.length > 50 && line.trim().includes(' '))).toEqual([]);
  });
});
