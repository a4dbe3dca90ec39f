import { mkdirSync, readFileSync, rmdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fixturePath } from '../../support/cli/program-run.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { sampleCases } from '../../support/thorough.ts';

const HISTORY = fixturePath('histories/safe-to-the-second/observations.ndjson');

const folder = temporaryFolder(afterAll);
const document = join(folder, 'credentials.json');
writeFileSync(
  document,
  JSON.stringify({
    Version: 1,
    AccessKeyId: 'ASIAEXAMPLE00000NEW',
    SecretAccessKey: 'secret',
    SessionToken: 'token',
    Expiration: new Date(Date.now() + 12 * 3_600_000).toISOString(),
  }),
);
const HOST = ['--host', 'web-1'];
/** `check`, `exec` and `env` record no samples of variables. */
const SOURCE = ['--process', `cat ${document}`, ...HOST];

let database = Buffer.alloc(0);
/** A sample can be recorded, but the history of its series cannot be read. */
let withDamagedRow = Buffer.alloc(0);

beforeAll(async () => {
  const db = join(folder, 'samples.db');
  const { code } = await runCommand(['import', HISTORY, '--db', db]);
  expect(code).toBe(0);
  database = readFileSync(db);
  const poll = await runCommand(['poll', ...SOURCE, '--db', db]);
  expect(poll.code).toBe(0);
  const sqlite = new Database(db);
  sqlite.pragma('foreign_keys = OFF');
  sqlite.exec(`UPDATE generations SET id = id + 1000, key = 'other', first_seen = x'00', raw_ahead = 'text'
               WHERE series_id = (SELECT id FROM series WHERE source = 'process')`);
  sqlite.pragma('wal_checkpoint(TRUNCATE)');
  sqlite.close();
  withDamagedRow = readFileSync(db);
});

/** Replaces the root page of a table or an index by an empty page of the same kind. */
function emptyPage(file: string, name: string): void {
  writeFileSync(file, database);
  const sqlite = new Database(file);
  const root = sqlite.prepare<[string], number>('SELECT rootpage FROM sqlite_schema WHERE name = ?');
  const start = (Number(root.pluck().get(name)) - 1) * 4096;
  sqlite.close();
  const bytes = readFileSync(file);
  const kind = bytes[start] ?? 0;
  bytes.fill(0, start, start + 4096).set([kind, 0, 0, 0, 0, 16, 0, 0], start);
  writeFileSync(file, bytes);
}

const DAMAGED: [string, (file: string) => void][] = [
  ['without generations', (file) => emptyPage(file, 'generations')],
  ['without series', (file) => emptyPage(file, 'series')],
  ['with an empty index', (file) => emptyPage(file, 'sqlite_autoindex_generations_1')],
  ['with an overwritten end', (file) => writeFileSync(file, Buffer.from(database).fill(0xa5, 8192))],
];

const UNUSABLE: [string, (file: string) => void][] = [
  ...DAMAGED,
  ['with a damaged row', (file) => writeFileSync(file, withDamagedRow)],
  ['that is a text file', (file) => writeFileSync(file, 'my notes '.repeat(1000))],
  ['that is a folder', (file) => mkdirSync(file)],
  [
    'in a path that is a file',
    (file) => {
      rmdirSync(dirname(file));
      writeFileSync(dirname(file), '');
    },
  ],
  ['that links to itself', (file) => symlinkSync(file, file)],
  [
    'of a newer version',
    (file) => {
      writeFileSync(file, database);
      const sqlite = new Database(file);
      sqlite.pragma('user_version = 99');
      sqlite.close();
    },
  ],
];

function makeDatabase(make: (file: string) => void): string {
  const file = join(temporaryFolder(), 'samples.db');
  make(file);
  return file;
}

const NOTE = /^note: continuing without the database: [^\n]+\n$/;

describe('commands that start a job continue without the database', () => {
  test.for(sampleCases(UNUSABLE, 3))('check judges with a note beside a database %s', async ([, make]) => {
    const run = await runCommand(['check', '-j', '1h', ...SOURCE, '--db', makeDatabase(make)]);
    expect([run.code, run.stdout.slice(0, 6)]).toEqual([0, 'safe: ']);
    expect(run.stderr).toMatch(NOTE);
  });

  test.for(sampleCases(UNUSABLE, 3))(
    'env prints credentials with a note beside a database %s',
    async ([, make]) => {
      const args = ['env', '-j', '1h', '-f', 'env', ...SOURCE, '--db', makeDatabase(make)];
      const run = await runCommand(args);
      expect([run.code, run.stdout.includes('ASIAEXAMPLE00000NEW')]).toEqual([0, true]);
      expect(run.stderr).toMatch(NOTE);
    },
  );

  test.for(sampleCases(UNUSABLE, 3))(
    'exec returns the exit code of its command beside a database %s',
    async ([, make]) => {
      const db = makeDatabase(make);
      const job = ['-j', '1h', '--job', 'nightly'];
      const args = ['exec', ...job, ...SOURCE, '--db', db, '--', 'sh', '-c', 'exit 9'];
      const run = await runCommand(args);
      expect(run).toMatchObject({ code: 9, stdout: '' });
      expect(run.stderr).toMatch(NOTE);
    },
  );
});

describe('a damaged database is an error', () => {
  const COMMANDS: string[][] = [
    ['report'],
    ['report', '-j', '4h', '-f', 'json'],
    ['report', '--host', 'web-1'],
    ['export'],
    ['prune', '--older-than', '1d'],
    ['poll', ...SOURCE],
    ['check', '-j', '1h', '--offline', '--source', 'environment', ...HOST],
  ];
  for (const [name, make] of DAMAGED) {
    test.for(
      sampleCases(
        COMMANDS.map((args) => [args.join(' '), args] as const),
        4,
      ),
    )(`cred-watch %s reports a database ${name} as damaged`, async ([, args]) => {
      const file = makeDatabase(make);
      const run = await runCommand([...args, '--db', file]);
      expect(run.code).toBe(2);
      expect(run.stderr).toContain(`the database ${file} is damaged\nhint: `);
      if (args[0] === 'poll') expect(run.stderr).toMatch(/^error: (the|no) sample was (not )?recorded: /);
    });
  }
});

test('poll and report print a note with the fix if other users can read the database', async () => {
  const file = makeDatabase((path) => writeFileSync(path, database, { mode: 0o644 }));
  for (const args of [['poll', ...SOURCE], ['report']]) {
    const { code, stderr } = await runCommand([...args, '--db', file]);
    const [note, hint, ...rest] = stderr.split('\n');
    expect([code, rest]).toEqual([0, ['']]);
    expect(note).toBe(`note: other users can read ${file}, ${file}-wal, ${file}-shm`);
    expect(hint).toBe(`hint: run \`chmod 600 ${file} ${file}-wal ${file}-shm\``);
  }
});
