import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { openS3 } from '../../../src/remote/object-storage/s3-sdk.ts';
import { catchRejection } from '../../support/catch-error.ts';
import { useFalseKeys } from '../../support/object-storage/aws-variables.ts';

useFalseKeys();

/** A service whose responses begin as usual, and then do what `write` does. */
async function openCalls(write: (response: ServerResponse) => void) {
  const server = createServer((_, response) => {
    response.on('error', () => {});
    response.writeHead(200, { ETag: '"1"' });
    write(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const calls = openS3({
    bucket: 'fleet',
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'eu-west-1',
    maxAttempts: 1,
    maxObjectBytes: 100_000,
    connectMs: 1000,
    requestMs: 5000,
    maxConnections: 1,
  });
  onTestFinished(() => {
    calls.close();
    server.close();
    server.closeAllConnections();
  });
  return calls;
}

test('the read of an object without an end stops at the limit', async () => {
  const part = Buffer.alloc(16_384, 'a');
  const calls = await openCalls((response) => {
    const fill = () => {
      while (!response.destroyed && response.write(part));
      response.once('drain', fill);
    };
    fill();
  });
  const error = await catchRejection(calls.get('a', AbortSignal.timeout(10_000)));
  expect(error.message).toBe('it has more than 100000 bytes');
});

test('the read of an object whose rest does not arrive can be aborted', async () => {
  const calls = await openCalls((response) => response.write('a'));
  const controller = new AbortController();
  const error = catchRejection(calls.get('a', controller.signal));
  setTimeout(() => controller.abort(), 200);
  await error;
  expect(controller.signal.aborted).toBe(true);
});
