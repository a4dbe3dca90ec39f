import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { startProgram } from '../../support/cli/built-program.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { recordHours } from '../../support/watch/push-history.ts';

test('SIGTERM ends a push that waits for a destination, and nothing is lost', async () => {
  const database = join(temporaryFolder(), 'samples.db');
  using store = SampleStore.open(database);
  recordHours(store, 0, 5);
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  onTestFinished(() => void silent.close());
  await once(silent, 'listening');
  const address = silent.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const program = startProgram(
    ['push', '--to', `postgres://127.0.0.1:${port}/x?sslmode=disable`, '--db', database],
    { env: { HOME: '/nonexistent' } },
  );
  const outbox = store.outbox(`postgres://127.0.0.1:${port}/x`);
  await once(silent, 'connection');
  program.child.kill('SIGTERM');
  const { code, signal, stderr } = await program.done;
  expect({ code, signal }).toEqual({ code: 1, signal: null });
  expect(stderr).toContain('hint: the rest is kept in the database, and the next push sends it');
  expect(outbox.readStatus()).toMatchObject({
    lastCompleteAt: null,
    lastError: expect.stringContaining('stopped'),
  });
});
