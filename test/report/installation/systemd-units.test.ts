import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildSystemdUnits } from '../../../src/report/installation/systemd-units.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { describeReader } from '../../support/credential-formats/describe-reader.ts';
import { readDeployFile } from '../../support/deploy/files.ts';
import { createPoll } from '../../support/installation/poll-command.ts';

/** The settings of a section, without comments and empty lines. */
const listSettings = (text: string, section: string) =>
  (text.split(`[${section}]\n`)[1]?.split('\n[')[0] ?? '').split('\n').filter((line) => /^\w/.test(line));

test('the service has the sandbox of deploy, and starts Node and the program by path', () => {
  const { service } = buildSystemdUnits(createPoll(), 300, 'system');
  const expected = listSettings(readDeployFile('systemd/cred-watch.service'), 'Service').map((line) =>
    line.startsWith('ExecStart=')
      ? 'ExecStart=/usr/bin/node /usr/local/bin/cred-watch poll --source imds'
      : line,
  );
  expect(listSettings(service, 'Service')).toEqual(expected);
});

test('the timer is the same as in deploy', () => {
  const { timer } = buildSystemdUnits(createPoll(), 300, 'system');
  const deployed = readDeployFile('systemd/cred-watch.timer');
  for (const section of ['Timer', 'Install'])
    expect(listSettings(timer, section)).toEqual(listSettings(deployed, section));
});

test.each([
  [300, 30],
  [60, 30],
  [30, 15],
  [10, 5],
])('a poll every %d s is delayed by at most %d s', (every, delay) => {
  const { timer } = buildSystemdUnits(createPoll(), every, 'system');
  expect(listSettings(timer, 'Timer')).toContain(`RandomizedDelaySec=${delay}`);
});

test('the service of a user names its database, and sets the variables of the source', () => {
  const poll = createPoll({ database: '/home/a/s.db', variables: [['AWS_CONFIG_FILE', '/home/a/100% "b"']] });
  expect(listSettings(buildSystemdUnits(poll, 60, 'user').service, 'Service')).toEqual([
    'Type=oneshot',
    'ExecStart=/usr/bin/node /usr/local/bin/cred-watch poll --source imds --db /home/a/s.db',
    String.raw`Environment="AWS_CONFIG_FILE=/home/a/100%% \"b\""`,
    'TimeoutStartSec=2min',
    'NoNewPrivileges=yes',
    'UMask=0077',
  ]);
});

describeReader('the units of init', { program: 'systemd-analyze', package: 'systemd' }, () => {
  test.each([
    ['system', 300],
    ['user', 10],
  ] as const)('systemd accepts the units of the %s, with unusual paths, every %d s', (scope, every) => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o755);
    const nodeFolder = join(folder, 'a b%h $HOME');
    mkdirSync(nodeFolder);
    const node = join(nodeFolder, 'node');
    const program = join(nodeFolder, `"it's" \\ cred-watch`);
    writeFileSync(node, '#!/bin/sh\n', { mode: 0o755 });
    const poll = createPoll({
      node,
      program,
      variables: [['AWS_PROFILE', '50% $a']],
    });
    const { service, timer } = buildSystemdUnits(poll, every, scope);
    writeFileSync(join(folder, 'cred-watch.service'), service);
    writeFileSync(join(folder, 'cred-watch.timer'), timer);
    const units = ['service', 'timer'].map((type) => join(folder, `cred-watch.${type}`));
    const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...units], {
      encoding: 'utf8',
    });
    expect([status, stdout + stderr]).toEqual([0, '']);
  });
});
