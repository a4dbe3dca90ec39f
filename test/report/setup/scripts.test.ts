import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { ALL_METADATA_ADDRESSES, planRoutes, type SetupPlan } from '../../../src/domain/setup/setup-plan.ts';
import { buildLinuxSetup, buildLinuxUndo } from '../../../src/report/setup/linux.ts';
import { buildMacosSetup, buildMacosUndo } from '../../../src/report/setup/macos.ts';
import { buildWindowsSetup, buildWindowsUndo } from '../../../src/report/setup/windows.ts';

const ROUTES = planRoutes(
  ['imds', 'ecs', 'eks'],
  [
    { host: '127.0.0.1', port: 1338 },
    { host: '::1', port: 1338 },
  ],
);
const PLAN: SetupPlan = {
  routes: ROUTES,
  bridges: ['docker0', 'br-1a2b'],
  firewall: 'nft',
  hasListen: true,
  flags: " --shape imds,ecs,eks --listen 127.0.0.1:1338 --listen '[::1]:1338'",
  serveFlags: '',
};
const DIRECT: SetupPlan = {
  routes: planRoutes(['imds'], [{ host: '169.254.169.254', port: 80 }]),
  bridges: [],
  firewall: 'iptables',
  hasListen: true,
  flags: ' --listen 169.254.169.254:80',
  serveFlags: '',
};
const LOCAL: SetupPlan = { ...PLAN, bridges: [] };

const SHELL_SCRIPTS = [
  ['linux-nft', buildLinuxSetup(PLAN)],
  ['linux-iptables', buildLinuxSetup({ ...PLAN, firewall: 'iptables' })],
  ['linux-direct', buildLinuxSetup(DIRECT)],
  ['linux-undo', buildLinuxUndo()],
  ['macos', buildMacosSetup(LOCAL)],
  ['macos-undo', buildMacosUndo(ALL_METADATA_ADDRESSES)],
] as const;

const POWERSHELL_SCRIPTS = [
  ['windows', buildWindowsSetup(LOCAL)],
  ['windows-undo', buildWindowsUndo(ALL_METADATA_ADDRESSES)],
] as const;

describe('the scripts of the set-up', () => {
  test.each([...SHELL_SCRIPTS, ...POWERSHELL_SCRIPTS])('%s is as in the snapshot', async (name, text) => {
    await expect(text).toMatchFileSnapshot(`../snapshots/setup/${name}.txt`);
  });

  test.each(SHELL_SCRIPTS)('%s is a valid shell script', (_, input) => {
    const { status, stderr } = spawnSync('sh', ['-n'], { input, encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  test.each([...SHELL_SCRIPTS, ...POWERSHELL_SCRIPTS])(
    '%s is plain text without long comments',
    (_, text) => {
      expect(text).toMatch(/^#[\x20-\x7e\n]*\n$/);
      expect(text.split('\n').filter((line) => /^# [^ ]/.test(line) && line.length > 120)).toEqual([]);
      expect(text).not.toMatch(/\bundefined\b|NaN|\[object/);
    },
  );

  test.each([...SHELL_SCRIPTS.slice(4), ...POWERSHELL_SCRIPTS])('%s says that it was not run', (_, text) => {
    expect(text.replace(/\n# /g, ' ')).toContain('have not been run');
  });

  test.each([
    ['linux-nft', buildLinuxSetup(PLAN)],
    ['linux-iptables', buildLinuxSetup({ ...PLAN, firewall: 'iptables' })],
  ])('%s warns that containers get the credentials', (_, text) => {
    expect(text).toContain('# WARNING: every container on docker0, br-1a2b gets the credentials too');
  });
});

test('the script for a bridge that does not exist says what to do', () => {
  expect(buildLinuxSetup(PLAN)).toMatch(
    /error: the network interface docker0 does not exist' >&2\n +echo 'hint: start Docker/,
  );
});

test('the script explains preferred_lft only for IPv6 addresses', () => {
  expect(buildLinuxSetup(PLAN)).toContain('# With preferred_lft 0');
  expect(buildLinuxSetup(DIRECT)).not.toContain('preferred_lft');
});
