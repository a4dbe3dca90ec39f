import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SHAPES } from '../../../src/server/endpoint-request.ts';
import { assertRoleNames } from '../../../src/server/serving/role-names.ts';
import { sendRequest } from '../../support/server/raw-client.ts';
import { createRole, startServed } from '../../support/server/served-endpoint.ts';
import { isThorough } from '../../support/thorough.ts';
import { unicodeText } from '../../support/unicode-text.ts';

const LIST = '/latest/meta-data/iam/security-credentials/';
const TOKEN_TTL = { 'X-aws-ec2-metadata-token-ttl-seconds': '60' };
const ANY_PORT = { host: '127.0.0.1', port: 0 };

const createRoles = () => [createRole('loader'), createRole('ops')];

/** Gets a session token from an endpoint, and requests the list of roles with it. */
async function listRoles(endpoint: string): Promise<string | number> {
  const { origin, pathname } = new URL(endpoint);
  const token = await sendRequest(origin, 'PUT', `${pathname}latest/api/token`, TOKEN_TTL);
  if (token.status !== 200) return token.status;
  const headers = { 'X-aws-ec2-metadata-token': token.body };
  const { status, body } = await sendRequest(origin, 'GET', `${pathname}${LIST.slice(1)}`, headers);
  return status === 200 ? body : status;
}

describe('a server with several roles', () => {
  test('each role has an IMDS endpoint with its name', async () => {
    const { variables } = await startServed({ roles: createRoles() });
    for (const name of ['loader', 'ops']) {
      const endpoint = variables(name, 'imds').AWS_EC2_METADATA_SERVICE_ENDPOINT!;
      expect(endpoint.endsWith(`/${name}/`)).toBe(true);
      expect(await listRoles(endpoint)).toBe(name);
    }
  });

  test('no role answers without a name, because some SDKs ignore the path of an endpoint', async () => {
    const roles = createRoles();
    const { send, origin } = await startServed({ roles, allowV1: true });
    expect(await listRoles(`${origin}/`)).toBe(404);
    for (const path of ['/', LIST, `${LIST}loader`, '/latest/meta-data/instance-id']) {
      expect((await send('GET', path)).status).toBe(404);
    }
    expect(roles.map(({ requests }) => requests)).toEqual([0, 0]);
  });

  test('the default role answers without a name', async () => {
    const { origin, variables } = await startServed({ roles: createRoles(), defaultRole: 'ops' });
    expect(await listRoles(`${origin}/`)).toBe('ops');
    expect(await listRoles(`${origin}/loader/`)).toBe('loader');
    expect(variables('ops', 'imds').AWS_EC2_METADATA_SERVICE_ENDPOINT).toBe(`${origin}/`);
    expect(variables('loader', 'imds').AWS_EC2_METADATA_SERVICE_ENDPOINT).toBe(`${origin}/loader/`);
  });

  test('an address of one role serves only this role, and SDKs get its endpoint without a path', async () => {
    const { origins, variables } = await startServed({
      roles: createRoles(),
      listen: [
        { target: ANY_PORT, role: null },
        { target: ANY_PORT, role: 'ops' },
      ],
    });
    const [shared = '', own = ''] = origins;
    expect(variables('ops', 'imds').AWS_EC2_METADATA_SERVICE_ENDPOINT).toBe(`${own}/`);
    expect(variables('loader', 'imds').AWS_EC2_METADATA_SERVICE_ENDPOINT).toBe(`${shared}/loader/`);
    expect(await listRoles(`${own}/`)).toBe('ops');
    expect(await listRoles(`${own}/ops/`)).toBe('ops');
    expect(await listRoles(`${own}/loader/`)).toBe(404);
  });

  test('an address for an unknown role is an error, and nothing is served', async () => {
    const listen = [{ target: ANY_PORT, role: 'nobody' }];
    await expect(startServed({ listen })).rejects.toThrow("no served role has the name 'nobody'");
    await expect(startServed({ defaultRole: 'nobody', roles: createRoles() })).rejects.toThrow('nobody');
  });

  test('a session token of one role is invalid for every other role', async () => {
    const { origin } = await startServed({ roles: createRoles(), defaultRole: 'loader' });
    const { body } = await sendRequest(origin, 'PUT', '/loader/latest/api/token', TOKEN_TTL);
    const headers = { 'X-aws-ec2-metadata-token': body };
    for (const [path, status] of [
      [`/loader${LIST}loader`, 200],
      [`${LIST}loader`, 200],
      [`/ops${LIST}ops`, 401],
      [`/ops${LIST}loader`, 401],
    ] as const) {
      expect([path, (await sendRequest(origin, 'GET', path, headers)).status]).toEqual([path, status]);
    }
  });

  test('each combination of path and token of containers gets the role of the token, or an error', async () => {
    const roles = [createRole('loader'), createRole('ops'), createRole('third')];
    const { origin, environments } = await startServed({ roles, shapes: SHAPES });
    const containers = environments.filter(({ shape }) => shape !== 'imds');
    const secrets = containers.map(({ role, shape, variables }) => ({
      role,
      shape,
      path: new URL(variables.AWS_CONTAINER_CREDENTIALS_FULL_URI!).pathname,
      token:
        variables.AWS_CONTAINER_AUTHORIZATION_TOKEN ??
        readFileSync(variables.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE!, 'utf8'),
    }));
    let successes = 0;
    for (const { path, shape, role: owner } of secrets) {
      for (const { token, role } of secrets) {
        for (const prefix of ['', '/loader', '/ops']) {
          const { status, body } = await sendRequest(origin, 'GET', `${prefix}${path}`, {
            Authorization: token,
          });
          if (status !== 200) {
            expect(body).not.toContain('CANARY');
            continue;
          }
          successes += 1;
          expect(JSON.parse(body).AccessKeyId).toBe(`ASIACANARY${role.toUpperCase()}`);
          if (shape === 'ecs') expect(role).toBe(owner);
          if (prefix !== '') expect(prefix).toBe(`/${role}`);
        }
      }
    }
    expect(successes).toBeGreaterThan(secrets.length);
  });
});

describe('the name of a role', () => {
  test.each(['loader', 'a', 'ops+1', 'x=y,z', 'me@example', 'a.b-c_d', 'x'.repeat(64), '...', 'latest2'])(
    'the name %s is valid',
    async (name) => {
      const { get } = await startServed({ roles: [createRole(name), createRole('other')] });
      expect((await get(LIST, {}, `/${name}`)).body).toBe(name);
    },
  );

  test.each([
    ...[
      '',
      '.',
      '..',
      'a/b',
      '/',
      'a b',
      'a\n',
      '\na',
      'a%2f',
      'ä',
      'a\0',
      '#',
      '?',
      'a;b',
      'x'.repeat(65),
      '\\',
    ],
    ...['latest', '1.0', '2021-03-23', 'v1', 'v2', 'healthz'],
  ])('the name %j is an error', async (name) => {
    const routes = new Map([['/healthz', async () => ({ status: 200, type: 'text/plain', body: '' })]]);
    await expect(startServed({ roles: [createRole(name)], routes })).rejects.toThrow(
      /role|path of the endpoint/,
    );
  });

  test('two roles need two names, and a listed name must be valid too', () => {
    expect(() => assertRoleNames([createRole('a'), createRole('a')])).toThrow("two roles have the name 'a'");
    expect(() => assertRoleNames([createRole('a', { roleName: 'b\nc' })])).toThrow('cannot be the name');
    expect(() => assertRoleNames([createRole('a', { roleName: 'latest' })])).not.toThrow();
  });

  test('a valid name has no character with a meaning in a path, a header or a list', () => {
    fc.assert(
      fc.property(unicodeText(70), (name) => {
        try {
          assertRoleNames([createRole(name)]);
        } catch {
          return;
        }
        expect(new URL(`http://127.0.0.1/${name}/latest`).pathname).toBe(`/${name}/latest`);
        expect(decodeURIComponent(name)).toBe(name);
      }),
    );
  });
});

describe('hostile paths', () => {
  test('a path selects a role only if its first segment is the name of the role', async () => {
    const roles = createRoles();
    const { send, origin } = await startServed({ roles, allowV1: true });
    const segment = fc.oneof(
      fc.constantFrom(
        'loader',
        'ops',
        'LOADER',
        '%6Foader',
        '%6coader',
        'loader%00',
        '..',
        '.',
        '',
        'latest',
        ';loader',
        'loader;',
        '//',
        '\\ops',
      ),
      fc.stringMatching(/^[!-~]{0,8}$/).map((text) => text.replace(/[ #?]/g, '')),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(segment, { maxLength: 4 }), async (segments) => {
        const path = `/${segments.join('/')}${LIST}`;
        const { status, body } = await send('GET', path);
        if (status === 200) expect(path.startsWith(`/${body}/`)).toBe(true);
        else expect(body).not.toContain('CANARY');
      }),
      { numRuns: isThorough ? 200 : 50 },
    );
    expect(await listRoles(`${origin}/ops/`)).toBe('ops');
  });

  test('doubled slashes of SDKs are accepted after the name', async () => {
    const { send } = await startServed({ roles: createRoles(), allowV1: true });
    expect((await send('GET', `/ops/${LIST}`)).body).toBe('ops');
    expect((await send('GET', `//ops${LIST}`)).status).toBe(404);
  });
});
