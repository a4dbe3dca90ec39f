import { expect, test } from 'vitest';
import { temporaryStore } from '../../support/store/temporary-store.ts';

test('an outbox lists rejected items with their reasons until they are confirmed', () => {
  const outbox = temporaryStore().outbox('prometheus=http://127.0.0.1:8429');
  const item = { kind: 'cursor', key: '["host","imds"]', digest: '5' } as const;
  expect(outbox.listRejected()).toEqual([]);
  outbox.reject([{ ...item, reason: 'status 400: out of bounds' }]);
  expect(outbox.listRejected()).toEqual([{ ...item, reason: 'status 400: out of bounds' }]);
  outbox.confirm([item]);
  expect(outbox.listRejected()).toEqual([]);
});
