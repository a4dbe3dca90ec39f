import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import type { Sample, SeriesIdentity } from '../../../src/domain/model.ts';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { createFolder, pushTo, readRows } from '../../support/object-storage/pushed.ts';
import { IMDS, START } from '../../support/report/rich-store.ts';
import { isThorough } from '../../support/thorough.ts';

const HOUR = 3_600_000;
/** Credentials around midnight, which are replaced every five hours. */
const GENERATIONS = 8;
const ROLES: readonly SeriesIdentity[] = [IMDS, { ...IMDS, source: 'container', apiVersion: '' }];

const createSample = (generation: number, minutes: number): Sample => {
  const issued = START + generation * 5 * HOUR;
  return {
    accessKeyId: `ASIAFALSE${String(generation).padStart(11, '0')}`,
    lastUpdated: issued,
    expiration: issued + 8 * HOUR,
    zoneless: false,
    observedAt: issued + minutes * 60_000,
    clockOffset: 0,
  };
};

type Step =
  | { kind: 'record'; database: number; role: number; generation: number; minutes: number }
  | { kind: 'push' | 'lose'; database: number };

const database = fc.integer({ min: 0, max: 1 });
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('record' as const),
        database,
        role: fc.integer({ min: 0, max: ROLES.length - 1 }),
        generation: fc.integer({ min: 0, max: GENERATIONS - 1 }),
        minutes: fc.integer({ min: 0, max: 290 }),
      }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('push' as const), database }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose' as const), database }) },
  ),
  { minLength: 5, maxLength: 30 },
);

/** The first and the last sample of each generation, by source and expiration. */
type Seen = Map<string, { from: number; to: number }>;

function addSeen(seen: Seen, source: string, expiration: number, from: number, to = from): void {
  const key = `${source} ${expiration}`;
  const known = seen.get(key) ?? { from, to };
  seen.set(key, { from: Math.min(known.from, from), to: Math.max(known.to, to) });
}

test('two databases that push, lose their file and come back lose no sample that was pushed', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (todo) => {
      const destination = await createFolder();
      const open = () => ({
        store: SampleStore.open(`${temporaryFolder()}/samples.db`),
        recorded: new Map() as Seen,
      });
      const databases = [open(), open()];
      onTestFinished(() => {
        for (const { store } of databases) store.close();
      });
      const expected: Seen = new Map();
      const push = async ({ store, recorded }: ReturnType<typeof open>) => {
        await pushTo(destination, store);
        for (const [key, { from, to }] of recorded) {
          const [source = '', expiration = ''] = key.split(' ');
          addSeen(expected, source, Number(expiration), from, to);
        }
      };
      for (const step of [
        ...todo,
        ...databases.map((_, index) => ({ kind: 'push', database: index }) as const),
      ]) {
        const current = databases[step.database];
        if (current === undefined) continue;
        if (step.kind === 'record') {
          const identity = ROLES[step.role] ?? IMDS;
          const sample = createSample(step.generation, step.minutes);
          current.store.recordSample(identity, sample, 'machine');
          addSeen(current.recorded, identity.source, sample.expiration, sample.observedAt);
        } else if (step.kind === 'push') await push(current);
        else {
          current.store.close();
          databases[step.database] = open();
        }
      }
      const rows = Object.entries(await readRows(destination));
      const found: Seen = new Map();
      for (const [key, ofDay] of rows) {
        for (const { source, expiration, raw_first_seen_at: from, raw_last_seen_at: to } of ofDay) {
          expect(found.has(`${source} ${expiration}`)).toBe(false);
          addSeen(found, String(source), Number(expiration), Number(from), Number(to));
          expect(key).toContain(new Date(Number(from)).toISOString().slice(0, 10));
        }
      }
      expect(found).toEqual(expected);
    }),
    { numRuns: isThorough ? 60 : 3 },
  );
});
