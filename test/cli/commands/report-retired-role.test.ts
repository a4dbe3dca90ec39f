import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from '../../support/cli/run-command.ts';
import { succeed } from '../../support/cli/succeed.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';

/** The host got another role between both histories. */
const HISTORIES = [
  ['old-role', '2026-03-04T00:00:00Z', '3d'],
  ['new-role', '2026-03-04T02:00:00Z', '1h'],
] as const;
const REPLACED = /retired: replaced by `?new-role`? since 2026-03-04 01:00:\d\dZ/i;
const ADVICE = 'this series is retired, so the host no longer gets these credentials';

const folder = temporaryFolder(afterAll);
/** No test changes it. */
const db = join(folder, 'samples.db');
beforeAll(async () => {
  for (const [role, until, history] of HISTORIES) {
    const file = join(folder, `${role}.ndjson`);
    const times = ['--history', history, '--until', until, '-o', file];
    await succeed(['simulate', ...times, '--role', role, '--host', 'web-1', '--seed', '1']);
    await succeed(['import', file, '--db', db]);
  }
});

/** The verdict is `safe`, so every run ends with 0. */
async function judge(...args: string[]): Promise<string> {
  const { code, stdout } = await runCommand([...args, '--db', db, '-j', '4h', '--role', 'old-role']);
  expect(code).toBe(0);
  return stdout;
}

describe('a verdict from a retired series says first which series has replaced it', () => {
  test.each([
    ['the first line of the table', ['report'], /^.*$/m],
    ['the line of status', ['status'], /^safe .{1,3} 4h job .{1,3} retired.*$/m],
    ['the line of a monitoring plugin', ['report', '--exit-codes', 'nagios'], /^.*job, retired.*$/m],
    ['a test case of JUnit', ['report', '-f', 'junit'], /<testcase[\s\S]*?<\/testcase>/],
    ['a warning of GitHub', ['report', '-f', 'github'], /^::warning title=.*\(retired\)::retired.*$/m],
    ['a section of Markdown', ['report', '-f', 'markdown'], /^###.*$/m],
  ] as const)('%s', async (_, args, part) => {
    expect(part.exec(await judge(...args))?.[0]).toMatch(REPLACED);
  });

  test('the headline of the page', async () => {
    const page = await judge('report', '-f', 'html');
    const [beforeHeadline = ''] = page.slice(page.indexOf('<main')).split('<h1');
    expect(beforeHeadline.replace(/<[^>]+>/g, '')).toMatch(REPLACED);
    expect(page).toContain(ADVICE);
  });

  test('JSON has the series', async () => {
    const replaced = { host: 'web-1', source: 'imds', api_version: '2', role: 'new-role' };
    const report = JSON.parse(await judge('report', '-f', 'json'));
    expect(report.series).toMatchObject([{ role: 'old-role', retired: true, replaced_by: replaced }]);
    const status = JSON.parse(await judge('status', '-f', 'json'));
    expect(status.series.replaced_by).toEqual(report.series[0].replaced_by);
    const fleet = JSON.parse(await judge('report', '--fleet', '-f', 'json'));
    expect(fleet.hosts[0].replaced_by).toEqual(report.series[0].replaced_by);
  });

  test('CSV has the column retired', async () => {
    expect(await judge('report', '-f', 'csv')).toContain('\nweb-1,imds,2,old-role,true,');
    expect(await judge('report', '--fleet', '-f', 'csv')).toContain(',imds,2,old-role,true,');
  });

  test('the message about a written file', async () => {
    const file = join(folder, 'report.html');
    const args = ['report', '--db', db, '-j', '4h', '--role', 'old-role', '-f', 'html', '-o', file];
    expect((await runCommand(args)).stderr).toMatch(REPLACED);
  });

  test('the advice is about the role', async () => {
    expect((await judge('report')).replace(/\s+/g, ' ')).toContain(`what to do ${ADVICE}`);
    const uncertain = await runCommand([
      'report',
      '--db',
      db,
      '-j',
      '4h',
      '--role',
      'old-role',
      '--confidence',
      '99.9%',
    ]);
    const text = uncertain.stdout.replace(/\s+/g, ' ');
    expect([uncertain.code, text]).toEqual([3, expect.stringContaining(`what to do ${ADVICE}`)]);
    expect(text).not.toMatch(/keep polling|poll for|import samples/);
  });
});

test('a fleet names the hosts of retired series', async () => {
  const SENTENCE = 'the judged series is retired on 1 host: web-1; without --role,';
  expect((await judge('report', '--fleet')).replace(/\s+/g, ' ')).toContain(SENTENCE);
  expect(await judge('report', '--fleet', '--exit-codes', 'nagios')).toContain(SENTENCE);
  expect(await judge('report', '--fleet')).toMatch(/^ {2}web-1 +safe +retired\b/m);
});

describe('a series is not retired', () => {
  test('if the period of the report ends before the other role began', async () => {
    expect(await judge('report', '--until', '2026-03-04T00:30:00Z')).not.toMatch(/retired/);
  });

  test('if its role is the newest', async () => {
    const { stdout } = await runCommand(['report', '--db', db, '--role', 'new-role', '-j', '4h']);
    expect(stdout).not.toMatch(/retired/);
  });
});
