import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runProgram, runShell } from '../../support/cli/built-program.ts';
import { fixturePath } from '../../support/cli/program-run.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { succeed } from '../../support/cli/succeed.ts';
import { readFolder, temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { ciTest, sampleCases } from '../../support/thorough.ts';

const curl = readFileSync(fixturePath('curl.log'), 'utf8');
const invoke = readFileSync(fixturePath('invoke.log'), 'utf8');

const folder = temporaryFolder(afterAll);
let pathCount = 0;
const newPath = () => join(folder, `${++pathCount}`);
const newFolder = () => {
  const path = newPath();
  mkdirSync(path);
  return path;
};
const newDatabase = () => `${newPath()}.db`;
const runExport = (db: string, ...args: string[]) => succeed(['export', '--db', db, ...args]);
/** The last line of the output of an import. */
const getTotal = (stdout: string) => stdout.trimEnd().split('\n').at(-1);
const lines = (text: string) => text.split('\n').filter((line) => line !== '');

/** The report without values that depend on the current time. */
async function readReport(db: string, ...args: string[]) {
  const { stdout } = await runCommand([
    'report',
    '--db',
    db,
    ...'-f json -j 5h --margin 0'.split(' '),
    ...args,
  ]);
  const { generated_at: _, series, ...rest } = JSON.parse(stdout);
  return {
    ...rest,
    series: series.map(({ newest_sample_age_seconds: __, ...each }: Record<string, unknown>) => each),
  };
}

/** Imports a text from standard input. */
const importText = (db: string, text: string | Uint8Array, ...args: string[]) =>
  runCommand(['import', '-', '--db', db, ...args], { stdin: text });

/** Both logs in one database, and their exports. */
const reference = { db: newDatabase(), curl: '', invoke: '' };
beforeAll(async () => {
  await succeed(['import', fixturePath('curl.log'), '--host', 'linux', '--db', reference.db]);
  await succeed(['import', fixturePath('invoke.log'), '--host', 'windows', '--db', reference.db]);
  reference.curl = await succeed(['export', '--host', 'linux', '--db', reference.db]);
  reference.invoke = await succeed(['export', '--host', 'windows', '--db', reference.db]);
});

describe.concurrent('a log', () => {
  const utf16 = (text: string) => Buffer.from(text, 'utf16le');
  const VARIANTS: [string, (log: string) => string | Uint8Array][] = [
    ['as it is', (log) => log],
    ['with CRLF', (log) => log.replaceAll('\n', '\r\n')],
    ['with CR alone', (log) => log.replaceAll('\n', '\r')],
    ['without the last line break', (log) => log.trimEnd()],
    ['on a single line', (log) => log.trimEnd().replaceAll('\n', ' ')],
    ['with blank lines between', (log) => log.replaceAll('\n', '\n\n  \n')],
    ['in UTF-8 with a byte order mark', (log) => `\ufeff${log}`],
    ['in UTF-16LE with a byte order mark', (log) => utf16(`\ufeff${log}`)],
    ['in UTF-16LE without a byte order mark', (log) => utf16(log)],
    ['in UTF-16BE with a byte order mark', (log) => utf16(`\ufeff${log}`).swap16()],
    ['in UTF-16LE with CRLF', (log) => utf16(`\ufeff${log.replaceAll('\n', '\r\n')}`)],
  ];

  /** A sample that is parsed differently becomes another record. */
  const KINDS = [
    ['curl', 'linux'],
    ['PowerShell', 'windows'],
  ] as const;
  test.for(sampleCases(KINDS, KINDS.length))(
    'a log of %s gives the same report in every form',
    async ([kind, host]) => {
      const [log, expected] = kind === 'curl' ? [curl, reference.curl] : [invoke, reference.invoke];
      const files = VARIANTS.map(([name, change]) => {
        const file = `${newPath()} ${name}`;
        writeFileSync(file, change(log));
        return file;
      });
      const db = newDatabase();
      const out = await succeed(['import', ...files, '--host', host, '--db', db]);
      const [records, known] = [13 * files.length, 13 * (files.length - 1)];
      expect(getTotal(out)).toBe(
        `${records} records in ${files.length} files: 13 added, ${known} already stored`,
      );
      expect(await runExport(db)).toBe(expected);
    },
  );

  const PIPED = VARIANTS.filter(([name]) => /^(as it is|in UTF-16BE|on a single)/.test(name));
  test.for(sampleCases(PIPED, PIPED.length))(
    'a log from %s can be read from standard input',
    async ([, change]) => {
      const db = newDatabase();
      const args = ['import', '-', '--db', db, '--host', 'linux', '--timezone', 'UTC'];
      const run = await runProgram(args, { stdin: change(curl) });
      expect(run).toMatchObject({ code: 0, stderr: '' });
      expect(getTotal(run.stdout)).toBe('13 records in 1 file: 13 added, 0 already stored');
      expect(await succeed(['export', '--db', db], {}, runProgram)).toBe(reference.curl);
    },
  );

  test('a log imported twice changes nothing', async () => {
    const db = newDatabase();
    await importText(db, curl, '--host', 'linux');
    const before = [await runExport(db), await readReport(db)];
    const again = await importText(db, curl, '--host', 'linux');
    expect(getTotal(again.stdout)).toBe('13 records in 1 file: 0 added, 13 already stored');
    expect([await runExport(db), await readReport(db)]).toEqual(before);
  });

  test('a log given twice to one import is imported once', async () => {
    const db = newDatabase();
    const file = fixturePath('curl.log');
    const out = await succeed(['import', file, file, '--host', 'linux', '--db', db]);
    expect(getTotal(out)).toBe('26 records in 2 files: 13 added, 13 already stored');
    expect(await runExport(db)).toBe(reference.curl);
  });

  test('a log can be out of order', async () => {
    const db = newDatabase();
    const documents = curl.trimEnd().match(/.*\n.*\n?/g) ?? [];
    await importText(db, documents.reverse().join('\n'), '--host', 'linux');
    expect(lines(await runExport(db)).sort()).toEqual(lines(reference.curl).sort());
    expect(await readReport(db)).toEqual(await readReport(reference.db, '--host', 'linux'));
  });

  test('a log in several parts gives the same report', async () => {
    const db = newDatabase();
    const documents = curl.trimEnd().match(/.*\n.*\n?/g) ?? [];
    await importText(db, documents.slice(5).join(''), '--host', 'linux');
    await importText(db, documents.slice(0, 7).join(''), '--host', 'linux');
    expect(await runExport(db)).toBe(reference.curl);
  });

  test('a log without --host uses the file name as host, with a note', async () => {
    const own = newFolder();
    for (const name of ['db-loader.log', 'plain', 'notes.TXT', '.log']) {
      writeFileSync(join(own, name), curl);
      const db = newDatabase();
      const run = await runCommand(['import', name, '--db', db], { cwd: own });
      const host = { 'db-loader.log': 'db-loader', 'notes.TXT': 'notes' }[name] ?? name;
      expect(run.stderr).toContain(
        `note: ${name}: host '${host}' is assumed\nhint: set another host with --host\n`,
      );
      expect(JSON.parse(lines(await runExport(db))[0] ?? '').host).toBe(host);
    }
  });

  test('a log from standard input uses the host stdin, with a note', async () => {
    const run = await importText(newDatabase(), curl);
    expect(run.stderr).toContain(
      "note: standard input: host 'stdin' is assumed\nhint: set another host with --host\n",
    );
  });

  test('a log uses the role of --role', async () => {
    const db = newDatabase();
    await importText(db, curl, '--host', 'linux', '--role', 'loader');
    expect((await readReport(db)).series).toMatchObject([
      { host: 'linux', role: 'loader', sample_count: 13 },
    ]);
  });
});

describe.concurrent('bad lines', () => {
  const broken = lines(curl);
  broken[2] = '[2015/11/18 01:00:01]  "LastUpdated" : "yesterday by hidden-value",';
  broken.splice(9, 0, 'curl: (7) hidden-value', 'hidden_value : "x"');
  broken.push('[2015/11/18 13:00:01] "LastUpdated" : "2015-11-18T12:03:41Z",');
  const reasons = [
    'LastUpdated is not a time (line 4)',
    'text that is neither a timestamp nor a document (line 11)',
    'LastUpdated without an Expiration after it (line 29)',
    'failed poll without a timestamp (line 10)',
  ];

  test('bad lines are counted by reason with their first line, skipped and never quoted', async () => {
    const db = newDatabase();
    const run = await importText(db, broken.join('\n'), '--host', 'linux', '--timezone', 'UTC');
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(lines(run.stdout).slice(-2)).toEqual([
      `  skipped  4 lines: ${reasons.join('; ')}`,
      '12 records in 1 file: 12 added, 0 already stored, 3 bad lines skipped',
    ]);
    expect(lines(await runExport(db))).toHaveLength(12);
    expect(run.stdout + run.stderr).not.toMatch(/hidden.value/);
  });

  test('bad lines are fatal with --strict, and nothing is written', async () => {
    const db = newDatabase();
    await importText(db, invoke, '--host', 'windows');
    const before = await runExport(db);
    const run = await importText(db, broken.join('\n'), '--host', 'linux', '--strict');
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(lines(run.stderr)).toEqual([
      'error: standard input:4: LastUpdated is not a time',
      'error: standard input:11: text that is neither a timestamp nor a document',
      'error: standard input:29: LastUpdated without an Expiration after it',
      'error: 3 bad lines in standard input; nothing was written',
      'hint: fix the lines, or remove --strict to skip them',
    ]);
    expect(await runExport(db)).toBe(before);
  });

  test('bad lines with --strict create no database', async () => {
    const own = newFolder();
    await importText(join(own, 'samples.db'), broken.join('\n'), '--host', 'linux', '--strict');
    expect(readFolder(own)).toEqual({});
  });

  test('bad lines are reported for at most five reasons', async () => {
    const noise = ['# x', '> x', '<p>', 'curl: (7) x', '+ x', 'To: x', 'x', '{}'].join('\n').repeat(2);
    const run = await importText(newDatabase(), `${curl}${noise}`, '--host', 'linux');
    const [skipped = ''] = lines(run.stdout).slice(-2);
    expect(skipped.split('; ')).toHaveLength(6);
    expect(skipped).toMatch(/; and \d other reasons$/);
  });

  test('bad lines of an export are reported by field', async () => {
    const [good = '', next = ''] = lines(reference.curl);
    const bad = [
      ...['{"schema_version":2,"record":"sample"}', 'not JSON', good.replace('"imds"', '"nowhere"')],
      good.replace('2015-11-18T00:00:01Z', 'noon'),
      good.replace('"host":"linux"', '"host":""'),
    ];
    const run = await importText(newDatabase(), [next, ...bad].join('\n'));
    expect(lines(run.stdout).slice(-2)).toEqual([
      `  skipped  5 lines: ${[
        'schema_version 2 is not 1 (line 2)',
        'text that is neither a timestamp nor a document (line 3)',
        'source has an unknown value (line 4)',
        'observed_at is not a time like 2026-01-31T12:00:00Z (line 5)',
        'host is empty (line 6)',
      ].join('; ')}`,
      '1 record in 1 file: 1 added, 0 already stored, 5 bad lines skipped',
    ]);
    expect(run).toMatchObject({ code: 0, stderr: '' });
  });
});

describe.concurrent('timestamps in another zone', () => {
  /** A log written in another zone: only the timestamps are moved, not the documents. */
  const shifted = (hours: number) =>
    curl.replace(/^\[(\d+)\/(\d+)\/(\d+) ([\d:]+)\]/gm, (_, year, month, day, time) => {
      const wall = new Date(Date.parse(`${year}-${month}-${day}T${time}Z`) + hours * 3_600_000);
      return `[${wall.toISOString().slice(0, 19).replaceAll('-', '/').replace('T', ' ')}]`;
    });

  test.for(
    sampleCases(
      [
        [-5, '-05:00'],
        [-5, 'America/New_York'],
        [1, '+01:00'],
        [1, 'Europe/Berlin'],
        [5.5, 'Asia/Kolkata'],
        [0, 'UTC'],
      ] as const,
      3,
    ),
  )('timestamps moved by %d hours are corrected by --timezone %s', async ([hours, zone]) => {
    const db = newDatabase();
    const run = await importText(db, shifted(hours), '--host', 'linux', '--timezone', zone);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(await runExport(db)).toBe(reference.curl);
  });

  test.for([
    [
      -8,
      '-08:00',
      /: credentials were logged up to 7h \d\dm(?: \d\ds)? before they were issued, which is impossible; /,
    ],
    [
      -1,
      '-01:00',
      /: credentials were logged up to \d\dm(?: \d\ds)? before they were issued, which is impossible; /,
    ],
    [2, '+02:00', /: every rotation was logged at least \d+h \d\dm(?: \d\ds)? late, which is unlikely; /],
    [9, '+09:00', /: every rotation was logged at least \d+h \d\dm(?: \d\ds)? late, which is unlikely; /],
  ] as const)(
    'timestamps moved by %d hours are rejected, and the hint suggests %s',
    async ([hours, zone, why]) => {
      const own = newFolder();
      const run = await importText(join(own, 'samples.db'), shifted(hours), '--host', 'linux');
      expect(run).toMatchObject({ code: 2, stdout: '' });
      const [error, hint] = lines(run.stderr);
      expect(error).toMatch(
        /^error: the timestamps of standard input, read as UTC, contradict its documents: /,
      );
      expect(error).toMatch(why);
      expect(hint).toMatch(
        /^hint: (?:--timezone \S+ resolves the contradiction|these zones fit: .*); use the zone /,
      );
      expect(hint).toContain(` ${zone}`);
      expect(readFolder(own)).toEqual({});
    },
  );

  test.for(['UTC', 'Asia/Tokyo'])(
    'timestamps are rejected in the wrong zone %s even if it is given',
    async (zone) => {
      const own = newFolder();
      const db = join(own, 'samples.db');
      const run = await importText(db, shifted(-8), '--host', 'linux', '--timezone', zone);
      expect(run).toMatchObject({ code: 2, stdout: '' });
      expect(run.stderr).toContain(`read as ${zone}, contradict its documents`);
      expect(readFolder(own)).toEqual({});
    },
  );
});

describe.concurrent('an export', () => {
  test.for(sampleCases(['ndjson', 'csv'], 2))(
    'an export as %s gives the same reports in another database',
    async (format) => {
      const db = newDatabase();
      const archive = await runExport(reference.db, '-f', format);
      const run = await importText(db, archive);
      expect(run).toMatchObject({ code: 0, stderr: '' });
      expect(getTotal(run.stdout)).toBe('26 records in 1 file: 26 added, 0 already stored');
      expect(await readReport(db)).toEqual(await readReport(reference.db));
      expect(await runExport(db, '-f', format)).toBe(archive);
    },
  );

  test('an export imported into its own database changes nothing', async () => {
    const db = newDatabase();
    await importText(db, curl, '--host', 'linux');
    const before = await runExport(db);
    const run = await importText(db, before);
    expect(getTotal(run.stdout)).toBe('13 records in 1 file: 0 added, 13 already stored');
    expect(await runExport(db)).toBe(before);
  });

  test('an export states its hosts, so --host is ignored with a note', async () => {
    const db = newDatabase();
    const run = await importText(db, reference.curl, '--host', 'another');
    expect(run.stderr).toBe(
      'note: standard input is an export, which states hosts, roles, sources and times: --host, --role, --source and --timezone were ignored\n',
    );
    expect(await runExport(db)).toBe(reference.curl);
  });

  test('an export in CSV has a header even without records', async () => {
    const csv = await runExport(reference.db, '-f', 'csv', '--host', 'unknown');
    expect(lines(csv)).toEqual([expect.stringMatching(/^schema_version,record,host,source,/)]);
    expect(await runExport(reference.db, '--host', 'unknown')).toBe('');
  });

  ciTest('an export can be limited by host and time', async () => {
    const some = lines(await runExport(reference.db, '--host', 'linux', '--since', '2015-11-18T11:30:00Z'));
    expect(some.map((line) => JSON.parse(line).observed_at)).toEqual(['2015-11-18T12:00:01Z']);
  });

  ciTest('an export to a file replaces the file in one step', async () => {
    const own = newFolder();
    const file = join(own, 'samples.ndjson');
    expect(await succeed(['export', '--db', reference.db, '-o', file], {}, runProgram)).toBe('');
    expect(readFileSync(file, 'utf8')).toBe(reference.curl + reference.invoke);
    expect(Object.keys(readFolder(own))).toEqual(['samples.ndjson']);
  });

  test('an export ends without an error when the reader closes the pipe', async () => {
    const db = newDatabase();
    const [first = ''] = lines(reference.curl);
    const many = Array.from({ length: 5000 }, (_, index) => {
      const at = new Date(Date.parse('2015-11-18T00:00:01Z') + index * 60).toISOString();
      return first.replace('2015-11-18T00:00:01Z', at);
    });
    await importText(db, many.join('\n'));
    const script = '{ "$NODE" "$PROGRAM" export --db "$DB"; echo "code $?" >&2; } | head -n 1 > /dev/null';
    expect(await runShell(script, { env: { DB: db } })).toMatchObject({ code: 0, stderr: 'code 0\n' });
  });

  test.for(sampleCases(['ndjson', 'csv'], 2))(
    'an export as %s keeps hostile names unchanged',
    async (format) => {
      const names = [
        ...[
          'a,b',
          'a "quoted" name',
          "=cmd|' /C calc'!A0",
          'two\nlines',
          'two\r\nlines',
          '\u001b[31mred',
          ' blank ',
        ],
        ...['"', ',', '\u202eevil', 'ünïcödé 🦀', '__proto__', "'; DROP TABLE samples; --", '<script>'],
      ];
      const records = names.map((name) => ({
        ...JSON.parse(lines(reference.curl)[0] ?? ''),
        host: name,
        role: name,
      }));
      const [one, other] = [newDatabase(), newDatabase()];
      await importText(one, records.map((record) => JSON.stringify(record)).join('\n'));
      const archive = await runExport(one, '-f', format);
      expect(await importText(other, archive)).toMatchObject({ code: 0, stderr: '' });
      const stored = lines(await runExport(other)).map((line) => JSON.parse(line));
      expect(stored.map(({ host, role }) => [host, role]).sort()).toEqual(
        names.map((name) => [name, name]).sort(),
      );
      expect(await runExport(other, '-f', format)).toBe(archive);
    },
  );
});

describe.concurrent('prune', () => {
  const prune = (db: string, ...args: string[]) => succeed(['prune', '--db', db, ...args]);

  async function importBothLogs(): Promise<string> {
    const db = newDatabase();
    const files = [curl, invoke];
    for (const [index, text] of files.entries()) {
      await succeed(['import', '-', '--host', `h${index}`, '--db', db], { stdin: text });
    }
    return db;
  }

  test('prune deletes samples and changes no report', async () => {
    const db = await importBothLogs();
    const before = await readReport(db);
    const deleted = await succeed(['prune', '--db', db, '--older-than', '1d'], {}, runProgram);
    expect(deleted).toBe('26 samples deleted\n');
    expect(await readReport(db)).toEqual(before);
    expect(await prune(db, '--older-than', '1d')).toBe('0 samples deleted\n');
  });

  ciTest('prune keeps younger samples', async () => {
    const db = await importBothLogs();
    const before = await runExport(db);
    expect(await prune(db, '--older-than', '36525d')).toBe('0 samples deleted\n');
    expect(await runExport(db)).toBe(before);
  });

  test('prune with --dry-run deletes nothing', async () => {
    const db = await importBothLogs();
    const before = await runExport(db);
    expect(await prune(db, '--older-than', '1d', '--dry-run')).toBe('26 samples would be deleted\n');
    expect(await runExport(db)).toBe(before);
  });

  ciTest('prune is not undone by importing the old samples again', async () => {
    const db = await importBothLogs();
    await prune(db, '--older-than', '1d');
    const before = [await runExport(db), await readReport(db)];
    const run = await importText(db, curl, '--host', 'h0');
    expect(getTotal(run.stdout)).toBe('13 records in 1 file: 0 added, 13 already stored');
    expect([await runExport(db), await readReport(db)]).toEqual(before);
  });

  test.for(sampleCases(['ndjson', 'csv'], 2))(
    'prune leaves an export as %s that builds the same reports elsewhere',
    async (format) => {
      const [db, other] = [await importBothLogs(), newDatabase()];
      await prune(db, '--older-than', '1d');
      const archive = await runExport(db, '-f', format);
      await importText(other, archive);
      expect(await readReport(other)).toEqual(await readReport(db));
      expect(await runExport(other, '-f', format)).toBe(archive);
      await importText(other, archive);
      expect(await runExport(other, '-f', format)).toBe(archive);
    },
  );
});

test.each([
  [
    'an export of another schema',
    '{"schema_version":2,"record":"sample"}\n',
    'has no readable sample: schema_version 2 is not 1 in line 1',
  ],
  [
    'timestamps alone',
    '[2015/11/18 00:00:01] nothing of ours\n',
    'has 1 timestamp but no credentials document',
  ],
  [
    'JSON of another kind',
    '{"a":1}\n{"b":2}\n',
    'has no readable sample: JSON that is not a credentials document in line 1 and in 1 more line',
  ],
  [
    'a key id alone',
    '2026-11-20T00:00:01Z {"AccessKeyId":"ASIAEXAMPLEA1"}\n',
    'has no readable sample: document without Expiration in line 1',
  ],
])('an import without readable lines fails: %s', async (_, text, problem) => {
  const db = newDatabase();
  const run = await importText(db, text, '--host', 'linux');
  expect(run.code).toBe(2);
  expect(run.stderr).toMatch(/^error: .*; nothing was written\nhint: .*\n$/);
  expect(run.stderr).toContain(`standard input ${problem};`);
  expect(existsSync(db)).toBe(false);
});

test('a log on a single line without separators is read completely', async () => {
  const [whole, joined] = [newDatabase(), newDatabase()];
  const text = readFileSync(fixturePath('curl.log'), 'utf8');
  await importText(whole, text, '--host', 'linux');
  await importText(joined, text.replaceAll(/[\r\n]/g, ''), '--host', 'linux');
  expect(await succeed(['export', '--db', joined])).toBe(await succeed(['export', '--db', whole]));
});
