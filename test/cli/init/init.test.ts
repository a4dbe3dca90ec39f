import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { findCheckout } from '../../../src/cli/init/find-checkout.ts';
import { main } from '../../../src/cli/main.ts';
import { minimalEnvironment, NOWHERE, repositoryPath } from '../../support/cli/program-run.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { createTestIo } from '../../support/cli/test-io.ts';
import { findViolations } from '../../support/docs/schemas.ts';
import { recorder } from '../../support/installation/recorder.ts';
import { writeCrontabStandIn } from '../../support/installation/stand-ins.ts';
import { HOUR, startPlace } from '../../support/recipes/endpoints.ts';
import { startSimulated } from '../../support/server/simulated-endpoint.ts';
import { ciTest, sampleCases } from '../../support/thorough.ts';

const CRON = ['--schedule', 'cron'];

/** The second form is for a machine whose cron daemon does not run. */
const INSTALLED =
  /installed(?:: cron polls false credentials from now on|, but the cron daemon does not run: )/;

/** An instance whose credentials are valid for six hours, and a database. */
async function createInstance() {
  const { env } = await startPlace('imds', 6 * HOUR);
  const folder = temporaryFolder();
  const crontab = writeCrontabStandIn(folder);
  const database = join(folder, 'samples.db');
  const init = (args: readonly string[], changes: Record<string, string | undefined> = {}) =>
    runCommand(['init', ...args], {
      env: { ...env, HOME: folder, PATH: crontab.path, CRED_WATCH_DB: database, ...changes },
    });
  return { init, crontab, database, folder, env };
}

test('init shows the sample in five lines, the line for cron, and when to come back', async () => {
  const { init, database, crontab } = await createInstance();
  const { code, stdout, stderr } = await init(CRON);
  expect([code, stderr]).toEqual([0, '']);
  const lines = stdout.split('\n');
  expect(lines.slice(0, 5)).toEqual([
    expect.stringMatching(/^credentials found: i-\w+ · imds v2 · simulated-role$/),
    expect.stringMatching(/^ {2}credentials {5}ASIA…\w{4}, issued [\d-]+ [\d:]+Z$/),
    expect.stringMatching(/^ {2}expire {10}[\d-]+ [\d:]+Z, 5h 59m \d\ds left$/),
    '  history         1 sample, no rotation seen yet',
    `  database        ${database}`,
  ]);
  const program = repositoryPath('bin/cred-watch.js');
  expect(stdout).toMatch(
    new RegExp(
      `^\\*/5 \\* \\* \\* \\* /usr/bin/env AWS_EC2_METADATA_SERVICE_ENDPOINT=\\S+ .*${process.execPath} ${program} poll --source imds --db ${database} > /dev/null$`,
      'm',
    ),
  );
  expect(stdout).toMatch(
    /^ {2}come back {7}after [\d:]+Z, run\s+`cred-watch\s+report\s+-j\s+DURATION\s+--db\s/m,
  );
  expect(crontab.read()).toBeNull();
});

test('--write installs the line once', async () => {
  const { init, crontab } = await createInstance();
  crontab.write('MAILTO=ops\n30 2 * * * /srv/load.sh');
  const first = await init([...CRON, '--write', '--yes']);
  expect([first.code, first.stdout]).toEqual([0, expect.stringMatching(INSTALLED)]);
  const text = crontab.read() ?? '';
  expect(text).toMatch(/^MAILTO=ops\n30 2 \* \* \* \/srv\/load\.sh\n# cred-watch .*\n\*\/5 .* poll .*\n$/);
  const second = await init([...CRON, '--write', '--yes']);
  expect([second.code, second.stdout]).toEqual([
    0,
    expect.stringContaining('nothing changed: the crontab has this line already'),
  ]);
  expect(crontab.read()).toBe(text);
});

test('--write keeps the bytes of a crontab in another encoding', async () => {
  const { init, crontab } = await createInstance();
  // Latin-1, and UTF-8 that is longer than a pipe, so that chunks end inside of characters.
  const before = Buffer.concat([
    Buffer.from('# caf\xe9\r\n', 'latin1'),
    Buffer.from(`#${'€'.repeat(60_000)}`),
  ]);
  crontab.write(before);
  expect((await init([...CRON, '--write', '--yes'])).code).toBe(0);
  const after = crontab.readBytes();
  expect(after.subarray(0, before.length).equals(before)).toBe(true);
  expect(after.subarray(before.length).toString()).toMatch(/^\n# cred-watch .*\n\*\/5 .* poll .*\n$/);
});

test('--write changes no crontab whose carriage returns it cannot read', async () => {
  const { init, crontab } = await createInstance();
  // As Debian 12 prints them.
  const before = 'MAILTO=ops\\r\n0 1 * * * /srv/a.sh\n';
  crontab.write(before);
  const { code, stderr } = await init([...CRON, '--write', '--yes']);
  expect([code, stderr]).toEqual([
    2,
    expect.stringMatching(/^error: lines of the crontab end with a carriage return, .*\nhint: remove /),
  ]);
  expect(crontab.read()).toBe(before);
});

test('--write changes no line that polls the same credentials', async () => {
  const { init, crontab, env } = await createInstance();
  const variable = `AWS_EC2_METADATA_SERVICE_ENDPOINT=${env.AWS_EC2_METADATA_SERVICE_ENDPOINT}`;
  const line = `*/5 * * * * ${variable} cred-watch poll > /dev/null\n`;
  crontab.write(line);
  const { code, stderr } = await init([...CRON, '--write', '--yes']);
  expect([code, stderr]).toEqual([
    2,
    `error: the crontab polls these credentials already: ${line}hint: remove this line with \`crontab -e\`, then run the command again\n`,
  ]);
  expect(crontab.read()).toBe(line);
});

ciTest('--write replaces an earlier line of init, and keeps the other lines', async () => {
  const { init, crontab } = await createInstance();
  crontab.write(Buffer.from('# caf\xe9\n', 'latin1'));
  await init([...CRON, '--write', '--yes']);
  const before = crontab.readBytes();
  crontab.write(Buffer.concat([before, Buffer.from('0 2 * * * /srv/caf\xe9.sh\n', 'latin1')]));
  const { code, stdout } = await init([...CRON, '--write', '--yes', '--every', '1m']);
  expect([code, stdout]).toEqual([0, expect.stringMatching(INSTALLED)]);
  expect(stdout).toMatch(/^ {2}replaced {8}the earlier line of `init`, which polled every 5m$/m);
  const expected = `${before.toString('latin1').replace('*/5 * * * *', '* * * * *')}0 2 * * * /srv/caf\xe9.sh\n`;
  expect(crontab.readBytes().toString('latin1')).toBe(expected);
});

test('the question shows the earlier line, and a refusal claims nothing', async () => {
  const { init, crontab, database, folder, env } = await createInstance();
  await init([...CRON, '--write', '--yes']);
  const before = crontab.read();
  const output = recorder();
  const variables = minimalEnvironment({ ...env, HOME: folder, PATH: crontab.path, CRED_WATCH_DB: database });
  const io = createTestIo(variables, 'n\n', { ...output.outputs, canAsk: () => true });
  expect(await main(['init', ...CRON, '--write', '--every', '1m'], io)).toBe(0);
  expect(output.stderr()).toMatch(/earlier line of `init`:\n\n\*\/5 .*\n\nReplace it\? \[y\/N\] $/);
  expect(output.stdout()).not.toMatch(/keeps? sampling|polls from now on/);
  expect(output.stdout()).toContain('nothing changed');
  expect(crontab.read()).toBe(before);
});

ciTest('init names an installed line while cron does not run, and shows no second poller', async () => {
  const { init, crontab } = await createInstance();
  await init([...CRON, '--write', '--yes']);
  const before = crontab.read();
  const { code, stdout } = await init(['--write', '--yes', '--schedule', 'cron']);
  expect([code, stdout]).toEqual([0, expect.stringContaining('nothing changed')]);
  const shown = await init([]);
  expect(shown.code).toBe(0);
  expect(shown.stdout).toMatch(
    /^cron \(crontab of \S+\) (?:has a line for this poll|polls every 5m) already/m,
  );
  expect(shown.stdout).not.toContain(' poll --source ');
  expect(crontab.read()).toBe(before);
});

test('init recognises its line with another interval, and --every shows a schedule all the same', async () => {
  const { init, crontab } = await createInstance();
  await init([...CRON, '--write', '--yes', '--every', '15m']);
  const before = crontab.read();
  const shown = await init([]);
  expect(shown.stdout).toMatch(
    /^cron \(crontab of \S+\) (?:has a line for this poll|polls every 15m) already/m,
  );
  expect(shown.stdout).not.toContain(' poll --source ');
  await init(['--write', '--yes']);
  expect(crontab.read()).toBe(before);
  const other = await init(['--every', '1m']);
  expect(other.stdout).toContain(' poll --source ');
});

test('--write without a terminal needs --yes, and neither polls nor writes', async () => {
  const { init, crontab, database } = await createInstance();
  const { code, stdout, stderr } = await init([...CRON, '--write']);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('hint: add --yes');
  expect(crontab.read()).toBeNull();
  const report = await runCommand(['report', '--db', database]);
  expect(report.stderr).toContain('does not exist');
});

test('without credentials, init installs nothing and ends with 1', async () => {
  const { init, crontab } = await createInstance();
  const { code, stdout, stderr } = await init([...CRON, '--write', '--yes'], {
    AWS_EC2_METADATA_SERVICE_ENDPOINT: NOWHERE,
  });
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/^error: no credentials found: unreachable: .*\nhint: /);
  expect(crontab.read()).toBeNull();
});

test('init names the checkout from which a schedule would run, also behind a link', async () => {
  const { init, folder } = await createInstance();
  const { attentions } = JSON.parse((await init([...CRON, '-f', 'json'])).stdout);
  expect(attentions).toContainEqual({
    code: 'CHECKOUT',
    message: expect.stringContaining(`starts cred-watch in ${repositoryPath('.').replace(/\/\.?$/, '')}, `),
  });
  const link = join(folder, 'cred-watch');
  symlinkSync(repositoryPath('bin/cred-watch.js'), link);
  expect(findCheckout(link)).toBe(findCheckout(repositoryPath('bin/cred-watch.js')));
  const installed = join(folder, 'lib/node_modules/cred-watch/bin/cred-watch.js');
  mkdirSync(dirname(installed), { recursive: true });
  writeFileSync(installed, '');
  expect(findCheckout(installed)).toBeNull();
});

test('init names long-lived keys of the shell, and how to measure the endpoint instead', async () => {
  const { init, folder } = await createInstance();
  const variables = { AWS_ACCESS_KEY_ID: 'AKIAFALSE0000000VARS', AWS_SECRET_ACCESS_KEY: 'CANARY' };
  const names = 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';
  const measure = 'to measure IMDS, as `cred-watch poll` does without --source, add --source imds';
  const needless = 'a job with these keys needs no cred-watch';
  const inVariables = await init([], variables);
  expect([inVariables.code, inVariables.stdout]).toEqual([1, '']);
  expect(inVariables.stderr).toContain(
    `error: no credentials found: long-lived: SDKs use the keys of ${names} (AKIA…VARS), which never expire\nhint: ${measure}, or open a shell without ${names}; ${needless}\n`,
  );
  const file = join(folder, 'credentials');
  const keys = 'aws_access_key_id=AKIAFALSE0000000PROF\naws_secret_access_key=CANARY\n';
  writeFileSync(file, `[default]\n${keys}[loader]\n${keys}`);
  const shell = { AWS_SHARED_CREDENTIALS_FILE: file };
  const named = await init([], { ...shell, AWS_PROFILE: 'loader' });
  expect([named.code, named.stderr]).toEqual([
    1,
    `error: no credentials found: long-lived: SDKs use the keys of the profile loader (AKIA…PROF), which never expire\nhint: ${measure}, or open a shell without AWS_PROFILE; ${needless}\n`,
  ]);
  const unnamed = await init([], shell);
  expect(unnamed.stderr).toContain('the keys of the profile default (AKIA…PROF), which never expire');
  expect(unnamed.stderr).toContain(`hint: ${measure}; ${needless}`);
  const selected = await init(CRON, { ...variables, CRED_WATCH_SOURCE: 'imds' });
  expect([selected.code, selected.stdout]).toEqual([0, expect.stringContaining(' poll --source imds ')]);
});

test('init names keys without a session token, and how to measure the endpoint instead', async () => {
  const { init, folder } = await createInstance();
  const file = join(folder, 'credentials');
  writeFileSync(file, '[old]\naws_access_key_id=ASIAFALSE0000000STAL\naws_secret_access_key=CANARY\n');
  const REFUSED = 'which AWS refuses without their session token';
  const measure = 'to measure IMDS, as `cred-watch poll` does without --source, add --source imds';
  const profile = await init([], { AWS_SHARED_CREDENTIALS_FILE: file, AWS_PROFILE: 'old' });
  expect([profile.code, profile.stdout]).toEqual([1, '']);
  expect(profile.stderr).toContain(
    `error: no credentials found: invalid-configuration: SDKs use the keys of the profile old (ASIA…STAL), ${REFUSED}\nhint: add aws_session_token to profile old, or remove its keys; or unset AWS_PROFILE, which selects the profile; ${measure}\n`,
  );
  const variables = { AWS_ACCESS_KEY_ID: 'ASIAFALSE0000000VARS', AWS_SECRET_ACCESS_KEY: 'CANARY' };
  const inVariables = await init([], variables);
  expect(inVariables.stderr).toContain(
    `SDKs use the keys of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (ASIA…VARS), ${REFUSED}\nhint: set AWS_SESSION_TOKEN, or unset AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; ${measure}\n`,
  );
});

test('if the profile does not exist, init names what each SDK does, and ends with 1', async () => {
  const { init } = await createInstance();
  const { code, stdout, stderr } = await init(CRON, { AWS_PROFILE: 'nope' });
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(
    /^error: no credentials found: AWS_PROFILE names the profile nope, which does not exist, .*\.NET stop \(profile nope does not exist\); .* use IMDS\nhint: correct AWS_PROFILE/,
  );
});

test('init says what to do about expired credentials', async () => {
  const { origin } = await startSimulated({ faults: ['expired=5m'] });
  const { init } = await createInstance();
  const { code, stdout } = await init(CRON, { AWS_EC2_METADATA_SERVICE_ENDPOINT: origin });
  expect(code).toBe(1);
  expect(stdout).toMatch(/^expired credentials found: /);
  expect(stdout).toMatch(
    /^ {2}come back {7}run `cred-watch init` again when the source has new credentials$/m,
  );
  expect(stdout).toMatch(/^ {2}expire .* EXPIRED 5m 0\ds ago$/m);
  expect(stdout).toMatch(
    /^ {2}attention {7}the metadata endpoint serves expired credentials: check the trust/m,
  );
  const check = await init(['--check'], { AWS_EC2_METADATA_SERVICE_ENDPOINT: origin });
  expect(check.code).toBe(1);
  expect(check.stdout).toMatch(/^problem {2}the credentials of the source expired 5m[^\n]* ago\n +→ /m);
  expect(check.stdout).not.toContain('the source has credentials');
});

ciTest('a broken crontab program is an error that quotes its message', async () => {
  const { init, crontab } = await createInstance();
  crontab.break('crontab: you (loader) are not allowed to use this program');
  const { code, stderr } = await init([...CRON, '--write', '--yes']);
  expect([code, stderr]).toEqual([
    2,
    expect.stringContaining('you (loader) are not allowed to use this program'),
  ]);
});

test('the line has the flags and the variables of the source', async () => {
  const { init, folder } = await createInstance();
  const config = join(folder, 'my config');
  writeFileSync(config, `[profile a]\ncredential_process = cat '${join(folder, 'keys.json')}'\n`);
  writeFileSync(
    join(folder, 'keys.json'),
    JSON.stringify({
      Version: 1,
      AccessKeyId: 'ASIATESTTESTTEST0001',
      SecretAccessKey: 'CANARY-secret',
      SessionToken: 'CANARY-token',
      Expiration: new Date(Date.now() + 5 * HOUR * 1000).toISOString(),
    }),
  );
  const { code, stdout } = await init([...CRON, '--profile', 'a', '--host', 'db 1', '--every', '1m'], {
    AWS_CONFIG_FILE: config,
  });
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^\* \* \* \* \* \/usr\/bin\/env PATH=\S+ AWS_CONFIG_FILE='[^']+my config' .* poll --source \S+ --profile a --host 'db 1' --db \S+ > \/dev\/null$/m,
  );
  expect(stdout).not.toContain('CANARY');
});

test('a schedule for IMDS has the variables of a profile only if the profile has settings of IMDS', async () => {
  const { init, folder, env } = await createInstance();
  const config = join(folder, 'config');
  const url = env.AWS_EC2_METADATA_SERVICE_ENDPOINT;
  const keys = 'aws_access_key_id = AKIATESTS00000000001\naws_secret_access_key = CANARY\n';
  writeFileSync(config, `[profile dev]\n${keys}[profile imds]\nec2_metadata_service_endpoint = ${url}\n`);
  const shell = { AWS_CONFIG_FILE: config };
  const args = [...CRON, '--source', 'imds'];
  const needless = await init(args, { ...shell, AWS_PROFILE: 'dev' });
  expect(needless.code).toBe(0);
  expect(needless.stdout).toMatch(/ poll --source imds /);
  expect(needless.stdout).not.toMatch(/AWS_PROFILE|AWS_CONFIG_FILE/);
  const needed = await init(args, {
    ...shell,
    AWS_PROFILE: 'imds',
    AWS_EC2_METADATA_SERVICE_ENDPOINT: undefined,
  });
  expect(needed.code).toBe(0);
  expect(needed.stdout).toContain(`AWS_PROFILE=imds AWS_CONFIG_FILE=${config} `);
});

test('keys of a shell are polled by a process, because cron does not have them', async () => {
  const { init } = await createInstance();
  const keys = {
    AWS_ACCESS_KEY_ID: 'ASIATESTTESTTEST0001',
    AWS_SECRET_ACCESS_KEY: 'CANARY-secret',
    AWS_SESSION_TOKEN: 'CANARY-token',
    AWS_CREDENTIAL_EXPIRATION: new Date(Date.now() + 5 * HOUR * 1000).toISOString(),
  };
  const printed = await init([], keys);
  expect(printed.stdout).toMatch(/ poll --source environment --interval 5m --db \S+$/m);
  expect(printed.stdout.replace(/\n {18}/g, ' ')).toMatch(
    /^ {2}come back {7}only you replace keys in variables, .* run `cred-watch check -j DURATION --db \S+`$/m,
  );
  expect(printed.stdout + printed.stderr).not.toContain('CANARY');
  const { next_report: next, ...document } = JSON.parse((await init(['-f', 'json'], keys)).stdout);
  expect([findViolations('init', { next_report: next, ...document }), next.code]).toEqual([[], 'NEVER']);
  const refused = await init(CRON, keys);
  expect([refused.code, refused.stderr]).toEqual([
    2,
    expect.stringContaining('hint: use --schedule process'),
  ]);
});

test.each([
  [['--yes'], '--yes needs --write'],
  [['--check', '--write'], '--write and --check cannot be combined'],
  [['--every', '0'], "--every '0' is too short"],
  [['--every', '7m', ...CRON], 'cron cannot run a poll every 7m'],
  [['--schedule', 'launchd'], "--schedule 'launchd' is unknown"],
  [
    [
      '--external-id',
      'CANARY',
      ...CRON,
      '--source',
      'role',
      '--role-arn',
      'arn:aws:iam::111122223333:role/a',
    ],
    '--external-id is a secret',
  ],
  [['--process', 'cat CANARY'], '--process can contain a secret'],
  [['--write', ...CRON, '-f', 'json'], '--write with -f json needs --yes'],
  [['--write', '--yes', '--schedule', 'process'], '--write cannot install a process'],
])('%j is wrong usage', async (args, message) => {
  const { init, crontab } = await createInstance();
  const { code, stdout, stderr } = await init(args);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(`error: ${message}`);
  expect(stderr).toMatch(/\nhint: .+\n$/);
  expect(stderr).not.toContain('CANARY');
  expect(crontab.read()).toBeNull();
});

test.each([
  ['a variable with a password', { AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://user:CANARY@127.0.0.1:1/' }],
])('%s is not written into a schedule', async (_, env) => {
  const { init } = await createInstance();
  const { code, stdout, stderr } = await init(CRON, env);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('contains a user name, a password or a query');
  expect(stderr).not.toContain('CANARY');
});

const JSON_RUNS: [string, string[]][] = [
  ['the installed line', [...CRON, '--write', '--yes']],
  ['cron', CRON],
  ['a process', ['--schedule', 'process']],
];

test.each(sampleCases(JSON_RUNS, 3))('-f json of %s is valid', async (_, args) => {
  const { init } = await createInstance();
  const { code, stdout } = await init([...args, '-f', 'json']);
  expect(code).toBe(0);
  expect(findViolations('init', JSON.parse(stdout))).toEqual([]);
});

test.each([
  ['ecs', { ECS_CONTAINER_METADATA_URI_V4: 'http://169.254.170.2/v4/a' }],
  ['kubernetes', { KUBERNETES_SERVICE_HOST: '10.0.0.1' }],
])('in a container of %s, init shows a sidecar', async (orchestrator, env) => {
  const { init } = await createInstance();
  const { code, stdout } = await init(['-f', 'json', '--every', '90s'], env);
  expect(code).toBe(0);
  const { schedule } = JSON.parse(stdout);
  expect(schedule).toMatchObject({ kind: 'sidecar', orchestrator, interval_seconds: 90 });
  const args = ['poll', '--interval', '1m30s', '--source', 'imds'];
  if (orchestrator === 'ecs') expect(JSON.parse(schedule.text).containerDefinitions[0].command).toEqual(args);
  else expect(schedule.text).toContain(`args: [${args.map((word) => `"${word}"`).join(', ')}]`);
});

test('credentials of simulate are called false, also in the question', async () => {
  const { crontab, database, folder, env } = await createInstance();
  const output = recorder();
  const variables = minimalEnvironment({ ...env, HOME: folder, PATH: crontab.path, CRED_WATCH_DB: database });
  const io = createTestIo(variables, 'n\n', { ...output.outputs, canAsk: () => true });
  expect(await main(['init', ...CRON, '--write'], io)).toBe(0);
  expect(output.stdout()).toMatch(/^ {2}attention {7}these credentials are false: they come from\s/m);
  expect(output.stderr()).toMatch(/^The credentials are false \(`cred-watch simulate`\)\. Add this line/m);
  expect(output.stdout()).not.toContain('To keep sampling');
});

test('--yes with credentials of simulate says what is polled', async () => {
  const { init } = await createInstance();
  const shown = await init(CRON);
  expect(shown.stdout).toContain('For a test with these false credentials, add this line to your crontab');
  const { stdout } = await init([...CRON, '--write', '--yes']);
  expect(stdout).toMatch(INSTALLED);
  expect(stdout).toMatch(/^ {2}attention {7}these credentials are false/m);
});

test('the printed report command judges the job of -j, or of its variable', async () => {
  const { init, database } = await createInstance();
  const report = new RegExp(`\`cred-watch report -j 5h --db ${database}\``);
  const unwrap = (text: string) => text.replace(/\n {18}/g, ' ');
  expect(unwrap((await init([...CRON, '-j', '5h'])).stdout)).toMatch(report);
  expect(unwrap((await init(CRON, { CRED_WATCH_JOB_DURATION: '5h' })).stdout)).toMatch(report);
  const other = (await init(CRON, { CRED_WATCH_JOB_DURATION: 'auto' })).stdout;
  expect(unwrap(other)).toMatch(/`cred-watch report -j DURATION --db /);
});

const ANSWERS: [answer: string, message: RegExp, isInstalled: boolean][] = [
  ['y\n', INSTALLED, true],
  ['yes\n', INSTALLED, true],
  ['n\n', /nothing changed/, false],
  ['\n', /nothing changed/, false],
  ['', /nothing changed/, false],
];

test.each(sampleCases(ANSWERS, 6))(
  'the answer %j decides whether the line is installed',
  async (answer, message, isInstalled) => {
    const { crontab, database, folder, env } = await createInstance();
    const output = recorder();
    const variables = minimalEnvironment({
      ...env,
      HOME: folder,
      PATH: crontab.path,
      CRED_WATCH_DB: database,
    });
    const io = createTestIo(variables, answer, { ...output.outputs, canAsk: () => true });
    expect(await main(['init', ...CRON, '--write'], io)).toBe(0);
    expect(output.stderr()).toContain(' Add this line to your crontab? [y/N] ');
    expect(output.stdout()).toMatch(message);
    expect(crontab.read() !== null).toBe(isInstalled);
  },
);

test('a line that is added during the question stays in the crontab', async () => {
  const { crontab, database, folder, env } = await createInstance();
  crontab.write('0 1 * * * /srv/old.sh\n');
  const output = recorder();
  const variables = minimalEnvironment({ ...env, HOME: folder, PATH: crontab.path, CRED_WATCH_DB: database });
  const io = createTestIo(variables, '', { ...output.outputs, canAsk: () => true });
  async function* answer() {
    crontab.write('0 1 * * * /srv/old.sh\n0 2 * * * /srv/new.sh\n');
    yield Buffer.from('y\n');
  }
  expect(await main(['init', ...CRON, '--write'], { ...io, stdin: answer() })).toBe(0);
  expect(crontab.read()).toMatch(/^0 1 .*old\.sh\n0 2 .*new\.sh\n# cred-watch .*\n\*\/5 .* poll .*\n$/);
});

ciTest('the line has the same bytes in a locale without Unicode', async () => {
  const { init, folder } = await createInstance();
  const database = join(folder, 'jörg.db');
  const { code, stdout } = await init([...CRON, '--db', database], { LANG: 'C' });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^credentials found: i-\w+, imds v2, /);
  expect(stdout).toContain(`--db '${database}' > /dev/null`);
});
