import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fixturePath } from '../../support/cli/program-run.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { succeed } from '../../support/cli/succeed.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { parseNagiosLine } from '../../support/report/nagios-line.ts';
import { startSimulated } from '../../support/server/simulated-endpoint.ts';
import { sampleCases } from '../../support/thorough.ts';

const folder = temporaryFolder(afterAll);
const imported = join(folder, 'imported.db');
const polled = join(folder, 'polled.db');
let endpoint: Awaited<ReturnType<typeof startSimulated>>;
beforeAll(async () => {
  endpoint = await startSimulated({}, () => {});
  await succeed(['import', fixturePath('curl.log'), '--host', 'linux', '--db', imported]);
  return () => endpoint.close();
});

/** Runs a command against a simulated instance whose credentials are valid for six hours. */
const run = (args: readonly string[], env: Record<string, string>) =>
  runCommand(args, {
    env: {
      HOME: folder,
      CRED_WATCH_DB: polled,
      CRED_WATCH_HOST: 'web-1',
      AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint.origin,
      ...env,
    },
  });

const IMPORTED = { CRED_WATCH_DB: imported };

describe('the job of the variables decides the exit code', () => {
  const CASES: [line: string, duration: string, env: Record<string, string>, code: number][] = [
    ['report', '4h', IMPORTED, 0],
    ['report', '5h', IMPORTED, 1],
    ['status', '4h', IMPORTED, 0],
    ['status', '5h', IMPORTED, 1],
    ['report --fleet', '5h', IMPORTED, 1],
    ['check', '4h', {}, 0],
    ['check', '9h', {}, 1],
    ['exec -- true', '4h', {}, 0],
    ['exec -- true', '9h', {}, 125],
    ['env -f json', '4h', {}, 0],
    ['env -f json', '9h', {}, 1],
  ];

  test.each(sampleCases(CASES, 3))('of %s with %s', async (line, duration, env, code) => {
    const done = await run(line.split(' '), { ...env, CRED_WATCH_JOB_DURATION: duration });
    expect(done.code, done.stderr).toBe(code);
  });

  test('the margin of the variable counts', async () => {
    const zero = await run(['status', '-j', '4h59m'], { ...IMPORTED, CRED_WATCH_MARGIN: '0' });
    const usual = await run(['status', '-j', '4h59m'], IMPORTED);
    expect([zero.code, usual.code]).toEqual([0, 1]);
  });
});

test('poll records the role of the variable', async () => {
  const { code, stdout } = await run(['poll'], {
    CRED_WATCH_ROLE: 'simulated-role',
    CRED_WATCH_SOURCE: 'imds',
  });
  expect(code).toBe(0);
  expect(stdout).toContain('simulated-role');
});

test('a failed poll names the variables that select the credentials', async () => {
  const { code, stderr } = await run(['poll'], { CRED_WATCH_ROLE: 'other' });
  expect(code).toBe(1);
  expect(stderr).toContain('note: CRED_WATCH_ROLE is set: unset it, or give the flag\n');
});

test('a check without credentials names the variables that select them', async () => {
  const env = { CRED_WATCH_ROLE: 'other', CRED_WATCH_SOURCE: 'imds' };
  const { code, stderr } = await run(['check', '-j', '1h'], env);
  expect(code).toBe(3);
  expect(stderr).toContain(
    'note: CRED_WATCH_SOURCE and CRED_WATCH_ROLE are set: unset them, or give the flags\n',
  );
});

test.each(['report', 'status', 'report --fleet'])(
  'the hint of %s names the variable that selects no samples',
  async (line) => {
    const { stdout, stderr } = await run(line.split(' '), { ...IMPORTED, CRED_WATCH_SOURCE: 'container' });
    expect(stderr).toMatch(/hint: .*; CRED_WATCH_SOURCE is set: unset it, or give the flag\n$/);
    expect(stdout).not.toContain('linux');
    const selected = await run([...line.split(' '), '--source', 'container'], IMPORTED);
    expect(selected.stderr).not.toContain('CRED_WATCH_SOURCE');
  },
);

test.each(['poll', 'report', 'status', 'check -j 1h', 'env -j 1h -f json', 'init'])(
  '%s reports an invalid variable in one line',
  async (line) => {
    const env = { CRED_WATCH_SOURCE: 'a\u001b[2J\nhint: run `rm`' };
    const { code, stdout, stderr } = await run(line.split(' '), env);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(
      /^error: CRED_WATCH_SOURCE 'a\\u\{1b\}\[2J\\u\{a\}hint: run `rm`' is unknown\nhint: use one of .*\n$/,
    );
  },
);

test.each(['report', 'status', 'check -j 1h'])(
  'an invalid variable is UNKNOWN for a plugin: %s',
  async (line) => {
    const args = [...line.split(' '), '--exit-codes', 'nagios'];
    const { code, stdout, stderr } = await run(args, { CRED_WATCH_MARGIN: 'a | b' });
    expect({ code, stderr }).toEqual({ code: 3, stderr: '' });
    expect(parseNagiosLine(stdout)).toMatchObject({
      state: 'UNKNOWN',
      text: expect.stringMatching(/^CRED_WATCH_MARGIN 'a \/ b' is not a duration \(use .*\)$/),
    });
  },
);

test.each(['report -j 1h', 'status -j 1h', 'report --fleet -j 1h'])(
  '%s says that a variable selects the series',
  async (line) => {
    const env = { ...IMPORTED, CRED_WATCH_SOURCE: 'imds' };
    const { code, stderr } = await run(line.split(' '), env);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(
        /^note: only series that match CRED_WATCH_SOURCE are read\nhint: to read all series, unset CRED_WATCH_SOURCE\n$/,
      ),
    });
    const plugin = await run([...line.split(' '), '--exit-codes', 'nagios'], env);
    expect(plugin.stdout).toMatch(/^CREDWATCH OK - .*; only series that match CRED_WATCH_SOURCE are read/);
    const flag = await run([...line.split(' '), '--source', 'imds'], IMPORTED);
    expect(flag.stderr).toBe('');
  },
);

test.each(['report', 'status'])('%s says that the variable of the job is empty', async (command) => {
  const env = { ...IMPORTED, CRED_WATCH_JOB_DURATION: '' };
  const { code, stderr } = await run([command], env);
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr:
      'note: CRED_WATCH_JOB_DURATION is empty, so no job is judged\nhint: give it a value such as 4h, or unset it\n',
  });
  const plugin = await run([command, '--exit-codes', 'nagios'], env);
  expect(plugin.stdout).toContain('; CRED_WATCH_JOB_DURATION is empty, so no job is judged');
  expect((await run([command, '-j', '1h'], env)).stderr).toBe('');
});
