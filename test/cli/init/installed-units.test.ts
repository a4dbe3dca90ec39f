/** Installs units of the system in a mount namespace, with a stand-in for `systemctl`. systemd is never started. */
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PROGRAM, runShell } from '../../support/cli/built-program.ts';
import { mayBeSkipped, noMountNamespace, OWN_MOUNTS } from '../../support/cli/namespaces.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { writeSystemctlStandIn } from '../../support/installation/stand-ins.ts';
import { HOUR, startPlace } from '../../support/recipes/endpoints.ts';

const skipped = noMountNamespace === null ? '' : ` (skipped: ${noMountNamespace})`;
const testUnits = test.skipIf(noMountNamespace !== null && mayBeSkipped);

/** Private folders, and a Node that is in no home folder. */
const PREPARE = `
  mkdir -p /etc/systemd/system /var/lib/cred-watch
  mkdir -p /run/systemd
  for folder in /etc/systemd/system /var/lib/cred-watch /run/systemd; do mount -t tmpfs private "$folder"; done
  mkdir /run/systemd/system
  init() { "$NODE" "$LINK" init --schedule systemd --write --yes "$@"; }`;

async function runInit(script: string) {
  const { env } = await startPlace('imds', 6 * HOUR);
  const folder = temporaryFolder();
  const systemctl = writeSystemctlStandIn(folder);
  const link = join(folder, 'cred-watch');
  symlinkSync(PROGRAM, link);
  const run = await runShell(`set -e${PREPARE}\n${script}`, {
    env: { ...env, PATH: systemctl.path, LINK: link, HOME: folder, XDG_STATE_HOME: undefined },
    prefix: OWN_MOUNTS,
  });
  return { ...run, systemctl, link };
}

testUnits(`root gets units of the system, which are written once${skipped}`, async () => {
  const { code, stdout, stderr, systemctl, link } = await runInit(`
    init > /dev/null
    init | grep '^  schedule'
    grep -H -e ExecStart -e OnCalendar /etc/systemd/system/cred-watch.*
    ls -l /etc/systemd/system | cut -c1-10
    ls /var/lib/cred-watch/samples.db`);
  expect([code, stderr]).toEqual([0, '']);
  expect(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.trim()),
  ).toEqual([
    'schedule        nothing changed: these units are installed, and the timer runs already',
    `/etc/systemd/system/cred-watch.service:ExecStart=${process.execPath} ${link} poll --source imds`,
    '/etc/systemd/system/cred-watch.timer:OnCalendar=*:0/5',
    expect.stringMatching(/^total /),
    '-rw-r--r--',
    '-rw-r--r--',
    '/var/lib/cred-watch/samples.db',
  ]);
  expect(systemctl.readLog()).toEqual(['systemctl daemon-reload', 'systemctl enable --now cred-watch.timer']);
});

testUnits(`a unit of the system refuses a database elsewhere${skipped}`, async () => {
  const { code, stderr, systemctl } = await runInit('init --db /tmp/elsewhere.db');
  expect([code, stderr]).toEqual([2, expect.stringContaining('cannot use /tmp/elsewhere.db\nhint: ')]);
  expect(systemctl.readLog()).toEqual([]);
});
