import { SampleStore } from '../../src/store/sample-store.ts';

/** One of several processes on one database: `poll` records, `import` writes batches, `read` reads. */
const [, , database = '', role = '', name = '', count = '0'] = process.argv;
const identity = { host: `i-${name}`, source: 'imds', apiVersion: '2', role: 'loader' } as const;
const sampleAt = (observedAt: number) => ({
  accessKeyId: 'ASIAEXAMPLE1',
  lastUpdated: null,
  expiration: 2_000_000_000_000,
  zoneless: false,
  observedAt,
  clockOffset: null,
});

if (role === 'read') {
  for (let turn = 0; turn < Number(count); turn += 1) {
    const store = SampleStore.openReadOnly(database);
    store?.histories();
    store?.close();
  }
} else {
  const store = SampleStore.open(database);
  if (role === 'poll') {
    for (let at = 0; at < Number(count); at += 1) store.recordSample(identity, sampleAt(at), 'machine');
  } else {
    for (let at = 0; at < Number(count); at += 2000) {
      const batch = Array.from({ length: 2000 }, (_, index) => sampleAt(at + index));
      store.writeRecords(batch.map((sample) => ({ record: 'sample', identity, sample, ordinal: 0 })));
    }
  }
  store.close();
}
