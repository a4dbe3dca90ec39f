/** `init` on a machine whose files, processes and programs are in a folder of the test. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findViolations } from '../../support/docs/schemas.ts';
import { createMachine } from '../../support/installation/check-machine.ts';
import { HOUR, startPlace } from '../../support/recipes/endpoints.ts';

const createInstance = async () => createMachine((await startPlace('imds', 6 * HOUR)).env);

const CRON = { schedule: 'cron', write: true, yes: true } as const;

const unwrap = (text: string) => text.replace(/\n {18}/g, ' ');

/** A sentence in front of a schedule has several lines, too. */
const joinLines = (text: string) => text.replace(/\s+/g, ' ');

test('while the cron daemon does not run, --write says that nothing polls', async () => {
  const machine = await createInstance();
  const { code, stdout } = await machine.init(CRON);
  expect(code).toBe(0);
  const text = unwrap(stdout);
  expect(text).toContain(
    'installed, but the cron daemon does not run: nothing polls until it is started, with `sudo systemctl enable --now cron` (crond on Fedora and Amazon Linux), without systemd `sudo service cron start`',
  );
  expect(text).not.toContain('from now on');
  expect(unwrap((await machine.init(CRON)).stdout)).toContain(
    'the crontab has this line already, but the cron daemon does not run: ',
  );
});

test('while the cron daemon does not run, JSON says so too', async () => {
  const { stdout } = await (await createInstance()).init({ ...CRON, format: 'json' });
  const document = JSON.parse(stdout);
  expect(findViolations('init', document)).toEqual([]);
  expect(document.installation).toBe('installed');
  expect(document.attentions).toContainEqual({
    code: 'CRON_NOT_RUNNING',
    message: expect.stringMatching(/./),
  });
});

test('while the cron daemon runs, --write says that cron polls', async () => {
  const machine = await createInstance();
  machine.addProcess(70, ['/usr/sbin/cron', '-f']);
  const { stdout } = await machine.init(CRON);
  expect(stdout).toContain('installed: cron polls false credentials from now on');
  expect(stdout).not.toContain('daemon');
});

test('if processes cannot be seen, it is unknown whether cron runs', async () => {
  const machine = await createInstance();
  machine.hideProcesses();
  expect((await machine.init(CRON)).stdout).not.toContain('daemon');
});

test.each([
  ['no cron daemon', () => {}, 'No cron daemon runs here, so a process has to poll.', 'CRON_NOT_RUNNING'],
  [
    'a container',
    (machine: Machine) => machine.write('.dockerenv', ''),
    'This is a container, so a process has to poll.',
    'CONTAINER',
  ],
  [
    'a container with cron',
    (machine: Machine) => {
      machine.write('.dockerenv', '');
      machine.addProcess(70, ['/usr/sbin/crond']);
    },
    'This is a container, so a process has to poll; cron runs here too: use --schedule cron if you prefer it.',
    'CONTAINER',
  ],
] as const)('with %s, init says why it chose a process', async (_, change, reason, code) => {
  const machine = await createInstance();
  change(machine);
  const introduction = joinLines((await machine.init()).stdout).split(` ${reason} `)[1];
  expect(introduction).toMatch(/^[^.:]*, run this command as long as the container or the session exists: /);
  const document = JSON.parse((await machine.init({ format: 'json' })).stdout);
  expect(findViolations('init', document)).toEqual([]);
  expect(document.schedule).toMatchObject({ kind: 'process', reason: code });
  expect((await machine.init({ schedule: 'process' })).stdout).not.toContain('so a process has to poll');
});

type Machine = Awaited<ReturnType<typeof createInstance>>;

test('--yes names the earlier line that it replaces', async () => {
  const machine = await createInstance();
  await machine.init(CRON);
  const [, before] = machine.crontab.read()?.split('\n') ?? [];
  const { stdout } = await machine.init({ ...CRON, every: 60, format: 'json' });
  expect(findViolations('init', JSON.parse(stdout))).toEqual([]);
  expect(JSON.parse(stdout).replaced).toEqual({ interval_seconds: 300, text: before });
  const again = await machine.init({ ...CRON, every: 120 });
  expect(again.stdout).toMatch(/^ {2}replaced {8}the earlier line of `init`, which polled every 1m$/m);
  expect((await machine.init({ ...CRON, every: 120 })).stdout).not.toContain('replaced');
});

test('a line of init that was edited stays, also with --yes', async () => {
  const machine = await createInstance();
  await machine.init(CRON);
  const edited = (machine.crontab.read() ?? '').replace('*/5 ', '*/7 ');
  machine.crontab.write(edited);
  await expect(machine.init({ ...CRON, every: 600 })).rejects.toMatchObject({
    message: expect.stringMatching(
      /^the line of `init` in the crontab was edited, so it is not replaced: \*\/7 /,
    ),
    hint: 'keep this line, or remove it with `crontab -e` and run the command again',
  });
  expect(machine.crontab.read()).toBe(edited);
});

test('a user who may not use cron gets another schedule, and the reason', async () => {
  const machine = await createInstance();
  machine.addProcess(70, ['/usr/sbin/cron', '-f']);
  machine.crontab.break('You (loader) are not allowed to use this program (crontab)');
  const error = '`crontab -l` failed: You (loader) are not allowed to use this program (crontab)';
  expect(joinLines((await machine.init()).stdout)).toContain(` A process has to poll, because ${error}. `);
  const document = JSON.parse((await machine.init({ format: 'json' })).stdout);
  expect([findViolations('init', document), document.schedule.reason]).toEqual([[], 'CRONTAB']);
  await expect(machine.init({ schedule: 'cron' })).rejects.toMatchObject({
    message: error,
    hint: expect.stringContaining('/etc/cron.allow'),
  });
  machine.write('run/systemd/system/x', '');
  expect((await machine.init()).stdout).toContain('install these user units of systemd');
});

test('--write installs no units while systemd does not run', async () => {
  const machine = await createInstance();
  const flags = { schedule: 'systemd', write: true, yes: true } as const;
  await expect(machine.init(flags)).rejects.toMatchObject({
    message: 'systemd does not run here, so --write cannot start the timer',
    hint: expect.stringMatching(/^use --schedule cron or process; /),
  });
  expect(existsSync(join(machine.folder, 'config'))).toBe(false);
  expect((await machine.init({ schedule: 'systemd' })).stdout).toContain('OnCalendar=');
});

test('without --schedule, --write installs no line while the cron daemon does not run', async () => {
  const machine = await createInstance();
  await expect(machine.init({ write: true, yes: true })).rejects.toMatchObject({
    message: 'the cron daemon does not run, and --write cannot install a process',
    hint: expect.stringMatching(/^start the cron daemon, and run this command again; /),
  });
  expect(machine.crontab.read()).toBeNull();
});

test.each([
  [86_400, true],
  [3600, true],
  [1800, false],
])('a poll every %d seconds of IMDS is too rare: %s', async (every, isTooRare) => {
  const machine = await createInstance();
  machine.addProcess(70, ['/usr/sbin/cron', '-f']);
  const { code, stdout } = await machine.init({ every });
  expect(code).toBe(0);
  const pattern =
    /^ {2}attention {7}a poll every \w+ can miss rotations: IMDS usually rotates about every 1h \(.*; not measured here\); use --every 5m$/m;
  if (isTooRare) expect(unwrap(stdout)).toMatch(pattern);
  else expect(stdout).not.toContain('rotations:');
});

const TOKEN = 'AWS_CONTAINER_AUTHORIZATION_TOKEN';
const FULL_URI = 'AWS_CONTAINER_CREDENTIALS_FULL_URI';

/** The secret variables are named. */
test.each([
  ['ecs', [], [FULL_URI]],
  ['eks', [FULL_URI, `${TOKEN}_FILE`], []],
  ['cloudshell', [FULL_URI], [TOKEN]],
] as const)(
  'the command for a container of %s has the variables of its source only',
  async (shape, carried, named) => {
    const { env } = await startPlace(shape, 6 * HOUR);
    const machine = createMachine(env);
    const variables = {
      ...{ AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:9', AWS_CA_BUNDLE: '/ca.pem' },
      ...{ AWS_REGION: 'eu-west-1', AWS_CONFIG_FILE: '/config' },
    };
    const flags = { source: 'container', schedule: 'process' } as const;
    const { code, stdout, stderr } = await machine.init(flags, { variables });
    expect([code, stderr]).toEqual([0, '']);
    const command = stdout.split('\n').find((line) => line.includes(' poll --source container ')) ?? '';
    const assignments = [...command.matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [name, value]);
    expect(assignments).toEqual(carried.map((name) => [name, env[name]]));
    for (const name of named) {
      expect(joinLines(stdout)).toContain(
        ` The command needs ${name} of this shell, and does not contain its value, `,
      );
      expect(env[name]).toMatch(/./);
      expect(stdout).not.toContain(env[name]);
    }
    const document = JSON.parse((await machine.init({ ...flags, format: 'json' }, { variables })).stdout);
    expect(findViolations('init', document)).toEqual([]);
    expect(document.schedule.inherited_variables).toEqual(named);
  },
);

test('a path that can be secret is not carried, also beside a token', async () => {
  const { env } = await startPlace('eks', 6 * HOUR);
  const uri = `${new URL(env[FULL_URI] ?? '').origin}/CANARY-path`;
  const machine = createMachine({ ...env, [FULL_URI]: uri });
  const document = JSON.stringify(await machine.check());
  expect(document).toContain('nothing polls into');
  expect(document).toContain(' poll --source container ');
  expect(document).not.toContain('CANARY-path');
});

test('a token in place of the name of its file is not printed', async () => {
  const { env } = await startPlace('eks', 6 * HOUR);
  const machine = createMachine({ ...env, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: 'CANARY-token' });
  const document = JSON.stringify(await machine.check());
  expect(document).toContain(' poll --source container ');
  expect(document).not.toContain('CANARY-token');
});
