import { SampleStore } from '../../../src/store/sample-store.ts';

/** Records one sample after the other, each acknowledged by a line, until it is killed. */
const [, , database = '', first = '0'] = process.argv;
const store = SampleStore.open(database);
const identity = { host: 'i-0abc', source: 'imds', apiVersion: '2', role: 'loader' } as const;

/** More than any life is long enough for. */
const MOST = 200_000;

function write(number: number): void {
  if (number >= MOST) return;
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
