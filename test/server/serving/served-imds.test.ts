import { expect, test } from 'vitest';
import { createRole, startServed } from '../../support/server/served-endpoint.ts';

const ROLES = '/latest/meta-data/iam/security-credentials/';

test('IMDS serves real credentials to a client with a session token', async () => {
  const role = createRole();
  const { get, exchanges } = await startServed({ roles: [role] });
  expect((await get(ROLES)).body).toBe('loader');
  const { status, body } = await get(`${ROLES}loader`);
  expect(status).toBe(200);
  role.credentials = null;
});

test('ECS serves real credentials to a client with the path and the token', async () => {
  const { variables, send, exchanges } = await startServed({ shapes: ['ecs', 'eks', 'cloudshell'] });
  const env = variables('loader', 'ecs');
  const { head, body } = await send('GET', new URL(env.AWS_CONTAINER_CREDENTIALS_FULL_URI!).pathname, {
    Authorization: env.AWS_CONTAINER_AUTHORIZATION_TOKEN!,
  });
});
