import { SampleStore } from '../../../src/store/sample-store.ts';

/** Adds one use in each of many transactions. */
const [, , database = '', user = '', count = '0'] = process.argv;
const store = SampleStore.open(database);
for (let at = 1; at <= Number(count); at += 1) {
  store.keyUses.record(
    'web-1',
    [
      {
        role: 'loader',
        accessKeyId: 'ASIAEXAMPLE1',
        client: at % 2 === 0 ? 'both' : user,
        address: '127.0.0.1',
        process: null,
        expiration: 10_000,
        firstAt: at,
        lastAt: at,
        count: 1,
        isOthers: false,
      },
    ],
    30_000,
  );
}
store.close();
