import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { prepareUnits } from '../../../src/cli/init/install/units.ts';
import type { Schedule } from '../../../src/domain/installation/schedule.ts';
import { buildSchedule } from '../../../src/report/installation/schedule.ts';
import { pathsIn, temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { createHost, createPoll } from '../../support/installation/poll-command.ts';
import { writeSystemctlStandIn } from '../../support/installation/stand-ins.ts';

type SystemdSchedule = Extract<Schedule, { kind: 'systemd' }>;

function createMachine(isRoot: boolean) {
  const folder = temporaryFolder();
  const unitFolder = join(folder, 'units');
  const systemctl = writeSystemctlStandIn(folder);
  const env = { PATH: systemctl.path, XDG_RUNTIME_DIR: '/nonexistent' };
  const prepare = (every = 300, changes: Parameters<typeof createPoll>[0] = {}) => {
    const options = { host: createHost({ isRoot }), poll: createPoll(changes), every, unitFolder };
    const schedule = buildSchedule('systemd', {
      ...options,
      user: 'loader',
      version: '1.0.0',
    }) as SystemdSchedule;
    return prepareUnits(schedule, env, 1000);
  };
  return { prepare, systemctl, unitFolder, folder };
}

test('the units of the system are written, and the timer is started', async () => {
  const { prepare, systemctl, unitFolder } = createMachine(true);
  const installer = await prepare();
  expect([installer.isComplete, systemctl.readLog()]).toEqual([false, []]);
  await installer.install();
  expect(pathsIn(unitFolder)).toEqual(['cred-watch.service', 'cred-watch.timer']);
  expect(systemctl.readLog()).toEqual(['systemctl daemon-reload', 'systemctl enable --now cred-watch.timer']);
});

test('the units of a user also let the manager of the user linger', async () => {
  const { prepare, systemctl } = createMachine(false);
  await (await prepare()).install();
  expect(systemctl.readLog()).toEqual([
    'loginctl enable-linger loader',
    'systemctl --user daemon-reload',
    'systemctl --user enable --now cred-watch.timer',
  ]);
});

test('installed units are complete, and another interval replaces them', async () => {
  const { prepare, unitFolder } = createMachine(true);
  await (await prepare()).install();
  expect((await prepare()).isComplete).toBe(true);
  const other = await prepare(60);
  expect([other.isComplete, other.replaces]).toEqual([false, { line: null, every: 300 }]);
  expect(await other.install()).toEqual({ line: null, every: 300 });
  expect(readFileSync(join(unitFolder, 'cred-watch.timer'), 'utf8')).toContain('OnCalendar=*:0/1\n');
});

test('units whose timer does not run are not complete', async () => {
  const { prepare, folder } = createMachine(true);
  await (await prepare()).install();
  writeFileSync(join(folder, 'systemctl.log'), '');
  expect((await prepare()).isComplete).toBe(false);
});

test.each([
  ['cred-watch.service', 'TimeoutStartSec=2min', 'TimeoutStartSec=9min'],
  ['cred-watch.timer', 'OnCalendar=*:0/5', 'OnCalendar=*:0/7'],
])('an edited %s stays', async (name, before, after) => {
  const { prepare, unitFolder } = createMachine(true);
  await (await prepare()).install();
  const path = join(unitFolder, name);
  const edited = readFileSync(path, 'utf8').replace(before, after);
  writeFileSync(path, edited);
  await expect(prepare(60)).rejects.toMatchObject({
    message: `${path} was edited after \`cred-watch init\` wrote it, so it is not replaced`,
  });
  expect(readFileSync(path, 'utf8')).toBe(edited);
});

test('a unit that polls other credentials stays', async () => {
  const { prepare, unitFolder } = createMachine(true);
  await (await prepare()).install();
  const path = join(unitFolder, 'cred-watch.service');
  const before = readFileSync(path, 'utf8');
  const words = ['poll', '--source', 'imds', '--role', '50% $loader'];
  await expect(prepare(300, { words })).rejects.toMatchObject({
    message: `${path} polls other credentials`,
    hint: 'poll both with --schedule cron, or first run `cred-watch init --remove`',
  });
  expect(readFileSync(path, 'utf8')).toBe(before);
});

test('units of unusual names are complete', async () => {
  const { prepare } = createMachine(true);
  const words = ['poll', '--source', 'imds', '--role', `50% "$loader'`];
  await (await prepare(300, { words })).install();
  expect((await prepare(300, { words })).isComplete).toBe(true);
});

test('a unit that init did not write stays', async () => {
  const { prepare, systemctl, unitFolder } = createMachine(true);
  await (await prepare()).install();
  const path = join(unitFolder, 'cred-watch.service');
  writeFileSync(path, '[Service]\nExecStart=/srv/mine\n');
  await expect(prepare()).rejects.toMatchObject({
    message: `${path} exists, and \`cred-watch init\` did not write it`,
  });
  expect(readFileSync(path, 'utf8')).toBe('[Service]\nExecStart=/srv/mine\n');
  expect(systemctl.readLog()).toHaveLength(2);
});

test('a failure of systemctl is an error that names the command', async () => {
  const { prepare, systemctl } = createMachine(false);
  systemctl.fail('Failed to connect to bus');
  await expect((await prepare()).install()).rejects.toMatchObject({
    message: '`systemctl --user daemon-reload` failed: Failed to connect to bus',
    hint: expect.stringContaining('the units are written'),
  });
});
