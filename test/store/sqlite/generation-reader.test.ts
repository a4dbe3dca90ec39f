import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { listRecordedGenerations } from '../../../src/domain/measurement/columns/generation-columns.ts';
import type { RecordedGeneration } from '../../../src/domain/model.ts';
import { GenerationRows } from '../../../src/store/generation-rows.ts';
import { openForWriting } from '../../../src/store/sqlite/database.ts';
import { explainError } from '../../../src/store/sqlite/error-hints.ts';
import { prepareGenerationReader } from '../../../src/store/sqlite/generation-reader.ts';
import { catchError } from '../../support/catch-error.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { between, pick, seededRandom } from '../../support/random.ts';
import { ciTest, sampleCases } from '../../support/thorough.ts';

const START = Date.UTC(2026, 0, 1);

/** A generation as of a source and a host without faults. */
function createUsual(index: number): RecordedGeneration {
  const issued = START + index * 3_600_000;
  return {
    accessKeyId: `ASIA${index}`,
    lastUpdated: issued,
    expiration: issued + 21_600_000,
    latestExpiration: issued + 21_600_000,
    zoneless: false,
    firstSeen: issued + 1500,
    lastSeen: issued + 3_500_000,
    rawFirstSeen: issued + 1500,
    rawLastSeen: issued + 3_500_000,
    samples: 60,
    smallestClockOffset: -1,
    largestClockOffset: 0,
    correctedAheadMs: -1500,
    rawAheadMs: -1500,
    isLastUpdatedVarying: false,
    thirdLaterSample: { observedAt: issued + 3_700_000, clockOffset: 0 },
  };
}

/** Any other value of one field, or of two fields that depend on each other. */
const CHANGES: [Partial<RecordedGeneration>, ...Partial<RecordedGeneration>[]] = [
  { latestExpiration: START + 1e12 },
  { zoneless: true },
  { rawFirstSeen: START - 7 },
  { rawLastSeen: START + 1e12 },
  { correctedAheadMs: 12 },
  { rawAheadMs: 12 },
  { rawAheadMs: null, correctedAheadMs: null },
  { isLastUpdatedVarying: true },
  { lastUpdated: null },
  { lastUpdated: null, rawAheadMs: null, correctedAheadMs: null },
  { smallestClockOffset: null, largestClockOffset: null },
  { thirdLaterSample: null },
  { accessKeyId: '' },
];

function createDatabase(generations: readonly RecordedGeneration[]) {
  const connection = openForWriting(join(temporaryFolder(), 'samples.db'));
  onTestFinished(() => void connection.close());
  connection.exec(`INSERT INTO series (id, host, source, api_version, role) VALUES
    (1, 'web-1', 'imds', '2', 'app'), (2, 'web-2', 'imds', '2', 'app')`);
  const rows = new GenerationRows(connection);
  connection.transaction(() => {
    rows.add(2, 'ASIA-OTHER', createUsual(1));
    for (const each of generations) rows.add(1, each.accessKeyId || `${each.expiration}/`, each);
  })();
  return connection;
}

const read = (connection: ReturnType<typeof createDatabase>, count: number, since?: number) =>
  listRecordedGenerations(prepareGenerationReader(connection)(1, count, since));

describe('the reader of generations', () => {
  test.each(sampleCases([2048, 1, 2047, 2049, 4096], 5))(
    '%d usual generations are read in the order of their last samples',
    (count) => {
      const generations = Array.from({ length: count }, (_, index) => createUsual(index));
      const connection = createDatabase(generations.toReversed());
      expect(read(connection, count)).toEqual(generations);
    },
  );

  test.each(CHANGES)('a generation with %j is read as it is, also beside usual ones', (change) => {
    const generations = [createUsual(0), { ...createUsual(1), ...change }, createUsual(2)];
    expect(read(createDatabase(generations), 3)).toEqual(generations);
    expect(read(createDatabase(generations.slice(1, 2)), 1)).toEqual(generations.slice(1, 2));
  });

  ciTest('any mixture of generations is read as it is', () => {
    const random = seededRandom(5);
    const generations = Array.from({ length: 5000 }, (_, index) => {
      const change = index > 3000 && between(0, 2, random) === 0 ? pick(CHANGES, random) : {};
      return { ...createUsual(index), ...change };
    });
    expect(read(createDatabase(generations), 5000)).toEqual(generations);
  });

  test('more generations with the same last sample than are read at once are all read', () => {
    const { lastSeen } = createUsual(0);
    const generations = Array.from({ length: 3000 }, (_, index) => ({ ...createUsual(index), lastSeen }));
    const found = read(createDatabase(generations), 3000);
    expect(found.map(({ accessKeyId }) => accessKeyId)).toEqual(generations.map((each) => each.accessKeyId));
  });

  test('only the generations that were seen since an instant are read', () => {
    const generations = [0, 1, 2].map(createUsual);
    const connection = createDatabase(generations);
    const since = generations[1]!.lastSeen;
    expect(read(connection, 2, since)).toEqual(generations.slice(1));
    expect(read(connection, 1, since + 1)).toEqual(generations.slice(2));
  });

  test('readers of one connection are independent', () => {
    const generations = [0, 1, 2].map(createUsual);
    const connection = createDatabase(generations);
    const first = prepareGenerationReader(connection);
    expect(listRecordedGenerations(first(1, 3))).toEqual(generations);
    expect(listRecordedGenerations(prepareGenerationReader(connection)(2, 1))).toHaveLength(1);
    expect(listRecordedGenerations(first(1, 3))).toEqual(generations);
  });

  test.each([2, 4])('3 generations instead of %d are damage', (count) => {
    const connection = createDatabase([0, 1, 2].map(createUsual));
    expect(catchError(() => read(connection, count))).toMatchObject({ code: 'SQLITE_CORRUPT' });
  });

  test.each([
    ['expiration', "'x'"],
    ['expiration', "x'00'"],
    ['expiration', '1.5'],
    ['expiration', '1e300'],
    ['latest_expiration', "'x'"],
    ['latest_expiration', '1e300'],
    ['zoneless', "x'00'"],
    ['zoneless', "x'ff00'"],
    // SQLite writes this value as text that is no JSON.
    ['zoneless', "x'15a8'"],
    ['third_later_observed_at', '9007199254740993'],
    ['key', "x'00'"],
  ])('a value of another type is found: %s = %s', (name, value) => {
    const connection = createDatabase([0, 1, 2].map(createUsual));
    connection.exec(`UPDATE generations SET ${name} = ${value} WHERE rowid = 3`);
    expect(
      explainError(
        'samples.db',
        catchError(() => read(connection, 3)),
      ),
    ).toMatchObject({
      code: 'DATABASE_DAMAGED',
    });
  });
});
