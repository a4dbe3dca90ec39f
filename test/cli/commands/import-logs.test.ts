import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { toHost, toRole } from '../../../src/cli/import/import-files.ts';
import { fixturePath } from '../../support/cli/program-run.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { succeed } from '../../support/cli/succeed.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { sampleCases } from '../../support/thorough.ts';

const folder = temporaryFolder(afterAll);
let databaseCount = 0;
const newDatabase = () => join(folder, `${++databaseCount}.db`);

const logs = readdirSync(fixturePath('logs'));
const UNDATED = /^(11|45)-/;
const WITHOUT_TIMESTAMPS = '04-json-only-jqc.log';
const AUTUMN = 'local-time-autumn.log';
const log = (name: string) => join(fixturePath('logs'), name);

async function readReport(db: string, ...args: string[]) {
  const { stdout, code } = await runCommand(['report', '-f', 'json', '--db', db, ...args]);
  return { code, series: JSON.parse(stdout).series[0] };
}

const usual = logs.filter((name) => name !== WITHOUT_TIMESTAMPS && name !== AUTUMN);

test('there are nineteen logs of the same twelve polls', () => {
  expect(usual).toHaveLength(19);
});

describe.each(sampleCases(usual, 3))('the log %s', (name) => {
  test(`the log ${name} has twelve samples of four generations, and the worst case at the third rotation`, async () => {
    const db = newDatabase();
    const out = await succeed(['import', log(name), '--host', 'h', '--db', db]);
    expect(out).toMatch(/^ {2}content {2}\d+ timestamps, 12 samples, 4 generations$/m);
    expect(out).toMatch(/^ {2}time {5}2026-11-20 00:00:01Z to 03:40:01Z$/m);
    const { series } = await readReport(db);
    const isUndated = UNDATED.test(name);
    expect(series).toMatchObject({
      sample_count: 12,
      generation_count: 4,
      sampled_minimum: { remaining_seconds: 5 * 3600 + 15 * 60 },
      worst_case: { remaining_seconds: isUndated ? 4 * 3600 + 55 * 60 : 5 * 3600 + 5 * 60 },
    });
  });
});

test('a log without timestamps is refused with a shell line that adds them', async () => {
  const run = await runCommand(['import', log(WITHOUT_TIMESTAMPS), '--host', 'h', '--db', newDatabase()]);
  expect(run).toMatchObject({ code: 2, stdout: '' });
  expect(run.stderr).toMatch(/^error: .* has 12 documents without timestamps, .*; nothing was written\n/);
  expect(run.stderr).toMatch(
    /^hint: .*`\(date -u \+%FT%TZ; curl .*\) >> creds\.log`.*`cred-watch poll`.*--at mtime/m,
  );
});

test.each([
  ['2026-11-20 {', 'dates without a time of day'],
  ['2026-11-20\n{', 'dates without a time of day'],
  ['00:00:01 {', 'times without a date'],
])('documents after %j are refused, because the log has only %s', async (before, lack) => {
  const document = '"LastUpdated":"2026-11-19T23:50:01Z","Expiration":"2026-11-20T06:00:01Z"}';
  const stdin = `${before}${document}\n`;
  const run = await runCommand(['import', '-', '--host', 'h', '--db', newDatabase()], { stdin });
  expect(run).toMatchObject({ code: 2, stdout: '' });
  expect(run.stderr).toContain(`has 1 document without timestamps, because it has only ${lack}; nothing`);
  expect(run.stderr).toContain('hint: write the date and the time of day');
});

test('a refused log is summarized by --dry-run', async () => {
  const run = await runCommand(['import', log(WITHOUT_TIMESTAMPS), '--dry-run']);
  expect(run.code).toBe(2);
  expect(run.stdout).toContain('  content  0 timestamps, 0 samples, 0 generations\n');
  expect(run.stdout).toContain('  skipped  12 lines: 12 × document without a timestamp (first in line 1)\n');
});

test('errors of curl in syslog without documents have the year of the file', async () => {
  const [file, db] = [join(folder, 'errors.log'), newDatabase()];
  writeFileSync(file, 'Dec 31 23:50:01 web-1 poll[1]: curl: (28) Operation timed out\n');
  utimesSync(file, new Date('2026-01-02T00:00:00Z'), new Date('2026-01-02T00:00:00Z'));
  const run = await runCommand(['import', file, '--db', db]);
  expect(run.stderr).toBe(`note: ${file}: host 'errors' is assumed\nhint: set another host with --host\n`);
  expect(JSON.parse(await succeed(['export', '--db', db]))).toMatchObject({
    record: 'failed_poll',
    observed_at: '2025-12-31T23:50:01Z',
    reason: 'timeout',
  });
});

/** Lines of `date` and documents, polled every hour, in a zone some hours from UTC. */
function writeHourlyLog(name: string, hours: number): string {
  const start = Date.UTC(2026, 10, 20);
  const lines = Array.from({ length: 20 }, (_, index) => {
    const at = start + index * 3_600_000;
    const issued = start + Math.floor((at - start) / 3_780_000) * 3_780_000;
    const local = new Date(at + hours * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
    const document = {
      LastUpdated: new Date(issued).toISOString(),
      Expiration: new Date(issued + 21_600_000).toISOString(),
    };
    return `${local}\n${JSON.stringify(document)}\n`;
  });
  const path = join(folder, name);
  writeFileSync(path, lines.join(''));
  return path;
}

test('times without a zone are read as UTC with one note for all files', async () => {
  const files = ['utc-1.log', 'utc-2.log'].map((name) => writeHourlyLog(name, 0));
  const run = await runCommand(['import', ...files, '--host', 'h', '--db', newDatabase()]);
  expect(run.code).toBe(0);
  expect(run.stderr.match(/without a zone/g)).toHaveLength(1);
  expect(run.stderr).toMatch(
    /^note: .*utc-1\.log and 1 more file: times without a zone are read as UTC\nhint: .*--timezone Europe\/Berlin, or --timezone UTC$/m,
  );
  const given = await runCommand([
    'import',
    ...files,
    '--timezone',
    'UTC',
    '--host',
    'h',
    '--db',
    newDatabase(),
  ]);
  expect(given.stderr).not.toMatch(/zone/);
  const zoned = await runCommand([
    'import',
    log('01-date-then-json.log'),
    '--host',
    'h',
    '--db',
    newDatabase(),
  ]);
  expect(zoned.stderr).not.toMatch(/zone/);
});

test('a log in local time east of UTC is named, with the zone that fits', async () => {
  const file = writeHourlyLog('berlin.log', 1);
  const run = await runCommand(['import', file, '--host', 'h', '--db', newDatabase()]);
  expect(run.code).toBe(0);
  expect(run.stderr).toMatch(/^note: .*every sample is at least 1h after its LastUpdated, .* local time\n/m);
  expect(run.stderr).toMatch(/^hint: import with --timezone \+01:00, .*`cred-watch prune --remove-series`/m);
  const dry = await runCommand(['import', file, '--dry-run', '--host', 'h', '--db', newDatabase()]);
  expect(dry.stderr).toMatch(/--timezone \+01:00/);
  expect(dry.stderr).not.toContain('prune');
  const right = await runCommand([
    ...['import', file, '--timezone', '+01:00', '--host', 'h', '--db', newDatabase()],
  ]);
  expect(right.code).toBe(0);
  expect(right.stderr).not.toMatch(/zone/);
});

test('a zone whose name has several meanings needs --timezone', async () => {
  const text =
    'Thu Nov 19 18:00:01 CST 2026\n{"AccessKeyId":"ASIAEXAMPLEA1","Expiration":"2026-11-20T06:00:01Z"}\n';
  const db = newDatabase();
  const refused = await runCommand(['import', '-', '--host', 'h', '--db', db], { stdin: text });
  expect(refused.code).toBe(2);
  expect(refused.stderr).toMatch(
    /^error: .* are in CST, which is the name of several zones; .*\nhint: .*--timezone .* such as America\/Chicago or Asia\/Shanghai or/,
  );
  await succeed(['import', '-', '--host', 'h', '--timezone', 'America/Chicago', '--db', db], { stdin: text });
  expect(JSON.parse(await succeed(['export', '--db', db]))).toMatchObject({
    observed_at: '2026-11-20T00:00:01Z',
  });
});

test('the hour that occurs twice in autumn has two times the samples', async () => {
  const db = newDatabase();
  const args = ['--host', 'h', '--timezone', 'America/New_York', '--db', db];
  expect(await succeed(['import', log(AUTUMN), ...args])).toContain(' 28 samples, 2 generations\n');
  const { code, series } = await readReport(db, '-j', '5h', '--margin', '0');
  expect(code).toBe(1);
  expect(series).toMatchObject({ sample_count: 28, sampled_minimum: { remaining_seconds: 17_099 } });
});

describe('files', () => {
  let folderCount = 0;
  const newFolder = () => {
    const path = join(folder, `folder-${++folderCount}`);
    mkdirSync(path);
    return path;
  };
  const known = readFileSync(log('00-known.log'));
  const lines = known.toString().split('\n');
  const part = (from: number, to: number) => `${lines.slice(from, to).join('\n')}\n`;
  const hostsIn = async (db: string) =>
    (await succeed(['export', '--db', db]))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).host);

  test('files that are rotated belong to one host, and gzip is read whatever its name is', async () => {
    const [own, db] = [newFolder(), newDatabase()];
    const files = [
      ['curl.log', part(16, 24)],
      ['curl.log.1', part(8, 16)],
      ['curl.log-20261120.gz', gzipSync(part(0, 8))],
      ['curl.log.3', gzipSync(part(0, 8))],
    ] as const;
    for (const [name, content] of files) writeFileSync(join(own, name), content);
    const names = files.map(([name]) => join(own, name));
    const out = await succeed(['import', ...names, '--db', db]);
    expect(out).toMatch(/^16 records in 4 files: 12 added, 4 already stored$/m);
    expect(new Set(await hostsIn(db))).toEqual(new Set(['curl']));
  });

  test('files of a folder are imported, and files of other kinds are noted', async () => {
    const [own, db] = [newFolder(), newDatabase()];
    writeFileSync(join(own, 'web-1.log'), known);
    writeFileSync(join(own, 'web-2.log.gz'), gzipSync(known));
    writeFileSync(join(own, 'README'), 'about these logs\n');
    writeFileSync(join(own, '.hidden'), known);
    mkdirSync(join(own, 'inner'));
    const run = await runCommand(['import', own, '--db', db]);
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/^24 records in 2 files: 24 added, 0 already stored$/m);
    expect(run.stderr).toContain(
      `note: ${join(own, 'README')} is neither a log of credentials nor an export`,
    );
    expect(new Set(await hostsIn(db))).toEqual(new Set(['web-1', 'web-2']));
  });

  test.each([
    ['zstd', [0x28, 0xb5, 0x2f, 0xfd], 'zstd -dc'],
    ['bzip2', [0x42, 0x5a, 0x68, 0x39], 'bzip2 -dc'],
    ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], 'xz -dc'],
  ])('files compressed with %s are refused with a program that reads them', async (name, magic, command) => {
    const file = join(newFolder(), 'a.log');
    writeFileSync(file, Buffer.from([...magic, 1, 2, 3]));
    const run = await runCommand(['import', file, '--db', newDatabase()]);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain(`is compressed with ${name}`);
    expect(run.stderr).toContain(`${command} FILE | cred-watch import - --host NAME`);
  });

  test('files of a folder with another compression are skipped with a note, and refused with --strict', async () => {
    const [own, db] = [newFolder(), newDatabase()];
    writeFileSync(join(own, 'web-1.log'), known);
    writeFileSync(join(own, 'web-1.log.1.xz'), Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 1]));
    const strict = await runCommand(['import', own, '--strict', '--db', db]);
    expect(strict.code).toBe(2);
    expect(strict.stderr).toContain('web-1.log.1.xz is compressed with xz');
    expect(existsSync(db)).toBe(false);
    const run = await runCommand(['import', own, '--db', db]);
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/^12 records in 1 file: 12 added, 0 already stored$/m);
    expect(run.stderr).toContain(
      `note: ${join(own, 'web-1.log.1.xz')} is compressed with xz, which import cannot read; it was skipped\nhint: `,
    );
  });

  test('databases of a folder are skipped, and a note shows the command that copies their samples', async () => {
    const [own, db] = [newFolder(), newDatabase()];
    await succeed(['import', log('00-known.log'), '--host', 'web-1', '--db', join(own, 'web-1.db')]);
    writeFileSync(join(own, 'web-1.db-wal'), '');
    writeFileSync(join(own, 'web-2.log'), known);
    const run = await runCommand(['import', own, '--db', db]);
    expect(run.code).toBe(0);
    expect(await hostsIn(db)).toContain('web-2');
    const hint = `copy its samples with \`cred-watch export --db ${join(own, 'web-1.db')} | cred-watch import - --db ${db}\``;
    expect(run.stderr).toMatch(
      /^note: .*web-1\.db is a database, and import reads logs and exports; it was skipped$/m,
    );
    expect(run.stderr).toContain(`hint: ${hint}\n`);
    expect(run.stderr).not.toContain('web-1.db-wal');
  });

  test('files of gzip that are cut off are refused', async () => {
    const [file, db] = [join(newFolder(), 'a.log.gz'), newDatabase()];
    writeFileSync(file, gzipSync(known).subarray(0, 60));
    const run = await runCommand(['import', file, '--db', db]);
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(/^error: .* is a damaged gzip file\nhint: /);
    expect(existsSync(db)).toBe(false);
  });

  test('files without timestamps are read with --at mtime, one document each', async () => {
    const [own, db] = [newFolder(), newDatabase()];
    const [document = ''] = readFileSync(log(WITHOUT_TIMESTAMPS), 'utf8').split('\n');
    const file = join(own, 'web-1.json');
    writeFileSync(file, document);
    utimesSync(file, new Date('2026-11-20T00:10:01Z'), new Date('2026-11-20T00:10:01Z'));
    expect((await runCommand(['import', file, '--db', db])).code).toBe(2);
    await succeed(['import', file, '--at', 'mtime', '--db', db]);
    writeFileSync(
      file,
      readFileSync(log(WITHOUT_TIMESTAMPS), 'utf8').replaceAll('T06:', 'T05:').concat(document),
    );
    utimesSync(file, new Date('2026-11-20T00:10:01Z'), new Date('2026-11-20T00:10:01Z'));
    expect(await succeed(['import', file, '--at', 'mtime', '--db', db])).toMatch(
      /^ {2}skipped {2}12 lines: 12 × document without a timestamp \(first in line 1\)$/m,
    );
    expect(JSON.parse(await succeed(['export', '--db', db]))).toMatchObject({
      host: 'web-1',
      observed_at: '2026-11-20T00:10:01Z',
    });
  });

  test('files are not written by --dry-run', async () => {
    const db = newDatabase();
    const out = await succeed(['import', log('00-known.log'), '--host', 'h', '--dry-run', '--db', db]);
    expect(out).toBe(
      [
        log('00-known.log'),
        '  form     members on lines, ISO 8601 on the same line',
        '  content  24 timestamps, 12 samples, 4 generations',
        '  time     2026-11-20 00:00:01Z to 03:40:01Z',
        '  host     h',
        '  role     not stated',
        '  skipped  nothing',
        '12 records in 1 file: nothing was written',
        '',
      ].join('\n'),
    );
    expect(existsSync(db)).toBe(false);
  });

  test.each([
    ['curl.log', 'curl'],
    ['curl.log.1', 'curl'],
    ['curl.log.12.gz', 'curl'],
    ['curl.log-20261120', 'curl'],
    ['curl.log-20261120.gz', 'curl'],
    ['curl-20261120.log', 'curl'],
    ['curl.2026-11-20.log', 'curl'],
    ['curl.log.old', 'curl'],
    ['/var/log/web-1.log', 'web-1'],
    ['i-0123456789abcdef0.log', 'i-0123456789abcdef0'],
    ['ip-10-0-0-1.log.2', 'ip-10-0-0-1'],
    ['creds.json', 'creds'],
    ['plain', 'plain'],
    ['.log', '.log'],
    ['.gz', '.gz'],
    ['-', 'stdin'],
  ])('files %s belong to the host %s', (file, host) => {
    expect(toHost(file)).toBe(host);
  });

  test.each([
    ['security-credentials/loader', 'loader'],
    ['/mnt/meta-data/iam/security-credentials/loader.json.gz', 'loader'],
    ['loader.log', ''],
  ])('files %s are of the role %j', (file, role) => {
    expect(toRole(file)).toBe(role);
  });
});

describe('the role and the source', () => {
  const importText = async (text: string) => {
    const db = newDatabase();
    await succeed(['import', '-', '--host', 'h', '--db', db], { stdin: text });
    return JSON.parse(await succeed(['export', '--db', db]));
  };
  const expiration = '"Expiration":"2026-11-20T06:00:01Z"';

  test.each(
    sampleCases(
      [
        [`{"RoleArn":"arn:aws:iam::111122223333:role/path/loader",${expiration}}`, 'container', 'loader'],
        [
          `{"RoleArn":"arn:aws:sts::111122223333:assumed-role/loader/session",${expiration}}`,
          'container',
          'loader',
        ],
        [
          `{"AccessKeyId":"ASIAEXAMPLEA1","Token":"x","AccountId":"111122223333",${expiration}}`,
          'container',
          '',
        ],
        [`{"Version":1,"AccessKeyId":"ASIAEXAMPLEA1",${expiration}}`, 'process', ''],
        [`{"LastUpdated":"2026-11-19T23:50:01Z",${expiration}}`, 'imds', ''],
      ],
      3,
    ),
  )('the role and the source of %s are stored', async (document, source, role) => {
    expect(await importText(`2026-11-20T00:00:01Z ${document}\n`)).toMatchObject({ source, role });
  });

  test('the role and the source of the request path are stored', async () => {
    const path = '+ curl -s http://169.254.169.254/latest/meta-data/iam/security-credentials/loader';
    expect(await importText(`${path}\n2026-11-20T00:00:01Z {${expiration}}\n`)).toMatchObject({
      role: 'loader',
    });
  });
});
