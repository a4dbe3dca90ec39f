import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Sample, SeriesIdentity } from '../../../src/domain/model.ts';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { APPLICATION_ID, MIGRATIONS } from '../../../src/store/sqlite/schema.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 0, 1);
const identity: SeriesIdentity = { host: 'db-loader', source: 'environment', apiVersion: '', role: '' };

/** Exit code of the command that `exec` runs. */
const COMMAND_CODE = 7;

export interface FaultScenario {
  name: string;
  /** Creates the database and other files. */
  prepare(folder: string): void;
  args(db: string): readonly string[];
  /** The documented exit code if the program needs the database and cannot use it. */
  failureCode: number;
  /** The exit code of a run without a fault. */
  successCode: number;
  /** The number of records that a successful run adds, or null if it deletes samples. */
  addedRecords: number | null;
  /** The next run, if a second run of the same command would be refused. */
  nextArgs?: (db: string) => readonly string[];
}

const SOURCE = ['--source', 'environment', '--host', 'db-loader'];
const poll = (db: string) => ['poll', ...SOURCE, '--db', db];

export const FAULT_SCENARIOS: readonly FaultScenario[] = [
  {
    name: 'poll into a new database',
    prepare: () => {},
    args: poll,
    failureCode: 2,
    successCode: 0,
    addedRecords: 1,
  },
  {
    name: 'poll',
    prepare: (folder) => fillDatabase(join(folder, 'samples.db')),
    args: poll,
    failureCode: 2,
    successCode: 0,
    addedRecords: 1,
  },
  {
    name: 'poll after a crash',
    prepare: createCrashedDatabase,
    args: poll,
    failureCode: 2,
    successCode: 0,
    addedRecords: 1,
  },
  {
    name: 'poll with a migration',
    prepare: createOldDatabase,
    args: poll,
    failureCode: 2,
    successCode: 0,
    addedRecords: 1,
  },
  {
    name: 'import',
    prepare(folder) {
      fillDatabase(join(folder, 'samples.db'));
      mkdirSync(join(folder, '..', 'logs'), { recursive: true });
      writeFileSync(join(folder, '..', 'logs', 'curl.log'), createLog(40));
    },
    args: (db) => [
      'import',
      join(db, '..', '..', 'logs', 'curl.log'),
      '--host',
      'db-loader',
      '--timezone',
      'UTC',
      '--db',
      db,
    ],
    failureCode: 2,
    successCode: 0,
    addedRecords: 40,
  },
  {
    name: 'prune',
    prepare: (folder) => fillDatabase(join(folder, 'samples.db')),
    args: (db) => ['prune', '--older-than', '1m', '--db', db],
    failureCode: 2,
    successCode: 0,
    addedRecords: null,
  },
  {
    name: 'prune --remove-series',
    prepare: (folder) => fillDatabase(join(folder, 'samples.db')),
    args: (db) => ['prune', '--remove-series', '--host', 'db-loader', '--yes', '--db', db],
    nextArgs: poll,
    failureCode: 2,
    successCode: 0,
    addedRecords: null,
  },
  {
    name: 'exec',
    prepare: (folder) => fillDatabase(join(folder, 'samples.db')),
    args: (db) => [
      'exec',
      '-j',
      '1h',
      '--job',
      'nightly',
      ...SOURCE,
      '--db',
      db,
      '--',
      'sh',
      '-c',
      `exit ${COMMAND_CODE}`,
    ],
    failureCode: COMMAND_CODE,
    successCode: COMMAND_CODE,
    // The run of the job. `exec` records no sample of keys in variables.
    addedRecords: 1,
  },
];

const sampleAt = (index: number): Sample => ({
  accessKeyId: `ASIAEXAMPLE${Math.floor(index / 12)}`,
  lastUpdated: START + Math.floor(index / 12) * HOUR,
  expiration: START + Math.floor(index / 12) * HOUR + 6 * HOUR,
  zoneless: false,
  observedAt: START + index * 300_000,
  clockOffset: 0,
});

/** Fills several pages of each table. */
function fillDatabase(file: string): void {
  using store = SampleStore.open(file);
  const samples = Array.from({ length: 400 }, (_, index) => sampleAt(index));
  store.writeRecords(samples.map((sample) => ({ record: 'sample', identity, sample, ordinal: 0 })));
  store.recordSample(identity, sampleAt(400), 'machine');
}

/** A process was killed: its last sample is only in the write-ahead log. */
function createCrashedDatabase(folder: string): void {
  const live = join(folder, '..', 'live.db');
  fillDatabase(live);
  const store = SampleStore.open(live);
  store.recordSample(identity, sampleAt(401), 'machine');
  for (const end of ['', '-wal', '-shm']) copyFileSync(`${live}${end}`, join(folder, `samples.db${end}`));
  store.close();
  rmSync(live);
}

function createOldDatabase(folder: string): void {
  const database = new Database(join(folder, 'samples.db'));
  database.exec(MIGRATIONS[0] ?? '');
  database.exec(`
    INSERT INTO series VALUES (1, 'db-loader', 'environment', '', '', 'machine', 1, ${START});
    INSERT INTO generations VALUES
      (1, 1, 'ASIA1', 'ASIA1', NULL, ${START + HOUR}, ${START + HOUR}, 0, ${START}, ${START}, 1, 0, 0, NULL);
    INSERT INTO samples VALUES (1, ${START}, 0, '', ${START + HOUR}, 0, 0);`);
  database.pragma(`application_id = ${APPLICATION_ID}`);
  database.pragma('user_version = 1');
  database.close();
  chmodSync(join(folder, 'samples.db'), 0o600);
}

function createLog(documents: number): string {
  const format = (time: number) => new Date(time).toISOString().slice(0, 19);
  return Array.from({ length: documents }, (_, index) => {
    const at = START + 1000 * HOUR + index * 300_000;
    const stamp = `[${format(at).replace('T', ' ').replaceAll('-', '/')}]`;
    return `${stamp} LastUpdated: ${format(at)}Z\n${stamp} Expiration: ${format(at + 6 * HOUR)}Z\n`;
  }).join('');
}
