import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import type { CheckId } from '../../../src/domain/conformance/check-list.ts';
import type { ConformanceRun } from '../../../src/domain/conformance/check-result.ts';
import { CONFORMANCE_SDKS } from '../../../src/domain/conformance/clients.ts';
import { findTarget } from '../../../src/sources/conformance/target.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { checkEndpoint, listChecks } from '../../support/conformance/check-endpoint.ts';
import { startLoopbackServer } from '../../support/conformance/loopback-server.ts';
import {
  createReferenceCloudshell,
  createReferenceEcs,
} from '../../support/conformance/reference-containers.ts';
import { sampleCases } from '../../support/thorough.ts';

const find = (run: ConformanceRun, id: CheckId) => run.results.find((result) => result.id === id);

/** The clients that a failed check names. */
const listClients = (run: ConformanceRun, id: CheckId) => {
  const result = find(run, id);
  return result?.outcome === 'failed' ? result.failures.flatMap(({ effects }) => effects[0]?.clients) : [];
};

async function startEcs() {
  const { handle, path } = createReferenceEcs({ clock: systemClock });
  const { origin } = await startLoopbackServer(handle);
  return { path, origin, port: new URL(origin).port };
}

describe('the host of a container URL', () => {
  const hosts = async () => '127.0.0.1 agent.example\n127.0.0.1 mixed.example\n192.0.2.1 mixed.example\n';

  test.each(sampleCases(['127.0.0.1', 'localhost'], 2))('the host %s is allowed', async (host) => {
    const { path, port } = await startEcs();
    const run = await checkEndpoint({ url: `http://${host}:${port}${path}`, shape: 'ecs' });
    expect(listChecks(run)).toEqual([]);
  });

  test('no SDK allows the host 0.0.0.0', async () => {
    const { path, port } = await startEcs();
    const run = await checkEndpoint({ url: `http://0.0.0.0:${port}${path}`, shape: 'ecs' });
    expect(listChecks(run)).toEqual(['host-allowed']);
    expect(listClients(run, 'host-allowed')).toEqual(CONFORMANCE_SDKS);
  });

  test('botocore and JavaScript refuse a host name of the loopback address', async () => {
    const { path, port } = await startEcs();
    const url = `http://agent.example:${port}${path}`;
    const run = await checkEndpoint({ url, shape: 'ecs', readFile: hosts });
    expect(listClients(run, 'host-allowed')).toEqual(['botocore', 'javascript']);
  });

  test('all SDKs refuse a host name with another address', async () => {
    const { path, port } = await startEcs();
    const url = `http://mixed.example:${port}${path}`;
    const run = await checkEndpoint({ url, shape: 'ecs', readFile: hosts });
    expect(listClients(run, 'host-allowed')).toEqual(CONFORMANCE_SDKS);
  });
});

describe('the variables of a container endpoint', () => {
  const check = async (env: Record<string, string>) => {
    const cloudshell = createReferenceCloudshell({ clock: systemClock });
    const { origin } = await startLoopbackServer(cloudshell.handle);
    const tokenFile = join(temporaryFolder(), 'token');
    writeFileSync(tokenFile, cloudshell.token ?? '');
    const url = `${origin}${cloudshell.path}`;
    const values: Record<string, string> = { URL: url, TOKEN: cloudshell.token ?? '', FILE: tokenFile };
    const filled = Object.fromEntries(
      Object.entries(env).map(([name, value]) => [name, values[value] ?? value]),
    );
    return checkEndpoint({ url, shape: 'cloudshell', token: cloudshell.token, env: filled });
  };
  const FULL = { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'URL' };

  test.each(
    sampleCases(
      [
        { title: 'one token', env: { ...FULL, AWS_CONTAINER_AUTHORIZATION_TOKEN: 'TOKEN' } },
        {
          title: 'the same token twice',
          env: {
            ...FULL,
            AWS_CONTAINER_AUTHORIZATION_TOKEN: 'TOKEN',
            AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: 'FILE',
          },
        },
      ],
      2,
    ),
  )('the variables agree with $title', async ({ env }) => {
    const run = await check(env);
    expect(listChecks(run)).toEqual([]);
    expect(find(run, 'variables-agree')?.outcome).toBe('passed');
  });

  test('the variables disagree with two different tokens, of which Java uses the other one', async () => {
    const other = {
      AWS_CONTAINER_AUTHORIZATION_TOKEN: 'other',
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: 'FILE',
    };
    const run = await check({ ...FULL, ...other });
    expect(listChecks(run)).toEqual(['variables-agree']);
    expect(listClients(run, 'variables-agree')).toEqual(['java-1', 'java-2', 'javascript']);
  });

  test('the variables are not judged if they name another endpoint, or no endpoint', async () => {
    for (const env of [{}, { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:9/other' }]) {
      const result = find(await check(env), 'variables-agree');
      expect(result).toMatchObject({ outcome: 'skipped', reason: { code: 'NO_VARIABLES' } });
    }
  });

  test('the variables disagree with two different URIs', async () => {
    const { path, origin } = await startEcs();
    const run = await checkEndpoint({
      url: `${origin}${path}`,
      shape: 'ecs',
      env: {
        AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: path,
        AWS_CONTAINER_SERVICE_ENDPOINT: origin,
        AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:9/other',
      },
    });
    expect(listChecks(run)).toEqual(['variables-agree']);
    expect(listClients(run, 'variables-agree')).toEqual(['javascript', 'go']);
  });
});

test.each(
  sampleCases(
    [
      { end: '', failed: [] },
      { end: '\n', failed: ['token-file-format'] },
    ],
    2,
  ),
)('a token file with $end.length line ends fails the checks $failed', async ({ end, failed }) => {
  const { handle, path, token } = createReferenceCloudshell({ clock: systemClock });
  const { origin } = await startLoopbackServer(handle);
  const tokenFile = join(temporaryFolder(), 'token');
  writeFileSync(tokenFile, `${token}${end}`);
  const url = `${origin}${path}`;
  const target = await findTarget({ env: {}, clock: systemClock, random: Math.random, url, tokenFile });
  const run = await checkEndpoint({ url, shape: target.shape, token: target.token });
  expect(listChecks(run)).toEqual(failed);
});
