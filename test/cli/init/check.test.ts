import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runProgram } from '../../support/cli/built-program.ts';
import { AS_OTHER_USER, noOtherUser } from '../../support/cli/other-user.ts';
import { NOWHERE } from '../../support/cli/program-run.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { readFolder } from '../../support/cli/temporary-folder.ts';
import { findViolations } from '../../support/docs/schemas.ts';
import { createMachine } from '../../support/installation/check-machine.ts';
import { HOUR, startPlace } from '../../support/recipes/endpoints.ts';
import { ciTest, isThorough, sampleCases } from '../../support/thorough.ts';

/** A machine after `init --write`: a line of the crontab, a running cron, and one sample. */
async function createInstallation() {
  const { env } = await startPlace('imds', 6 * HOUR);
  const machine = createMachine(env);
  machine.addProcess(70, ['/usr/sbin/cron', '-f']);
  const args = ['init', '--schedule', 'cron', '--write', '--yes'];
  const installed = await runCommand(args, { env: machine.env });
  expect(installed.code, installed.stderr).toBe(0);
  return machine;
}

const findCheck = ({ checks }: { checks: readonly { code: string }[] }, code: string) =>
  checks.find((check) => check.code === code);

test('an installation that works has no problem, and is not changed by the check', async () => {
  const machine = await createInstallation();
  const before = readFolder(join(machine.folder, 'state'));
  const result = await machine.check();
  expect(result.checks.map(({ code, state }) => [code, state])).toEqual([
    ['POLLER', 'ok'],
    // Only `init` has polled.
    ['LAST_POLL', 'unknown'],
    ['DATABASE', 'ok'],
    ['DATABASE_ACCESS', 'ok'],
    ['NODE', 'ok'],
    ['ADDON', 'ok'],
    ['CREDENTIALS', 'ok'],
    ['CLOCK', 'ok'],
    ['HOP_LIMIT', 'ok'],
  ]);
  expect([result.code, result.is_ok]).toEqual([0, true]);
  expect(findCheck(result, 'POLLER')).toMatchObject({ interval_seconds: 300 });
  const after = readFolder(join(machine.folder, 'state'));
  expect(after['cred-watch/samples.db']).toBe(before['cred-watch/samples.db']);
  expect(findViolations('init-check', JSON.parse(JSON.stringify({ ...result, code: undefined })))).toEqual(
    [],
  );
});

test('keys in the environment are a note, because SDKs do not use the polled source', async () => {
  const machine = await createInstallation();
  Object.assign(machine.env, {
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE000000000',
    AWS_SECRET_ACCESS_KEY: 'not-a-secret',
  });
  const result = await machine.check();
  expect(findCheck(result, 'OTHER_CREDENTIALS')).toMatchObject({
    state: 'note',
    note: 'STATIC_KEYS_HIDE_SOURCE',
    message: expect.stringContaining('so SDKs use these keys and not this source'),
    fix: expect.stringContaining('`cred-watch sources`'),
  });
  expect(result.code).toBe(0);
  expect(findViolations('init-check', JSON.parse(JSON.stringify({ ...result, code: undefined })))).toEqual(
    [],
  );
});

test('no fix recommends a poll of keys that never expire', async () => {
  const machine = await createInstallation();
  machine.crontab.write('');
  Object.assign(machine.env, {
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE000000000',
    AWS_SECRET_ACCESS_KEY: 'not-a-secret',
  });
  const result = await machine.check();
  const fixes = ['NO_POLLER', 'LAST_POLL'].map((code) => findCheck(result, code));
  const fix = expect.stringContaining('a poll of these keys always fails');
  expect(fixes).toEqual([expect.objectContaining({ fix }), expect.objectContaining({ fix })]);
  expect(findCheck(result, 'CREDENTIALS')).toMatchObject({
    fix: expect.stringContaining('select another source with --source'),
  });
});

test('without a poller, the check names the source of the shell, and the sources with polls', async () => {
  const machine = await createInstallation();
  machine.crontab.write('');
  Object.assign(machine.env, {
    AWS_ACCESS_KEY_ID: 'ASIAEXAMPLE000000000',
    AWS_SECRET_ACCESS_KEY: 'not-a-secret',
    AWS_SESSION_TOKEN: 'not-a-token',
  });
  const result = await machine.check();
  expect(findCheck(result, 'LAST_POLL')).toMatchObject({
    state: 'problem',
    source: 'environment',
    other_sources: ['imds'],
    message: `no poll of the environment variables is recorded in ${machine.database} (it has polls of imds)`,
    fix: 'run `cred-watch poll --source environment`, and read its message',
  });
  expect(findCheck(result, 'ASSUMED_SOURCE')).toMatchObject({
    ...{ state: 'note', source: 'environment', other_source: 'imds' },
    message: expect.stringContaining(
      'this check polls the environment variables, because SDKs in this shell',
    ),
    fix: expect.stringContaining('`cred-watch init --check --source imds`'),
  });
  expect(findCheck(result, 'CREDENTIALS')).toMatchObject({ state: 'problem' });
  expect(findViolations('init-check', JSON.parse(JSON.stringify({ ...result, code: undefined })))).toEqual(
    [],
  );
});

test('the check uses the expiration that the database knows for copied keys', async () => {
  const machine = await createInstallation();
  machine.crontab.write('');
  const { stdout } = await runCommand(['env', '-f', 'json', '-j', '1h', '--source', 'imds'], {
    env: machine.env,
  });
  const { access_key_id, secret_access_key, session_token } = JSON.parse(stdout);
  Object.assign(machine.env, {
    AWS_ACCESS_KEY_ID: access_key_id,
    AWS_SECRET_ACCESS_KEY: secret_access_key,
    AWS_SESSION_TOKEN: session_token,
  });
  const result = await machine.check();
  expect(findCheck(result, 'ASSUMED_SOURCE')).toMatchObject({ source: 'environment' });
  expect(findCheck(result, 'CREDENTIALS')).toMatchObject({ state: 'ok' });
});

test('the text names each check, and a fix below each problem', async () => {
  const machine = await createInstallation();
  machine.crontab.write('');
  const text = await machine.checkText();
  expect(text).toMatch(/^the installation has 1 problem\n\nproblem {2}nothing polls into\s/);
  expect(text).toMatch(/\n {9}→ run `cred-watch init --write`\nunknown {2}no poll is recorded yet: /);
});

test('only samples of poll count as polls', async () => {
  const machine = await createInstallation();
  await runCommand(['check', '-j', '1h'], { env: machine.env });
  const checked = findCheck(await machine.check(), 'LAST_POLL');
  expect(checked).toMatchObject({ state: 'unknown', at: null, other_sample_at: expect.any(String) });
  await runCommand(['poll'], { env: machine.env });
  await runCommand(['check', '-j', '1h'], { env: machine.env });
  const polled = findCheck(await machine.check(), 'LAST_POLL');
  expect(polled).toMatchObject({ at: expect.any(String), other_sample_at: expect.any(String) });
});

const LINES: [string, (line: string) => string, object][] = [
  [
    'env with the database',
    (line) => line.replace(/ --db (\S+)/, '').replace('* * * * ', '$&env CRED_WATCH_DB=@ '),
    { state: 'ok' },
  ],
  [
    'cd and a relative database',
    (line) => line.replace('* * * * ', '$&cd @/.. && ').replace(/--db \S+/, '--db samples.db'),
    { state: 'ok' },
  ],
  [
    'cd to a missing folder',
    (line) => line.replace('* * * * ', '$&cd /gone && '),
    { state: 'problem', problem: { code: 'folder-missing', path: '/gone' } },
  ],
  [
    'a missing flock',
    (line) => line.replace('* * * * ', '$&/opt/gone/flock /tmp/lock env '),
    { state: 'problem', problem: { code: 'program-missing', path: '/opt/gone/flock' } },
  ],
  [
    'a variable',
    (line) => line.replace(/--db \S+/, '--db $HOME/x.db'),
    { state: 'unknown', problem: { code: 'command-unknown' } },
  ],
  [
    'a condition',
    (line) => line.replace('* * * * ', '$&test -f /etc/poll && '),
    { state: 'unknown', problem: { code: 'command-unknown' } },
  ],
];

test.each(sampleCases(LINES, 3))('a line with %s is read', async (_, edit, expected) => {
  const machine = await createInstallation();
  const line = edit((machine.crontab.read() ?? '').split('\n')[1] ?? '');
  machine.crontab.write(
    `${line.replace('@/..', join(machine.database, '..')).replace('@', machine.database)}\n`,
  );
  const result = await machine.check();
  expect(findCheck(result, 'POLLER')).toMatchObject(expected);
  expect(findViolations('init-check', JSON.parse(JSON.stringify({ ...result, code: undefined })))).toEqual(
    [],
  );
});

ciTest('without /proc, it is unknown whether cron runs', async () => {
  const machine = await createInstallation();
  rmSync(join(machine.root, 'proc'), { recursive: true });
  const result = await machine.check();
  expect(findCheck(result, 'POLLER')).toMatchObject({ state: 'unknown', problem: { code: 'cron-unknown' } });
  expect(result.code).toBe(0);
});

type Machine = Awaited<ReturnType<typeof createInstallation>>;

const PROBLEMS: [string, (machine: Machine) => void, object][] = [
  [
    'no schedule',
    ({ crontab }) => crontab.write(''),
    { code: 'NO_POLLER', fix: 'run `cred-watch init --write`' },
  ],
  [
    'a stopped cron daemon',
    ({ write }) => write('proc/70/comm', 'sshd\n'),
    { code: 'POLLER', problem: { code: 'cron-not-running' } },
  ],
  [
    'a program that was moved',
    ({ crontab }) =>
      crontab.write((crontab.read() ?? '').replace(/\S+bin\/cred-watch\.js/, '/opt/gone/cred-watch')),
    { code: 'POLLER', problem: { code: 'program-missing', path: '/opt/gone/cred-watch' } },
  ],
  [
    'a program that is not in the PATH of cron',
    ({ crontab, env }) =>
      crontab.write(`XDG_STATE_HOME=${env.XDG_STATE_HOME}\n*/5 * * * * cred-watch poll > /dev/null\n`),
    { code: 'POLLER', problem: { code: 'not-in-path', name: 'cred-watch', path: '/usr/bin:/bin' } },
  ],
  [
    'another database',
    ({ crontab }) => crontab.write((crontab.read() ?? '').replace(/--db \S+/, '--db /data/samples.db')),
    { code: 'NO_POLLER', other_database: '/data/samples.db' },
  ],
  [
    'a database that other users can read',
    ({ database }) => chmodSync(database, 0o644),
    { code: 'DATABASE_ACCESS', fix: expect.stringMatching(/^run `chmod 600 \S+samples\.db/) },
  ],
  [
    'a folder that other users can write',
    ({ database }) => chmodSync(join(database, '..'), 0o777),
    { code: 'DATABASE_ACCESS', fix: expect.stringMatching(/^run `chmod go-w \S+cred-watch`/) },
  ],
];

test.each(sampleCases(PROBLEMS, 6))('%s is a problem', async (_, damage, expected) => {
  const machine = await createInstallation();
  damage(machine);
  const result = await machine.check();
  expect([result.code, result.is_ok]).toEqual([1, false]);
  expect(result.checks.filter(({ state }) => state === 'problem')).toEqual([
    expect.objectContaining(expected),
  ]);
  for (const { state, fix } of result.checks) if (state === 'problem') expect(fix).not.toBeNull();
});

test('while cron is stopped, init replaces a line whose program was moved', async () => {
  const machine = await createInstallation();
  machine.write('proc/70/comm', 'sshd\n');
  const line = machine.crontab.read() ?? '';
  machine.crontab.write(line.replace(/\S+bin\/cred-watch\.js/, '/opt/gone/cred-watch'));
  expect(findCheck(await machine.check(), 'POLLER')).toMatchObject({
    problem: { code: 'program-missing', path: '/opt/gone/cred-watch' },
  });
  const { stdout } = await machine.init();
  expect(stdout).toContain('No cron daemon runs here, so a process has to poll.');
  expect(stdout).not.toContain('has a line for this poll already');
});

test('a database that does not exist is a problem, and is not created', async () => {
  const machine = await createInstallation();
  const db = join(machine.folder, 'other.db');
  const result = await machine.check({ db });
  expect(findCheck(result, 'DATABASE')).toMatchObject({ state: 'problem', problem: 'missing' });
  expect(findCheck(result, 'LAST_POLL')).toMatchObject({ state: 'problem', at: null });
  expect(() => readFileSync(db)).toThrow('ENOENT');
});

test('a damaged database is a problem with the error of the database', async () => {
  const machine = await createInstallation();
  writeFileSync(machine.database, 'this is no database, but a text of some length\n'.repeat(100));
  const database = findCheck(await machine.check(), 'DATABASE');
  expect(database).toMatchObject({
    state: 'problem',
    problem: 'unreadable',
    error: { message: expect.any(String) },
  });
});

test('an endpoint that does not respond is a problem, and the hop limit is unknown', async () => {
  const machine = await createInstallation();
  machine.crontab.write(
    (machine.crontab.read() ?? '').replace(/SERVICE_ENDPOINT=\S+/, `SERVICE_ENDPOINT=${NOWHERE}`),
  );
  const result = await machine.check();
  expect(findCheck(result, 'CREDENTIALS')).toMatchObject({
    state: 'problem',
    failure: { reason: 'unreachable' },
  });
  expect(findCheck(result, 'HOP_LIMIT')).toMatchObject({ state: 'unknown' });
  // The clock was compared by the recorded poll.
  expect(findCheck(result, 'CLOCK')).toMatchObject({ state: 'ok' });
});

test('a process whose variables cannot be read is not proof of a working installation', async () => {
  const machine = await createInstallation();
  machine.crontab.write('');
  machine.addProcess(4711, ['/usr/bin/node', '/usr/local/bin/cred-watch', 'poll', '--interval', '1m']);
  rmSync(join(machine.root, 'proc/4711/environ'));
  const text = await machine.checkText();
  expect(text).toMatch(
    /^it is unknown whether anything keeps sampling: 3 checks without a result\n\nunknown {2}no poller was found that certainly polls into\s/,
  );
  expect(text).toMatch(/^ +→ if you installed none, run `cred-watch init --write`$/m);
  expect(text).toMatch(/^unknown {2}the process 4711 polls every 1m, but /m);
  const { code, is_ok: isOk } = await machine.check();
  expect([code, isOk]).toEqual([3, false]);
});

test('a running poller is found with the database of its environment', async () => {
  const machine = await createInstallation();
  machine.crontab.write('');
  const words = ['/usr/bin/node', '/usr/local/bin/cred-watch', 'poll', '--interval', '1m'];
  machine.addProcess(4711, words, { CRED_WATCH_DB: machine.database });
  const result = await machine.check();
  expect(findCheck(result, 'POLLER')).toMatchObject({
    state: 'ok',
    place: { kind: 'process', pid: 4711 },
    interval_seconds: 60,
  });
});

const UNITS: typeof PROBLEMS = [
  ['a machine without systemd', () => {}, { state: 'problem', problem: { code: 'systemd-not-running' } }],
  [
    'a timer that is not active',
    ({ write }) => write('run/systemd/system/x', ''),
    { state: 'problem', problem: { code: 'unit-inactive', unit: 'cred-watch.timer', scope: 'user' } },
  ],
  [
    'a run that failed',
    ({ write, folder, systemctl }) => {
      write('run/systemd/system/x', '');
      writeFileSync(join(folder, 'systemctl.log'), 'systemctl enable \n');
      systemctl.setResult('exit-code');
    },
    { state: 'problem', problem: { code: 'run-failed', unit: 'cred-watch.service', scope: 'user' } },
  ],
  [
    'a user who does not linger',
    ({ write, folder }) => {
      write('run/systemd/system/x', '');
      writeFileSync(join(folder, 'systemctl.log'), 'systemctl enable \n');
    },
    { state: 'problem', problem: { code: 'no-linger', user: expect.any(String) } },
  ],
  [
    'a user who lingers',
    ({ write, folder, user }) => {
      write('run/systemd/system/x', '');
      write(`var/lib/systemd/linger/${user}`, '');
      writeFileSync(join(folder, 'systemctl.log'), 'systemctl enable \n');
    },
    { state: 'ok', problem: null, interval_seconds: 600 },
  ],
];

test.each(sampleCases(UNITS, 6))('the units of a user are checked: %s', async (_, prepare, expected) => {
  const machine = await createInstallation();
  const program = /\S+bin\/cred-watch\.js/.exec(machine.crontab.read() ?? '')?.[0];
  machine.crontab.write('');
  const units = join(machine.folder, 'config/systemd/user');
  mkdirSync(units, { recursive: true });
  writeFileSync(
    join(units, 'cred-watch.service'),
    `[Service]\nExecStart=${process.execPath} ${program} poll --db ${machine.database}\n`,
  );
  writeFileSync(join(units, 'cred-watch.timer'), '[Timer]\nOnCalendar=*:0/10\n');
  prepare(machine);
  expect(findCheck(await machine.check(), 'POLLER')).toMatchObject(expected);
});

test('a line of /etc/cron.d is found with its user', async () => {
  const machine = await createInstallation();
  const [line = ''] = /^\*\/5.*$/m.exec(machine.crontab.read() ?? '') ?? [];
  machine.crontab.write('');
  machine.write('etc/cron.d/cred-watch', `${line.replace('* * * * ', '* * * * credwatch ')}\n`);
  expect(findCheck(await machine.check(), 'POLLER')).toMatchObject({
    state: 'ok',
    place: { kind: 'cron', file: expect.stringMatching(/etc\/cron\.d\/cred-watch$/), user: 'credwatch' },
  });
});

test.skipIf(!isThorough || noOtherUser !== null)(
  'a database of another user is a problem, and not an unexpected error',
  async () => {
    const machine = await createInstallation();
    const args = ['init', '--check', '--db', machine.database, '-f', 'json'];
    const run = await runProgram(args, { env: machine.env, prefix: AS_OTHER_USER });
    expect([run.code, run.stderr]).toEqual([1, '']);
    expect(findCheck(JSON.parse(run.stdout), 'DATABASE')).toMatchObject({
      state: 'problem',
      problem: 'unreadable',
      message: expect.stringContaining('EACCES'),
      fix: expect.stringContaining('as the user who polls'),
    });
  },
);

test('without cron and systemd, the fix is a process that polls', async () => {
  const machine = createMachine((await startPlace('imds', 6 * HOUR)).env);
  machine.write('.dockerenv', '');
  const result = await machine.check();
  expect(findCheck(result, 'NO_POLLER')).toMatchObject({
    fix: expect.stringMatching(/^run `.* poll --source imds --interval 5m --db \S+`$/),
  });
});

test('in a container with cron, the fix chooses cron', async () => {
  const machine = createMachine((await startPlace('imds', 6 * HOUR)).env);
  machine.write('.dockerenv', '');
  machine.addProcess(70, ['/usr/sbin/cron', '-f']);
  const result = await machine.check();
  expect(findCheck(result, 'NO_POLLER')).toMatchObject({
    fix: 'run `cred-watch init --schedule cron --write`',
  });
});
