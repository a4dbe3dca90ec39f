import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { ObjectStoreUnavailable } from '../../../src/remote/object-storage/object-store.ts';
import { S3Store } from '../../../src/remote/object-storage/s3-store.ts';
import { RetryingStore } from '../../../src/watch/push/objects/retrying-store.ts';
import { catchRejection } from '../../support/catch-error.ts';
import { collectGarbage } from '../../support/garbage-collection.ts';
import { useFalseKeys } from '../../support/object-storage/aws-variables.ts';
import { type S3Fault, startS3Server } from '../../support/object-storage/s3-server.ts';

useFalseKeys();

const { signal } = new AbortController();
const CONTENT = Buffer.from('content');
const SLOW_DOWN: S3Fault = { status: 503, code: 'SlowDown' };

async function createStore({ random = 0.1, timeout = 5 } = {}) {
  const server = await startS3Server();
  const store = new S3Store({ bucket: 'fleet', prefix: '', endpoint: server.url, region: undefined });
  return { server, store: new RetryingStore(store, { clock: systemClock, random: () => random, timeout }) };
}

test('a request is repeated until the store is available again', async () => {
  const { server, store } = await createStore();
  server.fail = (_, index) => (index < 4 ? SLOW_DOWN : undefined);
  expect(await store.put('a', CONTENT, 'none', signal)).toMatch(/^"/);
  expect(server.requests.length).toBe(5);
});

test('a write whose reply is lost is a conflict at the next attempt', async () => {
  const { server, store } = await createStore();
  server.fail = (_, index) => (index === 0 ? 'close-after-write' : undefined);
  expect(await store.put('a', CONTENT, 'none', signal)).toBeNull();
  expect(server.objects.get('a')).toEqual(CONTENT);
});

test('requests end after the timeout, also without a response', async () => {
  const { server, store } = await createStore({ timeout: 1 });
  server.fail = () => 'silent';
  const result = catchRejection(store.get('a', signal));
  // Node.js collects a time limit to which only `AbortSignal.any()` refers.
  await sleep(100);
  collectGarbage();
  const error = await result;
  expect(error).toBeInstanceOf(ObjectStoreUnavailable);
  expect(error.message).toBe(`${store.name} did not respond in time`);
});

test('a pause that is longer than the rest of the time is not waited for', async () => {
  const { server, store } = await createStore({ random: 1, timeout: 3 });
  server.fail = () => ({ status: 500, code: 'InternalError' });
  const error = await catchRejection(store.get('a', signal));
  expect(error.message).toBe(`${store.name} is not available: status 500, InternalError`);
});

test('an error that needs a change is not repeated', async () => {
  const { server, store } = await createStore();
  server.fail = () => ({ status: 403, code: 'AccessDenied' });
  await catchRejection(store.get('a', signal));
  expect(server.requests.length).toBe(1);
});

test('no request begins after the end of the push', async () => {
  const { server, store } = await createStore();
  const error = await catchRejection(store.get('a', AbortSignal.abort()));
  expect(error.message).toBe(`the push to ${store.name} was stopped`);
  expect(server.requests).toEqual([]);
});
