import { SampleStore } from '../../../src/store/sample-store.ts';
import { killThisProcess } from '../send-signal.ts';

/**
 * One of several processes that use the same database. The role `poll` records samples, `import` writes
 * batches, `read` reads, `run` starts and ends job runs, and `killed-run` kills itself after it has started a
 * run.
 */
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

const startedRun = { job: 'nightly', identity, startedAt: 0, remainingAtStart: 3600, end: null };

if (role === 'killed-run') {
  SampleStore.open(database).startJobRun(startedRun);
  killThisProcess();
} else if (role === 'run') {
  const store = SampleStore.open(database);
  for (let turn = 0; turn < Number(count); turn += 1) {
    const id = store.startJobRun(startedRun);
    store.endJobRun(id, { duration: turn, exitCode: 0, remainingAtEnd: 3600 - turn });
  }
  store.close();
} else if (role === 'read') {
  for (let turn = 0; turn < Number(count); turn += 1) {
    const store = SampleStore.openReadOnly(database);
    store?.histories();
    store?.jobRuns({ job: 'nightly' });
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
