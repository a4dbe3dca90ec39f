import { chmodSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runProgram, runShell, startProgram } from '../../support/cli/built-program.ts';
import { metadataService } from '../../support/cli/metadata-script.ts';
import {
  mayBeSkipped,
  noMountNamespace,
  noNetworkNamespace,
  OWN_MOUNTS,
  OWN_NETWORK,
} from '../../support/cli/namespaces.ts';
import { fixturePath, linesWritten, type RunOptions } from '../../support/cli/program-run.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { succeed } from '../../support/cli/succeed.ts';
import { pathsIn, readFolder, temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { startEndpoint } from '../../support/sources/scripted-endpoint.ts';
import { writeAsOldVersion } from '../../support/store/old-database.ts';
import { ciTest, isThorough, sampleCases } from '../../support/thorough.ts';

const hms = (hours: number, minutes: number, seconds: number) => (hours * 60 + minutes) * 60 + seconds;

/** Both logs of 2015 in one database. No test changes it. */
const db = join(temporaryFolder(afterAll), 'samples.db');
beforeAll(async () => {
  await succeed(['import', fixturePath('curl.log'), '--host', 'linux', '--db', db]);
  await succeed(['import', fixturePath('invoke.log'), '--host', 'windows', '--db', db]);
});

const report = (...args: string[]) => runCommand(['report', '--db', db, ...args]);

async function json(...args: string[]) {
  const run = await report('-f', 'json', ...args);
  expect(run.stderr).toBe('');
  return { code: run.code, ...JSON.parse(run.stdout) };
}

describe('the logs of 2015', () => {
  const MEASURED = [
    {
      host: 'linux',
      rotation_interval: {
        min_seconds: hms(0, 59, 48),
        median_seconds: hms(1, 0, 56),
        max_seconds: hms(1, 3, 43),
      },
      validity_when_issued: { min_seconds: hms(6, 0, 32), max_seconds: hms(6, 33, 34) },
      sampled_minimum: { remaining_seconds: hms(5, 3, 10), at: '2015-11-18T08:00:01Z' },
      worst_case: { remaining_seconds: hms(4, 59, 36), at: '2015-11-18T08:03:35Z', rotation_dated: true },
      overstatement_seconds: hms(0, 3, 34),
      longest_safe_job_seconds: hms(4, 54, 36),
    },
    {
      host: 'windows',
      rotation_interval: {
        min_seconds: hms(0, 59, 38),
        median_seconds: hms(1, 1, 20),
        max_seconds: hms(1, 4, 8),
      },
      validity_when_issued: { min_seconds: hms(6, 6, 59), max_seconds: hms(6, 32, 9) },
      sampled_minimum: { remaining_seconds: hms(5, 7, 47), at: '2015-11-18T06:00:00Z' },
      worst_case: { remaining_seconds: hms(5, 4, 44), at: '2015-11-18T06:03:03Z', rotation_dated: true },
      overstatement_seconds: hms(0, 3, 3),
      longest_safe_job_seconds: hms(4, 59, 44),
    },
  ];

  test('the logs of 2015 have the documented measurements', async () => {
    const { code, schema_version, verdict, job, series } = await json();
    expect({ code, schema_version, verdict, job }).toEqual({
      code: 0,
      schema_version: 1,
      verdict: null,
      job: null,
    });
    const counts = {
      sample_count: 13,
      generation_count: 12,
      rotation_count: 11,
      witnessed_rotation_count: 11,
      watched_seconds: hms(12, 0, 0),
      gaps: [],
      polled: false,
      retired: false,
      judgement: null,
      failed_polls: [],
    };
    expect(series).toMatchObject(MEASURED.map((each) => ({ ...each, ...counts })));
  });

  const JUDGED = [
    {
      host: 'linux',
      args: ['-j', '5h', '--margin', '0'],
      verdict: 'start-after-rotation',
      spare: -24,
      code: 1,
    },
    { host: 'linux', args: ['-j', '5h'], verdict: 'start-after-rotation', spare: -324, code: 1 },
    { host: 'linux', args: ['-j', 'PT7H'], verdict: 'never', spare: -7524, code: 1 },
    { host: 'windows', args: ['-j', '5h', '--margin', '0'], verdict: 'safe', spare: hms(0, 4, 44), code: 0 },
    { host: 'windows', args: ['-j', '5h'], verdict: 'start-after-rotation', spare: -16, code: 1 },
    { host: 'windows', args: ['-j', '7h'], verdict: 'never', spare: -7216, code: 1 },
  ];
  test.for(sampleCases(JUDGED, 2))(
    'the logs of 2015 judge $args on $host as $verdict',
    async ({ host, args, verdict, spare, code }) => {
      const result = await json('--host', host, ...args);
      expect(result).toMatchObject({ code, verdict });
      expect(result.series).toMatchObject([{ host, judgement: { verdict, spare_seconds: spare } }]);
    },
  );

  test('the logs of 2015 allow 99.94 % of the starts of a five-hour job without a margin', async () => {
    const [{ judgement }] = (await json('--host', 'linux', '-j', '5h', '--margin', '0')).series;
    expect(judgement.share_of_safe_starts).toBeCloseTo(1 - 24 / hms(12, 0, 0), 10);
    expect(judgement.safe_after_rotation_seconds).toBe(hms(1, 0, 32));
  });

  /** The text without line breaks. */
  const unwrapped = (text: string) => text.replace(/\s+/g, ' ');

  const WORDS = [
    [
      'linux',
      ['-j', '5h', '--margin', '0'],
      'not safe: a 5h job with a margin of 0s, 24s short at the worst moment; 99.94% of starts were safe',
    ],
    [
      'linux',
      ['-j', '5h'],
      'not safe: a 5h job with a margin of 5m, 5m 24s short at the worst moment; 99.1% of starts were safe',
    ],
    [
      'linux',
      ['-j', '7h'],
      'not safe: a 7h job with a margin of 5m at every measured start, 2h 05m 24s short at the worst moment',
    ],
    [
      'windows',
      ['-j', '5h', '--margin', '0'],
      'safe so far: a 5h job with a margin of 0s at any measured start, 4m 44s to spare',
    ],
    [
      'windows',
      ['-j', '5h'],
      'not safe: a 5h job with a margin of 5m, 16s short at the worst moment; 99.96% of starts were safe',
    ],
  ] as const;
  test.for(sampleCases(WORDS, 3))(
    'the logs of 2015 describe %s %j in words',
    async ([host, args, verdict]) => {
      const { stdout, stderr } = await report('--host', host, ...args);
      expect(stderr).toBe('');
      expect(unwrapped(stdout)).toContain(` verdict ${verdict} `);
    },
  );

  test('the logs of 2015 fill the table with the whole measurement', async () => {
    const shown = unwrapped((await report('--host', 'linux')).stdout);
    for (const part of [
      '13 samples of 12 generations, imported; 2015-11-18 00:00:01Z to 12:00:01Z',
      '12h without gaps; 11 of 11 rotations witnessed',
      '1h 00m 56s median · 59m 48s min · 1h 03m 43s max',
      '6h 00m 32s min · 6h 33m 34s max',
      'sampled minimum 5h 03m 10s at 2015-11-18 08:00:01Z',
      'worst case 4h 59m 36s just before the rotation at 2015-11-18 08:03:35Z; the sampled minimum is 3m 34s higher',
      'longest safe job 4h 54m 36s so far with a margin of 5m',
      '11 rotations witnessed in 12h.',
      // Two of the last five rotations had the shortest lead time so far.
      'the chance that it leaves less validity than all of them is at most 1 in 3, because 2 of the last 5 rotations left less than all before. A day has about 24 rotations, so its chance is larger. AWS promises only that new credentials appear 5 minutes before the old ones expire.',
    ]) {
      expect(shown).toContain(part);
    }
    expect(shown).not.toContain('verdict');
  });
});

test('the worst series decides the verdict', async () => {
  const { code, verdict, series } = await json('-j', '5h', '--margin', '0');
  expect([code, verdict]).toEqual([1, 'start-after-rotation']);
  expect(series.map((each: { judgement: { verdict: string } }) => each.judgement.verdict)).toEqual([
    'start-after-rotation',
    'safe',
  ]);
  const { stdout } = await report('-j', '5h', '--margin', '0');
  expect(stdout).toMatch(/^not safe: safe only after rotations \(1 of 2 series: linux · imds\)\n/);
});

test('evidence below the required confidence makes the verdict unknown', async () => {
  const args = ['-j', '1h', '--confidence', '95%'];
  const { code, verdict, series } = await json('--host', 'linux', ...args);
  expect([code, verdict, series[0].judgement.unknown_reasons]).toEqual([3, 'unknown', ['TOO_FEW_ROTATIONS']]);
  const { stdout } = await report('--host', 'linux', ...args);
  expect(stdout.replace(/\s+/g, ' ')).toContain(
    `11 rotations witnessed, but this confidence needs at least 19: import samples of about 8h 10m more`,
  );
});

test('evidence at the required confidence makes the verdict safe', async () => {
  expect(await json('--host', 'linux', '-j', '1h', '--confidence', '0.66')).toMatchObject({
    code: 0,
    verdict: 'safe',
  });
});

test('evidence is not needed if one sample refutes the job', async () => {
  expect(await json('--host', 'linux', '-j', '7h', '--confidence', '99%')).toMatchObject({
    code: 1,
    verdict: 'never',
  });
});

test('evidence older than --max-age makes the verdict unknown', async () => {
  const { code, verdict, series } = await json('--host', 'linux', '-j', '1h', '--max-age', '7d');
  expect([code, verdict, series[0].judgement.unknown_reasons]).toEqual([3, 'unknown', ['STALE_SAMPLES']]);
  expect(series[0].max_age_seconds).toBe(604_800);
  expect(await json('--host', 'linux', '-j', '1h', '--max-age', '36525d')).toMatchObject({
    code: 0,
    verdict: 'safe',
  });
});

test('evidence from one poll is not enough', async () => {
  const endpoint = await startEndpoint(metadataService());
  const own = join(temporaryFolder(), 'samples.db');
  await succeed(['poll', '--db', own], { env: { AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint.url } });
  const run = await runCommand(['report', '--db', own, '-j', '1h', '-f', 'json']);
  expect(run).toMatchObject({ code: 3, stderr: '' });
  expect(JSON.parse(run.stdout)).toMatchObject({
    verdict: 'unknown',
    series: [
      {
        host: 'i-0abc',
        polled: true,
        max_age_seconds: 86_400,
        judgement: { unknown_reasons: ['NO_WITNESSED_ROTATION'] },
      },
    ],
  });
});

test('the selection by time selects whole generations', async () => {
  const args = ['--since', '2015-11-18T05:30:00Z', '--until', '2015-11-18T07:30:00Z'];
  const { series } = await json('--host', 'linux', ...args);
  expect(series).toMatchObject([
    {
      first_sample_at: '2015-11-18T05:00:01Z',
      last_sample_at: '2015-11-18T07:00:01Z',
      generation_count: 2,
    },
  ]);
});

test('the selection by day includes the whole day', async () => {
  expect((await json('--host', 'windows', '--until', '2015-11-18')).series).toMatchObject([
    { sample_count: 13 },
  ]);
  expect((await json('--host', 'windows', '--since', '2015-11-18')).series).toMatchObject([
    { sample_count: 13 },
  ]);
});

test('the selection without a match prints a note', async () => {
  const note = `note: no samples in ${db} match the filters`;
  for (const [args, hint] of [
    [['--host', 'unknown'], 'hosts with samples: linux, windows'],
    [['--host', 'linux', '--since', '1d'], 'remove --since'],
    [['--role', 'x'], 'remove --role: the samples have no role'],
    [['--source', 'container'], 'sources with samples: imds'],
  ] as const) {
    const stderr = `${note}\nhint: ${hint}\n`;
    expect(await report(...args)).toEqual({ code: 0, signal: null, stdout: '', stderr });
  }
  const judged = await report('--host', 'unknown', '-j', '5h');
  const stderr = `${note.replace('note', 'error')}\nhint: hosts with samples: linux, windows\n`;
  expect(judged).toMatchObject({ code: 3, stderr });
});

/** A line of an export: credentials issued at the full hour for ten hours. */
function sample(host: string, role: string, observedAt: string, accessKeyId: string): string {
  const issued = observedAt.replace(/:\d\d:\d\dZ$/, ':00:00Z');
  return JSON.stringify({
    ...{ schema_version: 1, record: 'sample', host, source: 'imds', api_version: '2', role },
    observed_at: observedAt,
    access_key_id: accessKeyId,
    last_updated: issued,
    expiration: issued.replace('T0', 'T1'),
  });
}

async function importRecords(...records: string[]): Promise<string> {
  const own = join(temporaryFolder(), 'samples.db');
  await succeed(['import', '-', '--db', own], { stdin: records.join('\n') });
  return own;
}

const SWAPPED = [
  sample('host', 'old-role', '2026-01-01T00:50:00Z', 'ASIAOLD0'),
  sample('host', 'old-role', '2026-01-01T01:10:00Z', 'ASIAOLD1'),
  sample('host', 'old-role', '2026-01-01T01:50:00Z', 'ASIAOLD1'),
  sample('host', 'old-role', '2026-01-01T02:10:00Z', 'ASIAOLD2'),
  sample('host', 'new-role', '2026-01-01T03:30:00Z', 'ASIANEW1'),
  sample('host', 'new-role', '2026-01-01T04:30:00Z', 'ASIANEW2'),
];

test('a retired series is listed in JSON, shown with --retired, and not judged', async () => {
  const own = await importRecords(...SWAPPED);
  const run = await runCommand(['report', '--db', own, '-j', '8h', '-f', 'json']);
  const { series, verdict } = JSON.parse(run.stdout);
  expect(series).toMatchObject([
    { role: 'new-role', retired: false, judgement: { verdict } },
    { role: 'old-role', retired: true, judgement: null },
  ]);
  const folded = await runCommand(['report', '--db', own, '-j', '8h']);
  expect(folded.stdout).toContain('1 retired series is not shown: 4 samples from ');
  const { stdout } = await runCommand(['report', '--db', own, '-j', '8h', '--retired']);
  expect(stdout).toContain(
    'host · imds v2 · old-role (retired: replaced by new-role since 2026-01-01 03:30:00Z)\n',
  );
});

test('a retired series is judged if it is selected', async () => {
  const own = await importRecords(...SWAPPED);
  const run = await runCommand(['report', '--db', own, '-j', '8h', '-f', 'json', '--role', 'old-role']);
  expect(JSON.parse(run.stdout).series).toMatchObject([{ role: 'old-role', judgement: { verdict: 'safe' } }]);
  expect(run.code).toBe(0);
});

describe('without samples a report', () => {
  const env = (folder: string) => ({ XDG_STATE_HOME: folder });
  const POLL =
    'hint: record samples with `cred-watch poll --interval 5m`, or import a log with `cred-watch import`\n';
  const hasRootPolled = existsSync('/var/lib/cred-watch/samples.db');

  test.skipIf(hasRootPolled)(
    'a report without samples names the missing database and says what to do',
    async () => {
      const folder = temporaryFolder();
      const stderr = `note: no samples: ${folder}/cred-watch/samples.db does not exist\n${POLL}`;
      expect(await runCommand(['report'], { env: env(folder) })).toEqual({
        code: 0,
        signal: null,
        stdout: '',
        stderr,
      });
      const judged = await runCommand(['report', '-j', '5h'], { env: env(folder) });
      expect(judged).toMatchObject({ code: 3, stderr: stderr.replace('note', 'error') });
      expect(readFolder(folder)).toEqual({});
    },
  );

  test('a report without samples in JSON has an empty list of series', async () => {
    const { code, stdout } = await runCommand(['report', '-j', '5h', '-f', 'json'], {
      env: env(temporaryFolder()),
    });
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'unknown', series: [] });
  });
});

describe('the network', () => {
  test('the network is not used by a report', async () => {
    const endpoint = await startEndpoint(() => ({ status: 500 }));
    const env = {
      AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint.url,
      AWS_CONTAINER_CREDENTIALS_FULL_URI: endpoint.url,
      HTTP_PROXY: endpoint.url,
    };
    expect(await runProgram(['report', '--db', db], { env })).toMatchObject({ code: 0, stderr: '' });
    expect(endpoint.requests).toEqual([]);
  });

  test.skipIf(noNetworkNamespace !== null && mayBeSkipped)(
    `the network is not needed by a report${noNetworkNamespace === null ? '' : ` (skipped: ${noNetworkNamespace})`}`,
    async () => {
      expect(noNetworkNamespace).toBeNull();
      const args = ['report', '--db', db, '--host', 'windows', '-j', '5h', '--margin', '0'];
      const run = await runProgram(args, { prefix: OWN_NETWORK });
      expect(run).toMatchObject({ code: 0, stderr: '' });
    },
  );
});

describe('a database on a read-only mount', () => {
  const problem = process.getuid?.() === 0 ? noMountNamespace : null;
  const skipped = problem === null ? '' : ` (skipped: ${problem})`;

  /** Runs a report of a database in a read-only folder. */
  async function reportReadOnly(folder: string, args: string[]) {
    const command = ['report', '--db', join(folder, 'samples.db'), ...args];
    const options: RunOptions = { env: { TMPDIR: temporaryFolder() } };
    if (process.getuid?.() === 0) {
      const script = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"';
      return runProgram(command, { ...options, prefix: [...OWN_MOUNTS, 'sh', '-c', script, 'sh', folder] });
    }
    const files = pathsIn(folder).map((path) => join(folder, path));
    for (const file of files) chmodSync(file, 0o400);
    chmodSync(folder, 0o555);
    try {
      return await runProgram(command, options);
    } finally {
      chmodSync(folder, 0o700);
      for (const file of files) chmodSync(file, 0o600);
    }
  }

  test.skipIf(problem !== null && mayBeSkipped)(
    `a database on a read-only mount is read${skipped}`,
    async () => {
      expect(problem).toBeNull();
      const folder = temporaryFolder();
      writeFileSync(join(folder, 'samples.db'), readFileSync(db), { mode: 0o600 });
      const before = readFolder(folder);
      const run = await reportReadOnly(folder, ['--host', 'linux', '-j', '7h', '-f', 'json']);
      expect(run).toMatchObject({ code: 1, stderr: '' });
      expect(JSON.parse(run.stdout).series).toMatchObject([
        { sample_count: 13, judgement: { verdict: 'never' } },
      ]);
      expect(readFolder(folder)).toEqual(before);
    },
  );

  ciTest(
    `a database on a read-only mount is read if an older program wrote it, although it cannot be migrated${skipped}`,
    async () => {
      expect(problem).toBeNull();
      const folder = temporaryFolder();
      writeAsOldVersion(db, join(folder, 'samples.db'), 1);
      chmodSync(join(folder, 'samples.db'), 0o600);
      const run = await reportReadOnly(folder, '--host linux -j 7h --job nightly -f json'.split(' '));
      expect(run).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/^note: no runs of job nightly in /),
      });
      expect(JSON.parse(run.stdout).series).toMatchObject([{ sample_count: 13 }]);
    },
  );

  ciTest(`a database on a read-only mount is rejected if a newer program wrote it${skipped}`, async () => {
    expect(problem).toBeNull();
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'samples.db'), readFileSync(db), { mode: 0o600 });
    const database = new Database(join(folder, 'samples.db'));
    database.pragma('user_version = 99');
    database.close();
    const run = await reportReadOnly(folder, []);
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toMatch(/^error: .* was written by a newer cred-watch \(schema 99, /);
  });

  test.skipIf(!isThorough || (problem !== null && mayBeSkipped)).for(sampleCases(['with', 'without'], 2))(
    `a database on a read-only mount is read with the write-ahead log of a killed poller, %s its lock file${skipped}`,
    async (lockFile) => {
      expect(problem).toBeNull();
      const folder = temporaryFolder();
      const endpoint = await startEndpoint(metadataService());
      const own = join(folder, 'samples.db');
      const env = { AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint.url, CRED_WATCH_DB: own };
      const program = startProgram(['poll', '--interval', '1s'], { env });
      await linesWritten(program, 1);
      program.child.kill('SIGKILL');
      await program.done;
      expect(statSync(`${own}-wal`).size).toBeGreaterThan(0);
      if (lockFile === 'without') rmSync(`${own}-shm`);
      const before = readFolder(folder);
      const run = await reportReadOnly(folder, ['-f', 'json']);
      expect(run).toMatchObject({ code: 0, stderr: '' });
      expect(JSON.parse(run.stdout).series).toMatchObject([{ host: 'i-0abc', generation_count: 1 }]);
      expect(readFolder(folder)).toEqual(before);
    },
  );
});

test('a report in a file replaces the old file and leaves no temporary file', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'report.json');
  writeFileSync(file, 'the old report');
  const before = statSync(file).ino;
  const run = await report('-f', 'json', '--host', 'linux', '-o', file);
  expect(run).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
  expect(JSON.parse(readFileSync(file, 'utf8')).series).toHaveLength(1);
  expect(statSync(file).ino).not.toBe(before);
  expect(pathsIn(folder)).toEqual(['report.json']);
});

test('a report in a file replaces the old file even without samples', async () => {
  const file = join(temporaryFolder(), 'report.txt');
  writeFileSync(file, 'the old report');
  const run = await report('--host', 'unknown', '-o', file);
  expect(run).toMatchObject({ code: 0, stdout: '', stderr: expect.stringMatching(/^note: no samples in /) });
  expect(readFileSync(file, 'utf8')).toMatch(/^no samples to judge by: .*\n$/);
});

test('a report in a file is unchanged if the new report fails', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'report.json');
  writeFileSync(file, 'the old report');
  expect(await report('--since', 'never', '-o', file)).toMatchObject({ code: 2 });
  expect(readFileSync(file, 'utf8')).toBe('the old report');
  expect(pathsIn(folder)).toEqual(['report.json']);
});

describe('colour', () => {
  const coloured = async (env: Record<string, string>) => {
    const { stdout } = await runProgram(['report', '--db', db], { env });
    return stdout.includes('\u001b');
  };

  test('colour is not used for pipes', async () => {
    expect(await coloured({ TERM: 'xterm-256color' })).toBe(false);
  });

  test('colour can be forced', async () => {
    expect(await coloured({ FORCE_COLOR: '1' })).toBe(true);
  });

  const noScript = existsSync('/usr/bin/script') ? null : 'script is not installed';
  const onTerminal = (env: Record<string, string>) => {
    const script = "script -qec \"'$NODE' '$PROGRAM' report --db '$DB'\" /dev/null";
    return runShell(script, { env: { DB: db, TERM: 'xterm-256color', ...env } });
  };
  test.skipIf(noScript !== null)(
    `colour is used on terminals, but not with NO_COLOR${noScript === null ? '' : ` (skipped: ${noScript})`}`,
    async () => {
      expect((await onTerminal({})).stdout).toContain('\u001b[1m');
      expect((await onTerminal({ NO_COLOR: '1' })).stdout).not.toContain('\u001b');
      expect((await onTerminal({ NO_COLOR: '' })).stdout).toContain('\u001b[1m');
      expect((await onTerminal({ TERM: 'dumb' })).stdout).not.toContain('\u001b');
    },
  );
});

test('control characters in names are escaped', async () => {
  const host = '<script>\u001b[31m';
  const role = 'a "quoted"\nrole\r\u202e';
  const own = await importRecords(sample(host, role, '2026-01-01T01:30:00Z', 'ASIA1'));
  const table = await runCommand(['report', '--db', own]);
  expect(table.stdout).toMatch(
    /^<script>\\u\{1b\}\[31m · imds v2 · a "quoted"\\u\{a\}role\\u\{d\}\\u\{202e\}\n/,
  );
  expect(table.stdout).not.toMatch(/[\u001b\r\u202e]/);
  const { stdout } = await runCommand(['report', '--db', own, '-f', 'json']);
  expect(JSON.parse(stdout).series).toMatchObject([{ host, role }]);
  expect(stdout).not.toMatch(/[\u001b\r]/);
});
