import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KeyUse } from '../../src/domain/keys/key-use.ts';
import type { FailedPoll, Sample, SourceName } from '../../src/domain/model.ts';
import { CredWatchError } from '../../src/errors.ts';
import { SampleStore } from '../../src/store/sample-store.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import { between, seededRandom } from '../support/random.ts';
import { SEED } from '../support/seed.ts';
import { LAST_VERSION_WITH_PLAIN_SAMPLES, writeAsOldVersion } from '../support/store/old-database.ts';
import { DAMAGES, type Damage, PAGE_SIZE } from '../support/store/page-damage.ts';
import { isThorough, sampleCases } from '../support/thorough.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 0, 1);
/** Damaged databases per kind of damage. `npm run faults` tests all pairs of pages. */
const DAMAGES_PER_KIND = process.env.DAMAGES ?? (isThorough ? '100' : '3');
/** Each read migrates a copy, so all pairs would take an hour. */
const MIGRATIONS_PER_KIND = DAMAGES_PER_KIND === 'all' ? '400' : DAMAGES_PER_KIND;

const HOSTS: [string, SourceName][] = [
  ['web-1', 'imds'],
  ['web-2', 'imds'],
  ['web-2', 'container'],
];
const toIdentity = ([host, source]: [string, SourceName]) => ({ host, source, apiVersion: '2', role: 'app' });

const sampleAt = (index: number): Sample => {
  const issuedAt = START + Math.floor(index / 6) * HOUR;
  return {
    accessKeyId: `ASIAEXAMPLE${issuedAt}`,
    lastUpdated: issuedAt,
    expiration: issuedAt + 6 * HOUR,
    zoneless: false,
    observedAt: START + index * 600_000,
    clockOffset: 0,
  };
};

const failedPoll = (observedAt: number): FailedPoll => ({
  observedAt,
  reason: 'timeout',
  detail: '',
  accessKeyId: null,
  expiration: null,
  clockOffset: null,
});

const keyUse = (role: string, index: number): KeyUse => ({
  role,
  accessKeyId: `ASIAEXAMPLE${index % 7}`,
  client: `Boto3/1.${index}`,
  address: '127.0.0.1',
  process: { pid: index, program: '/usr/bin/python3.11', user: 'loader' },
  expiration: START + HOUR,
  firstAt: START,
  lastAt: START + index,
  count: index,
  isOthers: false,
});

/** Several pages of each table and of each index. */
function fillDatabase(file: string): void {
  using store = SampleStore.open(file);
  const samples = Array.from({ length: 700 }, (_, index) => sampleAt(index));
  for (const identity of HOSTS.map(toIdentity)) {
    store.writeRecords(samples.map((sample) => ({ record: 'sample', identity, sample, ordinal: 0 })));
    store.recordStarting(identity.host, identity.source, START);
    for (let index = 0; index < 60; index += 1)
      store.recordFailedPoll(identity.host, identity.source, failedPoll(START + index * HOUR));
    for (let index = 0; index < 60; index += 1) {
      const run = { job: 'nightly', identity, startedAt: START + index * HOUR, remainingAtStart: 7200 };
      const id = store.startJobRun({ ...run, end: null });
      store.endJobRun(id, { duration: 60, exitCode: 0, remainingAtEnd: 7140 });
    }
    const uses = Array.from({ length: 60 }, (_, index) => keyUse(identity.role, index));
    store.keyUses.record(identity.host, uses, 0);
    store.judgedJobs?.record({ process: '1', arguments: '-j 4h', identity }, START, START + HOUR);
  }
}

const folder = temporaryFolder(afterAll);
const file = join(folder, 'samples.db');
let undamaged = Buffer.alloc(0);
/** The same content in a file of the last version before samples had groups. */
let undamagedOld = Buffer.alloc(0);
/** A page that may be empty: databases of older versions do not count their clock offsets. */
let uncountedPage = 0;

function findHostClocksPage(path: string): number {
  const database = new Database(path);
  const find = database.prepare<[], number>("SELECT rootpage FROM sqlite_schema WHERE name = 'host_clocks'");
  const page = find.pluck().get() ?? 0;
  database.close();
  return page;
}

beforeAll(() => {
  fillDatabase(file);
  undamaged = readFileSync(file);
  const old = join(folder, 'old.db');
  writeAsOldVersion(file, old, LAST_VERSION_WITH_PLAIN_SAMPLES);
  undamagedOld = readFileSync(old);
  uncountedPage = findHostClocksPage(old);
});

const readAll = {
  histories: (store: SampleStore | null) => store?.histories(),
  'histories of one host': (store: SampleStore | null) => store?.histories({ host: 'web-2' }),
  records: (store: SampleStore | null) => [...(store?.records() ?? [])],
  'key uses': (store: SampleStore | null) => store?.keyUses.list(),
  'key uses of one host': (store: SampleStore | null) => store?.keyUses.list({ host: 'web-2' }),
  'job runs': (store: SampleStore | null) => store?.jobRuns({ job: 'nightly' }),
};

type Run = (method: (store: SampleStore | null) => unknown) => unknown;

/** Returns the result of each method, or its error. */
const runEach = (run: Run): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(readAll).map(([name, method]) => {
      try {
        return [name, JSON.stringify(run(method))];
      } catch (error) {
        return [name, error];
      }
    }),
  );

const read = () =>
  runEach((method) => {
    using store = SampleStore.openReadOnly(file);
    return method(store);
  });

/** As {@link read}, with one connection, because each connection migrates a copy of the file. */
function readMigrated(): Record<string, unknown> {
  try {
    using store = SampleStore.openReadOnly(file);
    return runEach((method) => method(store));
  } catch (error) {
    return runEach(() => {
      throw error;
    });
  }
}

/** Pairs of different pages without page 1, which has the header, and without the page of uncounted rows. */
function choosePages(bytes: Buffer, count = DAMAGES_PER_KIND): [number, number][] {
  const pageCount = bytes.length / PAGE_SIZE;
  const pages = Array.from({ length: pageCount - 1 }, (_, index) => index + 2).filter(
    (page) => bytes !== undamagedOld || page !== uncountedPage,
  );
  const pairs = pages.flatMap((page) =>
    pages.filter((other) => other !== page).map((other): [number, number] => [page, other]),
  );
  if (count === 'all') return pairs;
  const random = seededRandom(SEED);
  return Array.from({ length: Number(count) }, () => pairs[between(0, pairs.length - 1, random)]).filter(
    (pair) => pair !== undefined,
  );
}

/** Reads databases with damaged pages, and returns what is neither the right result nor an error. */
function findWrongResults(content: Buffer, damage: Damage, readFile = read, count?: string): string[] {
  writeFileSync(file, content);
  const expected = readFile();
  for (const result of Object.values(expected)) expect(typeof result).toBe('string');
  const wrong: string[] = [];
  for (const [page, other] of choosePages(content, count)) {
    const bytes = Buffer.from(content);
    damage(bytes, page, other);
    writeFileSync(file, bytes);
    for (const [name, result] of Object.entries(readFile())) {
      const isDamage = result instanceof CredWatchError && result.code === 'DATABASE_DAMAGED';
      if (!isDamage && result !== expected[name])
        wrong.push(`${name}: pages ${page}, ${other}: ${result instanceof Error ? result.stack : 'wrong'}`);
    }
  }
  return wrong;
}

describe('a damaged database gives the right result or an error', { timeout: 600_000 }, () => {
  test.for(sampleCases(DAMAGES, 4))(`the result is right or an error if %s (seed ${SEED})`, ([, damage]) => {
    expect(findWrongResults(undamaged, damage)).toEqual([]);
  });

  test.for(sampleCases(DAMAGES, 4))(
    `the result of a migration is right or an error if %s (seed ${SEED})`,
    ([, damage]) => {
      expect(findWrongResults(undamagedOld, damage, readMigrated, MIGRATIONS_PER_KIND)).toEqual([]);
    },
  );

  test.for(DAMAGES)(`a poll records a sample or reports an error if %s (seed ${SEED})`, ([, damage]) => {
    for (const [page, other] of choosePages(undamaged)) {
      const bytes = Buffer.from(undamaged);
      damage(bytes, page, other);
      writeFileSync(file, bytes);
      const record = () => {
        using store = SampleStore.open(file);
        store.recordSample(toIdentity(['web-1', 'imds']), sampleAt(705), 'machine');
      };
      const error = catchErrorOrNull(record);
      expect(error === null || error instanceof CredWatchError, String(error)).toBe(true);
    }
  });
});

test('a file with a damaged schema is closed, so that a restored file is opened', () => {
  const bytes = Buffer.from(undamagedOld);
  // The kind of the page after the header of the file.
  bytes[100] = 0;
  writeFileSync(file, bytes);
  expect(catchErrorOrNull(() => SampleStore.openReadOnly(file))).toMatchObject({ code: 'DATABASE_DAMAGED' });
  writeFileSync(file, undamagedOld);
  using store = SampleStore.openReadOnly(file);
  expect(store?.jobRuns({ job: 'nightly' }).length).toBe(180);
});

function catchErrorOrNull(action: () => void): unknown {
  try {
    action();
    return null;
  } catch (error) {
    return error;
  }
}
