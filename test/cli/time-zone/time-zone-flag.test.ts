import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { copyVariables, startJob } from '../../support/cli/job-process.ts';
import { fixturePath, type Run } from '../../support/cli/program-run.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { succeed } from '../../support/cli/succeed.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { startSimulated } from '../../support/server/simulated-endpoint.ts';
import { sampleCases } from '../../support/thorough.ts';

const UTC_TIME = /\d\d:\d\d(?::\d\d)?Z/;
const KOLKATA_TIME = /\d\d:\d\d:\d\d\+05:30/;
const IN_KOLKATA = ['--timezone', 'Asia/Kolkata'];

function expectKolkata({ stdout, stderr }: Run): void {
  expect(stdout).toMatch(KOLKATA_TIME);
  expect(stdout + stderr).not.toMatch(UTC_TIME);
}

describe('check --timezone', () => {
  async function prepare() {
    const { origin } = await startSimulated({}, onTestFinished);
    const db = join(temporaryFolder(), 'samples.db');
    return (...args: string[]) =>
      runCommand(['check', '--db', db, ...args], { env: { AWS_EC2_METADATA_SERVICE_ENDPOINT: origin } });
  }

  test.each(
    sampleCases(
      [
        ['a safe start', ['-j', '1h']],
        ['a start that is not safe', ['-j', '30h']],
        ['--wait', ['-j', '30h', '--wait', '1s']],
        ['a stored sample', ['-j', '1h', '--offline']],
      ],
      4,
    ),
  )('the output about %s has only times of the zone', async (_, args) => {
    const check = await prepare();
    await check('-j', '1h');
    expectKolkata(await check(...args, ...IN_KOLKATA));
  });

  test('JSON has UTC times', async () => {
    const check = await prepare();
    const { stdout } = await check('-j', '1h', '-f', 'json', ...IN_KOLKATA);
    const { expiration, judged_at } = JSON.parse(stdout);
    expect([expiration, judged_at].every((at) => /T.*Z$/.test(at))).toBe(true);
    expect(stdout).not.toContain('+05:30');
  });

  test.runIf(process.platform === 'linux')(
    'the output about a running job has only times of the zone',
    async () => {
      const { pid } = await startJob(copyVariables(2 * 3600));
      const run = await runCommand(['check', '--pid', `${pid}`, '-j', '1h', ...IN_KOLKATA]);
      expectKolkata(run);
    },
  );

  test('an unknown zone is an error before the first request', async () => {
    const folder = temporaryFolder();
    const db = join(folder, 'samples.db');
    const run = await runCommand(['check', '-j', '4h', '--db', db, '--timezone', 'Berlin']);
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toContain(
      "error: --timezone 'Berlin' is not a time zone\nhint: did you mean Europe/Berlin?",
    );
    expect(existsSync(db)).toBe(false);
  });
});

describe('report --timezone', () => {
  async function prepare() {
    const db = join(temporaryFolder(), 'samples.db');
    await succeed(['import', fixturePath('curl.log'), '--host', 'linux', '--db', db]);
    return async (args: readonly string[], env: Record<string, string> = {}) =>
      (await runCommand(['report', '-j', '4h', '--db', db, ...args], { env })).stdout;
  }

  test('the table begins and ends at local times', async () => {
    const report = await prepare();
    const table = await report(IN_KOLKATA);
    expect(table).toContain('2015-11-18 05:30:01+05:30 to');
    expect(table).toMatch(/\n +2015-11-18 05:30\+05:30 .* 17:30\+05:30\n/);
    expect(table).not.toMatch(UTC_TIME);
  });

  test('the ticks of the chart are at full local hours', async () => {
    const report = await prepare();
    for (const zone of ['Asia/Kolkata', '+00:17']) {
      const [labels = ''] = /\n {20,}2015-11-18 .*/.exec(await report(['--timezone', zone])) ?? [];
      expect(labels.match(/ \d\d:00 /g)?.length, zone).toBeGreaterThan(1);
    }
  });

  test('`local` is the zone of TZ', async () => {
    const report = await prepare();
    const table = await report(['--timezone', 'local'], { TZ: ':Asia/Tokyo' });
    expect(table).toContain('2015-11-18 09:00:01+09:00 to');
  });

  test('the page states its zone, and its script gets the offsets', async () => {
    const report = await prepare();
    const page = await report([...IN_KOLKATA, '-f', 'html']);
    expect(page).toContain('All times are local times of Asia/Kolkata.');
    const [, settings = ''] = /id="settings">(.*?)<\/script>/.exec(page) ?? [];
    expect(JSON.parse(settings).zone).toEqual({
      name: 'Asia/Kolkata',
      changes: [[Date.parse('2015-11-18T00:00:01Z'), 19_800]],
    });
    expect(await report(['--timezone', 'UTC', '-f', 'html'])).toContain('All times are UTC.');
  });
});

test.each([[], ['--exit-codes', 'nagios']])('status %j has only times of the zone', async (...args) => {
  const db = join(temporaryFolder(), 'samples.db');
  await succeed(['import', fixturePath('curl.log'), '--host', 'linux', '--db', db]);
  const run = await runCommand(['status', '-j', '4h', '--db', db, ...args, ...IN_KOLKATA]);
  expect(run.stdout).toContain('at 2015-11-18 13:33:35+05:30');
  expect(run.stdout).not.toMatch(UTC_TIME);
});
