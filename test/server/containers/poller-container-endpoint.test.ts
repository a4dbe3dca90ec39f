import { describe, expect, test } from 'vitest';
import {
  failure,
  failureWith,
  startPolled,
  summarizeSuccess,
} from '../../support/server/polled-simulator.ts';

const RELATIVE = 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI';
const FULL = 'AWS_CONTAINER_CREDENTIALS_FULL_URI';
const SERVICE = 'AWS_CONTAINER_SERVICE_ENDPOINT';
/** A port on which no server listens. */
const NOWHERE = 'http://127.0.0.1:1/';

const taskPath = (ecs: Awaited<ReturnType<typeof startPolled>>) =>
  `/v2/credentials/${ecs.simulation.credentialsId}`;

describe('the relative URI', () => {
  test('the relative URI is appended to the agent address, and precedes the full URI', async () => {
    const ecs = await startPolled('ecs');
    const source = ecs.newSource({ [RELATIVE]: taskPath(ecs), [SERVICE]: ecs.origin, [FULL]: NOWHERE });
    expect(summarizeSuccess(await ecs.succeed(source)).notes).toEqual([
      'TWO_URIS_SET',
      'SERVICE_ENDPOINT_OVERRIDDEN',
    ]);
    expect(ecs.requests()).toEqual([`GET ${taskPath(ecs)} 200`]);
  });

  test('the relative URI keeps its query', async () => {
    const ecs = await startPolled('ecs');
    const source = ecs.newSource({
      [RELATIVE]: `/v1/credentials?id=${ecs.simulation.credentialsId}`,
      [SERVICE]: `${ecs.origin}/`,
      [FULL]: undefined,
    });
    expect(summarizeSuccess(await ecs.succeed(source)).notes).toEqual(['SERVICE_ENDPOINT_OVERRIDDEN']);
    expect(ecs.requests()).toEqual(['GET /v1/credentials 200']);
    expect(ecs.exchanges[0]?.request.query.get('id')).toBe(ecs.simulation.credentialsId);
  });

  test.each(['v2/credentials/x', '.127.0.0.1/x', '@127.0.0.1/x', ':80/x', 'http://127.0.0.1/x'])(
    'the relative URI without a leading slash is rejected, because it could name another host: %s',
    async (relative) => {
      const ecs = await startPolled('ecs', { env: { [RELATIVE]: relative, [FULL]: undefined } });
      const source = ecs.newSource({ [RELATIVE]: relative, [SERVICE]: ecs.origin });
      const outcome = await ecs.fail(source);
      expect(failure(outcome)).toEqual(
        failureWith('invalid-configuration', { notes: ['TWO_URIS_SET', 'SERVICE_ENDPOINT_OVERRIDDEN'] }),
      );
      expect(outcome.detail).toContain(RELATIVE);
      expect(ecs.requests()).toEqual([]);
    },
  );

  test.each(['', ' '])(
    'the relative URI counts as unset with the value "%s", with a note',
    async (relative) => {
      const ecs = await startPolled('ecs', { env: { [RELATIVE]: relative } });
      const outcome = await ecs.succeed();
      expect(outcome.notes).toEqual([{ code: 'BLANK_ENV', name: RELATIVE }]);
      expect(ecs.requests()).toEqual([`GET ${taskPath(ecs)} 200`]);
    },
  );
});

describe('the full URI', () => {
  test('the full URI is requested with a GET for JSON, without an Authorization header if none is configured', async () => {
    const ecs = await startPolled('ecs');
    const outcome = await ecs.succeed();
    expect(summarizeSuccess(outcome)).toEqual({ apiVersion: null, notes: [] });
    expect(ecs.source.endpoint).toEqual({ url: ecs.origin, loopback: true });
    expect(ecs.requests()).toEqual([`GET ${taskPath(ecs)} 200`]);
    const headers = ecs.exchanges[0]?.request.headers;
    expect(headers).toMatchObject({ accept: 'application/json', host: new URL(ecs.origin).host });
    expect(headers).not.toHaveProperty('authorization');
  });

  test('the full URI hides IMDS, which is not polled even if the container endpoint fails', async () => {
    const both = await startPolled('ecs', { shapes: ['imds', 'ecs'], faults: ['no-role'] });
    const source = both.newSource({ ...both.environments.imds, ...both.environments.ecs });
    expect(source.name).toBe('container');
    expect((await both.fail(source)).reason).toBe('not-found');
    expect(both.requests()).toEqual([`GET ${taskPath(both)} 400`]);
  });

  test.each(['creds', '/creds', 'localhost/creds', 'file:///etc/passwd', 'ftp://127.0.0.1/', 'http://'])(
    'the full URI is rejected if it is not an HTTP URL: %s',
    async (full) => {
      const ecs = await startPolled('ecs', { env: { [FULL]: full } });
      const outcome = await ecs.fail();
      expect(failure(outcome)).toEqual(failureWith('invalid-configuration'));
      expect(outcome.detail).toContain(FULL);
      expect(ecs.requests()).toEqual([]);
    },
  );

  test('the full URI with a user name is rejected', async () => {
    const ecs = await startPolled('ecs');
    const source = ecs.newSource({
      [FULL]: `http://169.254.170.2@${new URL(ecs.origin).host}${taskPath(ecs)}`,
    });
    expect(failure(await ecs.fail(source))).toEqual(failureWith('invalid-configuration'));
    expect(ecs.requests()).toEqual([]);
  });
});

describe('the host of an http URI', () => {
  test.each([
    ...['127.0.0.1', 'localhost', 'LOCALHOST'].map((host) => [host, []] as const),
    ...['127.1', '0x7f.1', '2130706433', '127.0.0.1.'].map(
      (host) => [host, ['ADDRESS_ONLY_SOME_SDKS']] as const,
    ),
  ])('the host of an http URI can be %s', async (host, notes) => {
    const ecs = await startPolled('ecs');
    const full = ecs.environments.ecs[FULL]!.replace('127.0.0.1', host);
    expect(summarizeSuccess(await ecs.succeed(ecs.newSource({ [FULL]: full }))).notes).toEqual(notes);
    expect(ecs.requests()).toEqual([`GET ${taskPath(ecs)} 200`]);
  });

  test('the host of an http URI can be every address of 127.0.0.0/8', async () => {
    const ecs = await startPolled('ecs', { listen: { host: '127.99.0.1', port: 0 } });
    expect(summarizeSuccess(await ecs.succeed()).notes).toEqual([]);
    expect(ecs.requests()).toEqual([`GET ${taskPath(ecs)} 200`]);
  });

  test.each(['[::1]', '[0:0:0:0:0:0:0:1]'])('the host of an http URI can be %s', async (host) => {
    const ecs = await startPolled('ecs', { listen: { host: '::1', port: 0 } });
    const full = ecs.environments.ecs[FULL]!.replace('[::1]', host);
    expect(summarizeSuccess(await ecs.succeed(ecs.newSource({ [FULL]: full }))).notes).toEqual([]);
    expect(ecs.requests()).toEqual([`GET ${taskPath(ecs)} 200`]);
  });

  // Every one of these addresses would reach the simulator.
  test.each(['0.0.0.0', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]'])(
    'the host of an http URI cannot be %s',
    async (host) => {
      const ecs = await startPolled('ecs');
      const full = ecs.environments.ecs[FULL]!.replace('127.0.0.1', host);
      expect(failure(await ecs.fail(ecs.newSource({ [FULL]: full })))).toEqual(
        failureWith('host-not-allowed'),
      );
      expect(ecs.requests()).toEqual([]);
    },
  );

  const hosts = (text: string) => ({ readFile: async () => text });
  const named = (url: string) => ({ [FULL]: url.replace('127.0.0.1', 'agent.test') });

  test('the host of an http URI can be a name with loopback addresses only; the validated address is used', async () => {
    const ecs = await startPolled('ecs', { hosts: ['agent.test'] });
    const source = ecs.newSource(named(ecs.environments.ecs[FULL]!), hosts('127.0.0.1 agent.test\n'));
    expect(summarizeSuccess(await ecs.succeed(source)).notes).toEqual(['HOST_NAME_ONLY_SOME_SDKS']);
    expect(ecs.sent('host')).toEqual([`agent.test:${new URL(ecs.origin).port}`]);
  });

  test.each([
    ['for loopback and another host', '127.0.0.1 agent.test\n192.168.0.1 agent.test'],
    ['that does not resolve', '127.0.0.1 other.test'],
  ])('the host of an http URI cannot be a name %s', async (_, text) => {
    const ecs = await startPolled('ecs', { hosts: ['agent.test'] });
    const source = ecs.newSource(named(ecs.environments.ecs[FULL]!), hosts(text));
    expect(failure(await ecs.fail(source))).toEqual(
      failureWith('host-not-allowed', { notes: ['HOST_NAME_ONLY_SOME_SDKS'] }),
    );
    expect(ecs.requests()).toEqual([]);
  });
});
