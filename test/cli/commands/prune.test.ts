import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { succeed } from '../../support/cli/succeed.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';

const folder = temporaryFolder(afterAll);
const identity = { host: 'web-1', source: 'imds', apiVersion: '2', role: 'loader' } as const;

/** The ages of the samples in minutes. */
const AGES = [30, 50, 70, 110, 130, 500];

function createDatabase(name: string): string {
  const file = join(folder, name);
  using store = SampleStore.open(file);
  store.writeRecords(
    AGES.map((minutes) => ({
      record: 'sample',
      identity,
      ordinal: 0,
      sample: {
        accessKeyId: 'ASIA1',
        lastUpdated: null,
        expiration: Date.now() + 3_600_000,
        zoneless: false,
        observedAt: Date.now() - minutes * 60_000,
        clockOffset: null,
      },
    })),
  );
  return file;
}

describe('prune --older-than', () => {
  test.each([
    ['1h', '4 samples deleted\n'],
    ['2h', '2 samples deleted\n'],
    ['120m', '2 samples deleted\n'],
    ['1d', '0 samples deleted\n'],
    ['0', '6 samples deleted\n'],
  ])('prune --older-than %s deletes exactly the older samples', async (age, output) => {
    const db = createDatabase(`${age}.db`);
    expect(await succeed(['prune', '--db', db, '--older-than', age])).toBe(output);
  });
});
