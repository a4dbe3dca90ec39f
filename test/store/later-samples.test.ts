import { describe, expect, test } from 'vitest';
import type { Sample, SeriesIdentity } from '../../src/domain/model.ts';
import type { SampleStore } from '../../src/store/sample-store.ts';
import { temporaryStore } from '../support/store/temporary-store.ts';

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
const at = (minute: number) => START + minute * MINUTE;

const series = (role: string): SeriesIdentity => ({ host: 'web-1', source: 'imds', apiVersion: '2', role });

const sample = (key: string, minute: number, clockOffset: number | null = null): Sample => ({
  accessKeyId: `ASIA${key}`,
  lastUpdated: null,
  expiration: at(600),
  zoneless: false,
  observedAt: at(minute),
  clockOffset,
});

type Times = readonly [key: string, ...minutes: number[]];

const createSamples = (generations: readonly Times[]) =>
  generations.flatMap(([key, ...minutes]) => minutes.map((minute) => sample(key, minute)));

function importSamples(store: SampleStore, samples: readonly Sample[], role = 'app'): void {
  store.writeRecords(
    samples.map((each) => ({ record: 'sample', identity: series(role), sample: each, ordinal: 0 })),
  );
}

function poll(store: SampleStore, samples: readonly Sample[], role = 'app'): void {
  for (const each of samples) store.recordSample(series(role), each, 'machine');
}

/** The minute of the third later sample of each generation, by key. */
const findThirds = (store: SampleStore) =>
  Object.fromEntries(
    store
      .histories({ role: 'app' })
      .flatMap(({ generations }) => generations)
      .map(({ accessKeyId, thirdLaterSample }) => [
        accessKeyId.replace('ASIA', ''),
        thirdLaterSample && (thirdLaterSample.observedAt - START) / MINUTE,
      ])
      .sort(),
  );

/** Imports generations, deletes samples before a minute, and imports or polls others. */
function continueAfterPruning(
  before: readonly Times[],
  minute: number,
  later: readonly Times[],
  write: (store: SampleStore, samples: readonly Sample[]) => void = importSamples,
) {
  const store = temporaryStore();
  importSamples(store, createSamples(before));
  store.prune(at(minute), { dryRun: false });
  write(store, createSamples(later));
  return findThirds(store);
}

describe('the third later sample', () => {
  const ways = [
    ['polled', poll],
    ['imported', importSamples],
  ] as const;

  test.each(ways)('three later samples of %s generations are counted across generations', (_, write) => {
    const store = temporaryStore();
    write(
      store,
      createSamples([
        ['A', 0],
        ['B', 10, 20],
        ['C', 30],
        ['D', 40, 50, 60],
      ]),
    );
    expect(findThirds(store)).toEqual({ A: 30, B: 50, C: 60, D: null });
  });

  test.each(ways)(
    'a late sample that was %s moves the third later sample of earlier generations',
    (_, write) => {
      const store = temporaryStore();
      importSamples(
        store,
        createSamples([
          ['A', 0],
          ['B', 10],
          ['C', 20],
          ['D', 30],
          ['E', 40],
        ]),
      );
      expect(findThirds(store)).toEqual({ A: 30, B: 40, C: null, D: null, E: null });
      write(store, createSamples([['F', 15]]));
      expect(findThirds(store)).toEqual({ A: 20, B: 30, C: null, D: null, E: null, F: 40 });
      // The generation A was seen again, so other samples follow it.
      write(store, createSamples([['A', 25]]));
      expect(findThirds(store)).toEqual({ A: null, B: 25, C: 40, D: null, E: null, F: 30 });
    },
  );

  test.each(ways)('a sample at the time of the newest one that was %s is counted', (_, write) => {
    const store = temporaryStore();
    poll(
      store,
      createSamples([
        ['A', 0],
        ['B', 10],
        ['C', 20],
      ]),
    );
    write(store, createSamples([['D', 20]]));
    expect(findThirds(store)).toEqual({ A: 20, B: null, C: null, D: null });
    write(
      store,
      createSamples([
        ['E', 30],
        ['F', 30],
        ['G', 30],
      ]),
    );
    expect(findThirds(store)).toEqual({ A: 20, B: 30, C: 30, D: 30, E: null, F: null, G: null });
  });

  test.each(ways)('equal samples that were %s count once, and other series do not count', (_, write) => {
    const store = temporaryStore();
    write(
      store,
      createSamples([
        ['A', 0],
        ['B', 10],
      ]),
    );
    poll(store, createSamples([['B', 10]]));
    importSamples(store, createSamples([['X', 5, 15, 25]]), 'other');
    write(store, createSamples([['B', 20]]));
    expect(findThirds(store)).toEqual({ A: null, B: null });
    write(store, createSamples([['B', 30]]));
    expect(findThirds(store)).toEqual({ A: 30, B: null });
  });

  test('an import updates every generation from its first to its last sample', () => {
    const store = temporaryStore();
    const minutes = [0, 10, 20, 30, 40, 50, 60];
    importSamples(store, createSamples(minutes.map((minute) => [String(minute), minute])));
    importSamples(store, [sample('35', 35), sample('5', 5)]);
    expect(findThirds(store)).toEqual({
      0: 20,
      5: 30,
      10: 35,
      20: 40,
      30: 50,
      35: 60,
      40: null,
      50: null,
      60: null,
    });
  });

  test.each(ways)('samples that were %s are ordered by corrected times', (_, write) => {
    const store = temporaryStore();
    write(store, [sample('A', 0), sample('B', 10), sample('C', 20)]);
    // The host is an hour ahead, so the sample is from minute 15.
    write(store, [sample('D', 75, 3600)]);
    write(store, [sample('E', 30)]);
    const [a, ...others] = store.histories().flatMap(({ generations }) => generations);
    expect(a?.thirdLaterSample).toEqual({ observedAt: at(20), clockOffset: null });
    expect(others.map(({ thirdLaterSample }) => thirdLaterSample)).toContainEqual({
      observedAt: at(30),
      clockOffset: null,
    });
    write(store, [sample('F', 72, 3600)]);
    expect(store.histories()[0]?.generations[0]?.thirdLaterSample).toEqual({
      observedAt: at(75),
      clockOffset: 3600,
    });
  });
});

describe('the third later sample after pruning', () => {
  test('the first and the last sample of a pruned generation are counted', () => {
    const before: Times[] = [
      ['A', 0],
      ['B', 10, 15, 20],
    ];
    // The sample at minute 15 was known before it was pruned.
    expect(continueAfterPruning(before, 100, [['C', 30]])).toEqual({ A: 20, B: null, C: null });
    const two: Times[] = [
      ['A', 0],
      ['B', 10, 20],
    ];
    expect(continueAfterPruning(two, 100, [['C', 30]])).toEqual({ A: 30, B: null, C: null });
    expect(continueAfterPruning(two, 100, [['C', 30]], poll)).toEqual({ A: 30, B: null, C: null });
  });

  test('the only sample of a pruned generation is counted once', () => {
    const before: Times[] = [
      ['A', 0],
      ['B', 10],
      ['C', 20],
    ];
    expect(continueAfterPruning(before, 100, [['D', 30]])).toEqual({ A: 30, B: null, C: null, D: null });
    expect(continueAfterPruning(before, 100, [['D', 30]], poll)).toEqual({
      A: 30,
      B: null,
      C: null,
      D: null,
    });
  });

  test('a kept sample of a pruned generation is counted once', () => {
    const before: Times[] = [
      ['A', 0],
      ['B', 10, 20],
    ];
    for (const minute of [5, 15, 20])
      expect(continueAfterPruning(before, minute, [['C', 30]])).toEqual({ A: 30, B: null, C: null });
  });

  test('a generation that is not pruned has no samples at its edges other than its own', () => {
    const before: Times[] = [
      ['A', 0],
      ['B', 10],
      ['C', 40, 50],
    ];
    expect(continueAfterPruning(before, 30, [['D', 60]])).toEqual({ A: 50, B: 60, C: null, D: null });
  });

  test('an earlier third sample is known, even if it was pruned', () => {
    const before: Times[] = [
      ['A', 0],
      ['B', 10, 15, 20, 30],
    ];
    // The samples at minutes 15 and 20 are pruned, so only minutes 5, 10 and 30 can be found.
    expect(continueAfterPruning(before, 100, [['C', 5]])).toEqual({ A: 20, B: null, C: null });
    expect(continueAfterPruning(before, 100, [['C', 5, 7]]).A).toBe(10);
  });

  test('a pruned sample before the last sample of another generation is not counted', () => {
    const before: Times[] = [
      ['B', -5, 10],
      ['A', 0],
      ['C', 20],
    ];
    expect(continueAfterPruning(before, 100, [['D', 30]])).toEqual({ A: 30, B: null, C: null, D: null });
  });
});
