import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { SampleStore } from '../../../src/store/sample-store.ts';

/** Records into a temporary copy, and prints the number of generations before and after. */
const [, , database = '', count = '0'] = process.argv;
const store = SampleStore.openTemporary(database);
const identity = { host: 'i-0abc', source: 'imds', apiVersion: '2', role: 'loader' } as const;
const generations = () => store.histories().reduce((sum, history) => sum + history.generations.length, 0);

const before = generations();
for (let observedAt = 0; observedAt < Number(count); observedAt += 1) {
  const sample = {
    accessKeyId: `ASIANEW${observedAt}`,
    lastUpdated: null,
    expiration: 10_000_000_000_000,
    zoneless: false,
    observedAt,
    clockOffset: 0,
  };
  store.recordSample(identity, sample, 'machine');
}
const after = generations();
process.stdout.write(JSON.stringify({ before, after, temporary: readdirSync(tmpdir()) }));
store.close();
