import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JobRun, SeriesIdentity } from '../../../src/domain/model.ts';
import {
  ARCHIVE_FIELD_NAMES,
  type ArchiveRecord,
  parseArchiveRecord,
  toArchiveFields,
} from '../../../src/store/archive/record.ts';
import { ARCHIVE_FORMATS, writeArchive } from '../../../src/store/archive/writer.ts';
import { readRecords } from '../../../src/store/import/reader.ts';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { APPLICATION_ID, MIGRATIONS } from '../../../src/store/sqlite/schema.ts';
import { bundleProgram, PROGRAM_ENV } from '../../support/bundled-program.ts';
import { readFolder, temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { openReadOnly, temporaryStore } from '../../support/store/temporary-store.ts';

const START = Date.UTC(2026, 0, 1);
const identity: SeriesIdentity = { host: 'i-0abc', source: 'imds', apiVersion: '2', role: 'loader' };
const end = { duration: 3600, exitCode: 0, remainingAtEnd: 7200 };

const startedRun = (changes: Partial<JobRun> = {}): JobRun & { end: null } => ({
  job: 'nightly',
  identity,
  startedAt: START,
  remainingAtStart: 10_800,
  ...changes,
  end: null,
});

const asRecord = (run: JobRun, ordinal = 0): ArchiveRecord => ({ record: 'job_run', run, ordinal });

async function fromText(text: string): Promise<{ records: ArchiveRecord[]; problems: string[] }> {
  async function* chunks() {
    yield Buffer.from(text);
  }
  const records: ArchiveRecord[] = [];
  const options = {
    identity,
    convert: (time: number) => [time] as const,
    isZoneGiven: false,
    fileTime: null,
  };
  const { skipped } = await readRecords(chunks(), 'a file', options, (some) => records.push(...some));
  return { records, problems: skipped.map(({ reason }) => reason) };
}

describe('a job run', () => {
  test('a job run is recorded at its start and completed at its end', () => {
    const store = temporaryStore();
    const id = store.startJobRun(startedRun());
    expect(store.jobRuns({ job: 'nightly' })).toEqual([startedRun()]);
    store.endJobRun(id, end);
    expect(store.jobRuns({ job: 'nightly' })).toEqual([{ ...startedRun(), end }]);
  });

  test('a job run ends without ending other runs of the same millisecond', () => {
    const store = temporaryStore();
    store.startJobRun(startedRun());
    const second = store.startJobRun(startedRun());
    store.startJobRun(startedRun());
    store.endJobRun(second, end);
    expect([...store.records()]).toEqual([
      asRecord(startedRun(), 0),
      asRecord({ ...startedRun(), end }, 1),
      asRecord(startedRun(), 2),
    ]);
  });

  test('a job run is dropped only if it has not ended', () => {
    const store = temporaryStore();
    const first = store.startJobRun(startedRun());
    const second = store.startJobRun(startedRun());
    const third = store.startJobRun(startedRun());
    store.endJobRun(first, end);
    for (const id of [first, second, 99]) store.dropJobRun(id);
    store.endJobRun(third, end);
    expect(store.jobRuns({ job: 'nightly' })).toEqual([
      { ...startedRun(), end },
      { ...startedRun(), end },
    ]);
    // A further run of the same millisecond does not replace another one.
    store.startJobRun(startedRun());
    expect(store.jobRuns({ job: 'nightly' })).toHaveLength(3);
  });

  test('a job run without a recorded start cannot end', () => {
    const store = temporaryStore();
    expect(() => store.endJobRun(1, end)).toThrow(/samples\.db no longer has the start of this run/);
  });

  test('a job run is on disk as soon as startJobRun returns', async () => {
    const folder = temporaryFolder();
    const program = await bundleProgram('store/recorder.ts', folder);
    const file = join(folder, 'samples.db');
    const { signal, stderr } = spawnSync(process.execPath, [program, file, 'killed-run', '1'], {
      env: PROGRAM_ENV,
      encoding: 'utf8',
    });
    expect([signal, stderr]).toEqual(['SIGKILL', '']);
    const runs = openReadOnly(file).jobRuns({ job: 'nightly' });
    expect(runs).toMatchObject([{ identity: { host: 'i-1' }, end: null }]);
  });

  test('a job run is not deleted when samples are pruned', () => {
    const store = temporaryStore();
    store.endJobRun(store.startJobRun(startedRun()), end);
    store.prune(START + 365 * 86_400_000, { dryRun: false });
    expect(store.jobRuns({ job: 'nightly' })).toEqual([{ ...startedRun(), end }]);
  });

  test('a job run does not create a series', () => {
    const store = temporaryStore();
    store.startJobRun(startedRun());
    expect(store.histories()).toEqual([]);
    expect(store.findLastHost('', 'imds')).toBeNull();
  });
});

describe('job runs', () => {
  const other = { ...identity, host: 'i-0other', source: 'container', role: 'other' } as const;
  const RUNS = [
    startedRun({ startedAt: START + 2000, identity: other }),
    startedRun({ startedAt: START + 1000 }),
    startedRun({ startedAt: START + 3000 }),
    startedRun({ startedAt: START + 1500, job: 'weekly' }),
  ];
  const SELECTIONS: [object, number[]][] = [
    [{}, [1000, 2000, 3000]],
    [{ host: 'i-0other' }, [2000]],
    [{ source: 'imds' }, [1000, 3000]],
    [{ role: 'other' }, [2000]],
    [{ since: START + 2000 }, [2000, 3000]],
    [{ until: START + 2000 }, [1000, 2000]],
    [{ since: START + 1001, until: START + 2999 }, [2000]],
    [{ host: 'i-0abc', since: START + 2000 }, [3000]],
    [{ role: 'unknown-role' }, []],
  ];
  test.for(SELECTIONS)('job runs are selected by %j and ordered by start', ([filter, expected]) => {
    const store = temporaryStore();
    for (const run of RUNS) store.startJobRun(run);
    const found = store.jobRuns({ job: 'nightly', ...filter });
    expect(found.map(({ startedAt }) => startedAt - START)).toEqual(expected);
    // An export selects the same runs.
    const exported = [...store.records(filter)].flatMap((each) =>
      each.record === 'job_run' && each.run.job === 'nightly' ? [each.run] : [],
    );
    expect(exported).toEqual(found);
  });

  test('job runs are selected by job, and every job name is listed once', () => {
    const store = temporaryStore();
    expect(store.jobNames()).toEqual([]);
    for (const run of RUNS) store.startJobRun(run);
    expect(store.jobRuns({ job: 'weekly' })).toEqual([RUNS[3]]);
    expect(store.jobRuns({ job: 'night' })).toEqual([]);
    expect(store.jobNames()).toEqual(['nightly', 'weekly']);
  });
});

const anyRun: fc.Arbitrary<JobRun> = fc.record({
  job: fc.constantFrom('nightly', 'weekly'),
  identity: fc.constantFrom(identity, { ...identity, host: 'i-0other' }),
  startedAt: fc.integer({ min: 0, max: 2 }).map((millisecond) => START + millisecond),
  remainingAtStart: fc.constantFrom(0, 1),
  end: fc.option(
    fc.record({
      duration: fc.integer({ min: 0, max: 3 }),
      exitCode: fc.constantFrom(0, 1, 137),
      remainingAtEnd: fc.integer({ min: -2, max: 2 }),
    }),
  ),
});

describe('an import of job runs', () => {
  test('an import of its own job runs changes nothing', () => {
    const store = temporaryStore();
    store.endJobRun(store.startJobRun(startedRun()), end);
    store.endJobRun(store.startJobRun(startedRun()), end);
    store.startJobRun(startedRun());
    const before = [...store.records()];
    expect(store.writeRecords([...before, ...before])).toEqual({ added: 0, known: 6 });
    expect([...store.records()]).toEqual(before);
  });

  test('an import adds the end of an unfinished run and never removes an end', () => {
    const store = temporaryStore();
    store.startJobRun(startedRun());
    const finished = asRecord({ ...startedRun(), end });
    expect(store.writeRecords([finished])).toEqual({ added: 1, known: 0 });
    expect([...store.records()]).toEqual([finished]);
    expect(store.writeRecords([asRecord(startedRun())])).toEqual({ added: 0, known: 1 });
    expect([...store.records()]).toEqual([finished]);
  });

  test('an import keeps the longer of two runs with the same start', () => {
    const short = asRecord({ ...startedRun(), end: { ...end, duration: 1 } });
    const long = asRecord({ ...startedRun(), end: { ...end, duration: 2 } });
    for (const records of [
      [short, long],
      [long, short],
    ]) {
      const store = temporaryStore();
      store.writeRecords(records);
      expect([...store.records()]).toEqual([long]);
    }
  });

  test('imports of job runs give the same result in every order, even if they are repeated', () => {
    const record = fc.tuple(anyRun, fc.integer({ min: 0, max: 1 })).map(([run, at]) => asRecord(run, at));
    const lists = fc
      .array(record, { minLength: 1, maxLength: 12 })
      .chain((list) =>
        fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }), fc.nat(12)),
      );
    fc.assert(
      fc.property(lists, ([list, shuffled, cut]) => {
        const importAll = (records: ArchiveRecord[]) => {
          const store = SampleStore.openTemporary('/nonexistent/samples.db');
          store.writeRecords(records.slice(0, cut));
          store.writeRecords(records.slice(cut));
          const once = [...store.records()];
          expect(store.writeRecords(records)).toEqual({ added: 0, known: records.length });
          expect([...store.records()]).toEqual(once);
          store.close();
          return once;
        };
        const runs = importAll(list);
        expect(importAll(shuffled)).toEqual(runs);
        // An export creates the same runs in another database.
        const copy = SampleStore.openTemporary('/nonexistent/samples.db');
        copy.writeRecords(runs);
        expect([...copy.records()]).toEqual(runs);
        copy.close();
      }),
      { numRuns: process.env.CI ? 200 : 12 },
    );
  });

  test.for(ARCHIVE_FORMATS)('an import of an export as %s restores every job run', async (format) => {
    const runs = [
      startedRun(),
      { ...startedRun({ startedAt: START + 1 }), end: { duration: 0, exitCode: 0, remainingAtEnd: 0 } },
      { ...startedRun({ job: 'a, "b"\nc ' }), end: { duration: 9, exitCode: 255, remainingAtEnd: -9 } },
      startedRun({ identity: { host: 'h', source: 'process', apiVersion: '', role: '' } }),
    ];
    const records = runs.map((run, ordinal) => asRecord(run, ordinal));
    let text = '';
    for await (const piece of writeArchive(records, format)) text += piece;
    expect(await fromText(text)).toEqual({ records, problems: [] });
  });

  test('an import accepts a CSV export without the columns of job runs', async () => {
    const columns = ARCHIVE_FIELD_NAMES.slice(0, ARCHIVE_FIELD_NAMES.indexOf('job_name'));
    expect(columns.at(-1)).toBe('detail');
    const row =
      '1,sample,i-0abc,imds,2,loader,2026-01-01T00:00:00Z,0,ASIA1,,2026-01-01T06:00:00Z,false,0,,,,,,,,,,,,,,,,';
    const { records, problems } = await fromText(`${columns.join(',')}\n${row}\n`);
    expect(problems).toEqual([]);
    expect(records).toMatchObject([{ record: 'sample', identity, sample: { observedAt: START } }]);
  });

  const INVALID: [string, Record<string, unknown>][] = [
    ['job_name is empty', { job_name: '' }],
    ['job_name is empty', { job_name: undefined }],
    ['started_at is not a time like 2026-01-31T12:00:00Z', { started_at: 'noon' }],
    ['remaining_at_start_seconds is not a whole number', { remaining_at_start_seconds: null }],
    ['duration_seconds is negative', { duration_seconds: -1 }],
    ['exit_code is not a whole number', { exit_code: 'SIGKILL' }],
    ['duration_seconds, exit_code and remaining_at_end_seconds must be given together', { exit_code: null }],
    ['ordinal is negative', { ordinal: -1 }],
  ];
  test.for(INVALID)('an import reports that %s', ([problem, changes]) => {
    const fields = toArchiveFields(asRecord({ ...startedRun(), end }));
    expect(parseArchiveRecord(fields)).toEqual(asRecord({ ...startedRun(), end }));
    expect(() => parseArchiveRecord({ ...fields, ...changes })).toThrow(problem);
  });
});

describe('a database of schema version 1', () => {
  /** Creates a database of the first schema, with one sample. */
  function createOldDatabase(): string {
    const file = join(temporaryFolder(), 'samples.db');
    const database = new Database(file);
    database.exec(MIGRATIONS[0] ?? '');
    database.exec(`
      INSERT INTO series VALUES (1, 'i-0abc', 'imds', '2', 'loader', 'machine', 1, ${START});
      INSERT INTO generations VALUES
        (1, 1, 'ASIA1', 'ASIA1', NULL, ${START + 3_600_000}, ${START + 3_600_000}, 0, ${START}, ${START}, 1, 0, 0, NULL);
      INSERT INTO samples VALUES (1, ${START}, 0, '', ${START + 3_600_000}, 0, 0);`);
    database.pragma(`application_id = ${APPLICATION_ID}`);
    database.pragma('user_version = 1');
    database.close();
    return file;
  }

  test('a database of schema version 1 is read from a migrated copy and has no runs', () => {
    const file = createOldDatabase();
    const before = readFileSync(file);
    const store = openReadOnly(file);
    expect(store.histories()).toMatchObject([{ identity, isPolled: true, generations: [{ samples: 1 }] }]);
    expect([...store.records()]).toMatchObject([{ record: 'sample', identity }]);
    expect([store.jobNames(), store.jobRuns({ job: 'nightly' })]).toEqual([[], []]);
    store.close();
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  test('a database of schema version 1 is migrated when it is opened for writing', () => {
    const file = createOldDatabase();
    const store = SampleStore.open(file);
    store.endJobRun(store.startJobRun(startedRun()), end);
    expect([...store.records()]).toMatchObject([{ record: 'sample' }, { record: 'job_run', run: { end } }]);
    store.close();
    expect(openReadOnly(file).jobNames()).toEqual(['nightly']);
  });

  test('a database of schema version 1 is migrated in a temporary copy only', () => {
    const file = createOldDatabase();
    const before = readFolder(join(file, '..'));
    const store = SampleStore.openTemporary(file);
    store.endJobRun(store.startJobRun(startedRun()), end);
    expect([...store.records()]).toMatchObject([{ record: 'sample' }, { record: 'job_run', run: { end } }]);
    store.close();
    expect(readFolder(join(file, '..'))).toEqual(before);
  });
});
