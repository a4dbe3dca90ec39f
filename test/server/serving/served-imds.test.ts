import { expect, test } from 'vitest';
import { startServed } from '../../support/server/served-endpoint.ts';

test('IMDS lists the name of the role', async () => {
  const { get } = await startServed();
  expect((await get('/latest/meta-data/iam/security-credentials/')).body).toBe('loader');
});
