import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { grantToken, ROLES, roleDocument } from '../../support/cli/metadata-script.ts';
import { linesWritten } from '../../support/cli/program-run.ts';
import { runCommand, startCommand } from '../../support/cli/run-command.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { startEndpoint } from '../../support/sources/scripted-endpoint.ts';
import { ciTest } from '../../support/thorough.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** IMDS whose role and state a test changes, and a command that appends its variables to a file. */
async function startInstance() {
  const state = { role: 'loader', isDown: false };
  const document = roleDocument({ expiresIn: 7000 });
  const endpoint = await startEndpoint(({ method, path }) => {
    if (state.isDown) return { status: 500 };
    if (method === 'PUT') return grantToken();
    if (path.endsWith('instance-id')) return { body: 'i-0abc' };
    return { body: path === ROLES ? state.role : document };
  });
  const folder = temporaryFolder();
  const file = join(folder, 'changes');
  const env = {
    CRED_WATCH_DB: join(folder, 'samples.db'),
    AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint.url,
  };
  const read = () => (existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : []);
  const poll = (command: string, ...args: string[]) =>
    runCommand(['poll', '--on-change', command, ...args], { env });
  return { state, env, file, read, poll };
}

const log = (file: string, ...names: string[]) =>
  `echo "$CRED_WATCH_CHANGES|${names.map((name) => `$CRED_WATCH_${name}`).join('|')}" >> ${file}`;

test('polls from cron run the command when the result or the role differs from the stored poll', async () => {
  const { state, file, read, poll } = await startInstance();
  const command = log(
    file,
    'OLD_RESULT',
    'NEW_RESULT',
    'OLD_ROLE',
    'NEW_ROLE',
    'CHANGE_HOST',
    'CHANGE_SOURCE',
  );
  expect(await poll(command)).toMatchObject({ code: 0, stderr: '' });
  expect(await poll(command)).toMatchObject({ code: 0 });
  expect(read()).toEqual([]);
  state.isDown = true;
  expect(await poll(command)).toMatchObject({ code: 1 });
  expect(await poll(command)).toMatchObject({ code: 1 });
  expect(read()).toEqual(['result|recorded|server-error|loader|loader|i-0abc|imds']);
  state.isDown = false;
  state.role = 'writer';
  expect(await poll(command)).toMatchObject({ code: 0 });
  expect(await poll(command)).toMatchObject({ code: 0 });
  expect(read().slice(1)).toEqual(['role,result|server-error|recorded|loader|writer|i-0abc|imds']);
});

ciTest('the message of a change is one line', async () => {
  const { state, file, read, poll } = await startInstance();
  const command = `echo "$CRED_WATCH_CHANGE_MESSAGE" >> ${file}; echo "$CRED_WATCH_CHANGE_AT $CRED_WATCH_EXPIRATION" >> ${file}`;
  await poll(command);
  state.isDown = true;
  await poll(command);
  state.isDown = false;
  state.role = 'writer';
  await poll(command);
  const lines = read();
  expect(lines[0]).toMatch(
    /^i-0abc, imds: polls fail: server-error; the credentials: 1h 5\dm( \d\ds)? left$/,
  );
  expect(lines[1]).toMatch(/^\S+Z \d{4}-\d\d-\d\dT\S+Z$/);
  expect(lines[2]).toMatch(
    /^i-0abc, imds: the role is now writer \(before: loader\); polls succeed again \(before: server-error\); the credentials: /,
  );
  expect(lines[3]).toMatch(/^\S+Z \d{4}-\d\d-\d\dT\S+Z$/);
});

/** Twelve generations of six hours, which rotate every hour and are polled every ten minutes. */
function recordHistory(db: string): void {
  using store = SampleStore.open(db);
  const start = Date.now() - 12 * HOUR - 5 * MINUTE;
  for (let poll = 0; poll < 72; poll += 1) {
    const generation = Math.floor(poll / 6);
    const lastUpdated = start + generation * HOUR;
    store.recordSample(
      { host: 'i-0abc', source: 'imds', apiVersion: '2', role: 'loader' },
      {
        observedAt: start + poll * 10 * MINUTE + 1000,
        clockOffset: null,
        accessKeyId: `ASIATESTTESTHIST00${String(generation).padStart(2, '0')}`,
        lastUpdated,
        expiration: lastUpdated + 6 * HOUR,
        zoneless: false,
      },
      '',
    );
  }
}

test('the command gets a change of the verdict of -j, and no secrets', async () => {
  const { file, read, env } = await startInstance();
  recordHistory(env.CRED_WATCH_DB);
  const command = `${log(file, 'OLD_VERDICT', 'NEW_VERDICT', 'CHANGE_JOB', 'CHANGE_MESSAGE')}; env > ${file}.env`;
  const secrets = {
    AWS_SECRET_ACCESS_KEY: 'canary-secret-key',
    AWS_SESSION_TOKEN: 'canary-token',
    AWS_CONTAINER_AUTHORIZATION_TOKEN: 'canary-authorization',
    CRED_WATCH_PROMETHEUS_TOKEN: 'canary-metrics',
    PGPASSWORD: 'canary-password',
    KEPT: 'kept-value',
  };
  // The new credentials are valid for less than two hours.
  const run = await runCommand(['poll', '--source', 'imds', '--on-change', command, '-j', '3h'], {
    env: { ...env, ...secrets },
  });
  expect(run).toMatchObject({ code: 0, stderr: '' });
  const [line, ...others] = read();
  expect(others).toEqual([]);
  expect(line).toMatch(
    /^verdict\|\|sometimes\|3h\|i-0abc, imds: a 3h job is now 'not safe: worst case too short'; the credentials: 1h 56m/,
  );
  const seen = readFileSync(`${file}.env`, 'utf8');
  expect(seen).toContain('KEPT=kept-value');
  expect(seen).not.toMatch(/canary|not-a-secret|not-a-token/);
});

test('with --interval, each change runs the command once, and later polls are not delayed', async () => {
  const { state, env, file, read } = await startInstance();
  const command = `${log(file, 'OLD_RESULT', 'NEW_RESULT')}; sleep 2`;
  const poller = startCommand(['poll', '--interval', '1s', '--on-change', command], { env });
  await linesWritten(poller, 1);
  state.isDown = true;
  await expect.poll(read, { timeout: 10_000 }).toEqual(['result|recorded|server-error']);
  state.isDown = false;
  await linesWritten(poller, 4);
  await expect.poll(read, { timeout: 10_000 }).toHaveLength(2);
  poller.child.kill('SIGTERM');
  expect(await poller.done).toMatchObject({ code: 0 });
  expect(read()).toEqual(['result|recorded|server-error', 'result|server-error|recorded']);
});

ciTest('a change is reported again until a command succeeds, also by another command', async () => {
  const { state, file, read, poll } = await startInstance();
  const command = log(file, 'OLD_ROLE', 'NEW_ROLE');
  expect(await poll('exit 7')).toMatchObject({ code: 0, stderr: '' });
  state.role = 'writer';
  for (let count = 0; count < 2; count += 1) {
    expect(await poll('exit 7')).toMatchObject({
      code: 0,
      stderr:
        'note: the command of --on-change failed with exit code 7\nhint: the poll is recorded, and the next poll with this command runs the command again; run it by hand to see its error\n',
    });
  }
  expect(await poll(command)).toMatchObject({ code: 0, stderr: '' });
  expect(await poll(command)).toMatchObject({ code: 0, stderr: '' });
  expect(read()).toEqual(['role|loader|writer']);
});

ciTest('check, env and plain polls between two polls with a command lose no change', async () => {
  const { state, env, file, read, poll } = await startInstance();
  const command = log(file, 'OLD_RESULT', 'NEW_RESULT');
  await poll(command);
  state.isDown = true;
  await runCommand(['check', '-j', '1h', '--source', 'imds'], { env });
  await runCommand(['env', '-j', '1h', '--source', 'imds', '-f', 'json'], { env });
  await runCommand(['poll'], { env });
  await poll(command);
  state.isDown = false;
  await runCommand(['poll'], { env });
  await poll(command);
  expect(read()).toEqual(['result|recorded|server-error', 'result|server-error|recorded']);
});

test('the first poll of a new database runs the command if the poll fails', async () => {
  const { state, file, read, poll } = await startInstance();
  const command = log(file, 'OLD_RESULT', 'NEW_RESULT', 'CHANGE_MESSAGE');
  state.isDown = true;
  await poll(command);
  state.isDown = false;
  // The failed poll was recorded under the name of the machine, before the instance id was known.
  await poll(command);
  const [first, second] = read();
  expect(first).toMatch(/^result\|\|server-error\|[^,]+, imds: polls fail: server-error$/);
  expect(second).toMatch(/^result\|server-error\|recorded\|i-0abc, imds: polls succeed again /);
});

ciTest('each command and each job gets the change', async () => {
  const { state, file, read, poll } = await startInstance();
  const commands = ['a', 'b'].map((name) => `echo "${name}|$CRED_WATCH_CHANGE_JOB" >> ${file}`);
  const pollAll = async () => {
    for (const command of commands) for (const job of ['10m', '20m']) await poll(command, '-j', job);
  };
  await pollAll();
  state.role = 'writer';
  await pollAll();
  await pollAll();
  expect(read()).toEqual(['a|10m', 'a|20m', 'b|10m', 'b|20m']);
});

test('--on-change is refused for a list of targets, and without a command', async () => {
  const env = { CRED_WATCH_DB: join(temporaryFolder(), 'samples.db') };
  const run = (...args: string[]) => runCommand(['poll', ...args], { env });
  expect(await run('--targets', 'x.json', '--on-change', 'true')).toMatchObject({
    code: 2,
    stderr:
      'error: --on-change and --targets cannot be combined\nhint: start a poller for each endpoint, or alert on the metrics of --listen; see docs/metrics.md in the package\n',
  });
  expect(await run('--on-change', ' ')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('is empty'),
  });
});

test('a command on changes reads the database of its poller', async () => {
  const { state, file, read, poll } = await startInstance();
  const db = join(temporaryFolder(), 'other.db');
  const command = `echo "$CRED_WATCH_DB" >> ${file}`;
  await poll(command, '--db', db);
  state.isDown = true;
  await poll(command, '--db', db);
  expect(read()).toEqual([db]);
});
