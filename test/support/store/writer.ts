import { SampleStore } from '../../../src/store/sample-store.ts';

/** Records samples until it is killed, and prints a line when it opens the database, and after each sample. */
const [, , database = '', first = '0'] = process.argv;
process.stdout.write('opening\n');
const store = SampleStore.open(database);
const identity = { host: 'i-0abc', source: 'imds', apiVersion: '2', role: 'loader' } as const;

/** More samples than any test waits for. */
const MAX_SAMPLES = 200_000;

function write(number: number): void {
  if (number >= MAX_SAMPLES) return;
  const observedAt = Number(first) + number;
  const sample = {
    accessKeyId: `ASIAEXAMPLE${Math.floor(observedAt / 50)}`,
    lastUpdated: null,
    expiration: 10_000_000_000_000,
    zoneless: false,
    observedAt,
    clockOffset: 0,
  };
  store.recordSample(identity, sample, 'machine');
  process.stdout.write(`${observedAt}\n`, () => setImmediate(write, number + 1));
}

write(0);
