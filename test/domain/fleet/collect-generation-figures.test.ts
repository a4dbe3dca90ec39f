import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  collectGenerationFigures,
  getGenerationFigures,
} from '../../../src/domain/fleet/collect-generation-figures.ts';
import type { GenerationFigures } from '../../../src/domain/fleet/generation-figures.ts';
import { toRecordedColumns } from '../../../src/domain/measurement/columns/generation-columns.ts';
import { groupGenerations } from '../../../src/domain/measurement/generations.ts';
import { measureColumns } from '../../../src/domain/measurement/measure.ts';
import type { Sample } from '../../../src/domain/model.ts';
import { PARQUET_COLUMNS } from '../../../src/report/parquet/parquet-columns.ts';
import { prepareSeries } from '../../../src/report/parquet/series-rows.ts';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { fixturePath } from '../../support/cli/program-run.ts';
import { succeed } from '../../support/cli/succeed.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';

const HISTORIES = fixturePath('histories');

/** The columns of the Parquet export with the same meaning. It has lead times of witnessed rotations only. */
const COLUMNS: Record<string, (figures: GenerationFigures) => unknown> = {
  validity_when_issued_seconds: ({ validityWhenIssued }) => validityWhenIssued,
  least_remaining_seconds: ({ remainingWhenServedLast }) => remainingWhenServedLast,
  witnessed: ({ isWitnessed }) => isWitnessed,
  lead_time_seconds: ({ leadTime, isWitnessed }) => (isWitnessed ? leadTime : null),
  rotation_dated: ({ isDated }) => isDated,
  rotated_at: ({ rotatedAt }) => rotatedAt,
  rotation_interval_seconds: ({ interval }) => interval,
};

function listFigures(...args: Parameters<typeof collectGenerationFigures>): GenerationFigures[] {
  const columns = collectGenerationFigures(...args);
  return Array.from({ length: args[1].count }, (_, index) => getGenerationFigures(columns, index));
}

test('the figures of each generation are those of the Parquet export, for all histories', async () => {
  const database = join(temporaryFolder(), 'samples.db');
  let generations = 0;
  const files = readdirSync(HISTORIES).map((name) => join(HISTORIES, name, 'observations.ndjson'));
  await succeed(['import', ...files, '--db', database]);
  using store = SampleStore.open(database);
  for (const read of store.historyReaders({})) {
    const { identity, generations: recorded, newestClockOffset } = read();
    if (recorded.count === 0) continue;
    const measurement = measureColumns(recorded, newestClockOffset, identity.source);
    const series = prepareSeries({
      ...{ identity, isPolled: true, isRetired: false, session: null, hostClockOffset: null },
      ...{ measurement, generations: recorded },
    });
    const figures = listFigures(measurement, recorded);
    expect(figures).toHaveLength(recorded.count);
    const byKey = new Map(figures.map((each, index) => [recorded.accessKeyIds.at(index), each]));
    for (const [index, keyId] of [...series.history.generations.accessKeyIds].entries()) {
      const found = keyId === '' ? undefined : byKey.get(keyId);
      if (found === undefined) continue;
      generations += 1;
      for (const [column, getFigure] of Object.entries(COLUMNS)) {
        const expected = PARQUET_COLUMNS.find(({ name }) => name === column)?.read(series, index);
        expect(getFigure(found), column).toEqual(expected);
      }
    }
  }
  expect(generations).toBeGreaterThan(100);
});

const sample = (hour: number, changes: Partial<Sample> = {}): Sample => ({
  accessKeyId: `ASIA${hour}`,
  lastUpdated: hour * 3_600_000,
  expiration: (hour + 6) * 3_600_000,
  zoneless: false,
  observedAt: hour * 3_600_000 + 60_000,
  clockOffset: 0,
  ...changes,
});

/** Two samples, at the beginning and at the end of the hour. */
const listSamples = (hour: number, changes: Partial<Sample> = {}): Sample[] =>
  [60_000, 3_540_000].map((after) => sample(hour, { observedAt: hour * 3_600_000 + after, ...changes }));

test('a generation without a key id has figures of its own', () => {
  const recorded = toRecordedColumns(
    groupGenerations([1, 2, 3].flatMap((hour) => listSamples(hour, { accessKeyId: '' }))),
  );
  const figures = listFigures(measureColumns(recorded, null, 'imds'), recorded);
  expect(figures.map(({ isWitnessed, leadTime }) => ({ isWitnessed, leadTime }))).toEqual([
    { isWitnessed: true, leadTime: 18_000 },
    { isWitnessed: true, leadTime: 18_000 },
    { isWitnessed: null, leadTime: null },
  ]);
});

test('a generation that is also known with a key id leaves the rotation to that one', () => {
  const samples = [
    ...listSamples(1),
    sample(1, { accessKeyId: '', observedAt: 3_900_000 }),
    ...listSamples(2),
  ];
  const recorded = toRecordedColumns(groupGenerations(samples));
  const figures = listFigures(measureColumns(recorded, null, 'imds'), recorded);
  const byKey = new Map(figures.map((each, index) => [recorded.accessKeyIds.at(index), each]));
  expect(byKey.get('ASIA1')).toMatchObject({ isWitnessed: true });
  expect(byKey.get('')).toMatchObject({ isWitnessed: null, remainingWhenServedLast: 21_300 });
});
