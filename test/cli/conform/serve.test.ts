import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { judgeConformance } from '../../../src/domain/conformance/verdict.ts';
import { SHAPES, type Shape } from '../../../src/server/endpoint-request.ts';
import { createAccount, KEYS, MIDDLE } from '../../support/aws/role-account.ts';
import { startServer } from '../../support/cli/running-server.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { checkEndpoint, listChecks } from '../../support/conformance/check-endpoint.ts';
import { ciTest } from '../../support/thorough.ts';

const ROLE = ['--profile', 'base', '--role-arn', MIDDLE];

/** Serves the credentials of a role for two hours, from a loopback STS. */
async function serve(...args: string[]) {
  const { sts, home } = await createAccount(
    `[profile base]\n${KEYS}[profile middle]\nrole_arn = ${MIDDLE}\nsource_profile = base\n`,
  );
  const env = {
    CRED_WATCH_DB: join(temporaryFolder(), 'samples.db'),
    CRED_WATCH_HOST: 'vm',
    HOME: home,
    AWS_REGION: 'eu-west-1',
    AWS_ENDPOINT_URL_STS: sts.url,
  };
  return startServer(['--duration', '2h', ...args], { env });
}

/** Checks an endpoint with the variables that `serve` prints for it. */
async function check(shape: Shape, env: Readonly<Record<string, string>>) {
  const url = env.AWS_CONTAINER_CREDENTIALS_FULL_URI ?? env.AWS_EC2_METADATA_SERVICE_ENDPOINT ?? '';
  const tokenFile = env.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE;
  const token =
    tokenFile === undefined ? env.AWS_CONTAINER_AUTHORIZATION_TOKEN : readFileSync(tokenFile, 'utf8');
  const run = await checkEndpoint({ url, shape, env, tokenFile, token: token ?? null });
  return { failed: listChecks(run), verdict: judgeConformance(run, true) };
}

const CONFORMS = { failed: [], verdict: 'conforms' };

describe('serve conforms', () => {
  ciTest.each(SHAPES)('serve conforms in the shape %s', async (shape) => {
    const { environment } = await serve(...ROLE, '--shape', shape);
    expect(await check(shape, environment)).toEqual(CONFORMS);
  });

  ciTest('serve conforms in the shape ecs with a profile that names the role', async () => {
    const { environment } = await serve('--profile', 'middle', '--shape', 'ecs');
    expect(await check('ecs', environment)).toEqual(CONFORMS);
  });

  test('serve conforms in every shape at the same address', async () => {
    const { environments } = await serve(...ROLE, '--shape', SHAPES.join(','));
    const checked = Object.entries(environments).map(async ([title, env]) => {
      const shape = SHAPES.find((each) => title.includes(each));
      return check(shape ?? 'imds', env);
    });
    expect(await Promise.all(checked)).toEqual(SHAPES.map(() => CONFORMS));
  });

  ciTest('serve conforms with IMDSv1', async () => {
    const { environment } = await serve(...ROLE, '--allow-v1');
    expect(await check('imds', environment)).toEqual(CONFORMS);
  });

  ciTest('serve conforms under the path of each of several roles', async () => {
    const { environments } = await serve('--serve', 'one=profile:middle', '--serve', 'two=profile:middle');
    const checked = Object.values(environments).map((env) => check('imds', env));
    expect(checked.length).toBe(2);
    expect(await Promise.all(checked)).toEqual([CONFORMS, CONFORMS]);
  });
});
