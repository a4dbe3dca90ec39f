import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { IdentityProvider } from '../support/aws/identity-provider.ts';
import { startLoopbackServer } from '../support/aws/loopback-server.ts';
import { startSts } from '../support/aws/sts.ts';
import { runWorkflow } from '../support/recipes/github-runner.ts';
import { readRecipe } from '../support/recipes/recipe.ts';
import { createWorkspace } from '../support/recipes/workspace.ts';
import { ciTest } from '../support/thorough.ts';
import { configureAwsCredentials } from './stand-ins/configure-aws-credentials.ts';

const recipe = readRecipe('github-actions');
const ROLE = 'arn:aws:iam::111122223333:role/deploy';
const ACTIONS = { 'aws-actions/configure-aws-credentials': configureAwsCredentials };
const HOUR = 3600;

/** A job of GitHub Actions with a role, and a `deploy.sh` that prints what it got. */
async function startJob({ maxSessionSeconds = HOUR, now = Date.now } = {}) {
  const provider = new IdentityProvider('https://token.actions.example');
  const sts = await startSts({ roles: [{ arn: ROLE, maxSessionSeconds, identities: { provider } }], now });
  const runner = await startLoopbackServer(({ url }) => {
    const aud = new URL(url, 'http://unused').searchParams.get('audience') ?? '';
    return { status: 200, body: JSON.stringify({ value: provider.issueToken(now(), { aud }) }) };
  });
  const workspace = createWorkspace(recipe);
  workspace.writeFiles();
  workspace.writeScript(
    'deploy.sh',
    '#!/bin/sh\necho "key $AWS_ACCESS_KEY_ID"\necho "endpoint $AWS_CONTAINER_CREDENTIALS_FULL_URI"\n',
  );
  const env = {
    AWS_ENDPOINT_URL_STS: sts.url,
    ACTIONS_ID_TOKEN_REQUEST_URL: `${runner.url}/token?api-version=2.0`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'bearer',
  };
  const read = (name: string) => readFileSync(workspace.locate(`.github/workflows/${name}.yml`), 'utf8');
  const run = (name: string, change = (workflow: string) => workflow) =>
    runWorkflow(workspace, change(read(name)), { env, actions: ACTIONS });
  return { sts, run, workspace };
}

ciTest('the deployment runs with the credentials of the action if they outlive it', async () => {
  const { sts, run } = await startJob();
  const { last, started } = await run('check');
  expect(started).toEqual(['cred-watch check -j 50m', './deploy.sh']);
  expect([last?.code, last?.stdout]).toEqual([0, `key ${sts.issued[0]?.accessKeyId}\nendpoint \n`]);
});

ciTest('the deployment is not started if the credentials of the action are too short', async () => {
  const { run, workspace } = await startJob();
  const { last, started } = await run('check', (workflow) => workflow.replace('3600', '2400'));
  expect([last?.code, started]).toEqual([1, ['cred-watch check -j 50m']]);
  workspace.expectShown(last!, 'refused-check');
});

ciTest('without fromJSON, the time has quotes and check rejects it', async () => {
  const { run } = await startJob();
  const { last } = await run('check', (workflow) =>
    workflow.replace(/fromJSON\((.*?)\)/, (_, output) => output),
  );
  expect(last?.code).toBe(3);
  expect(last?.output).toMatch(/AWS_CREDENTIAL_EXPIRATION/);
});

ciTest(
  'the deployment runs with the role that cred-watch assumed if its session is long enough',
  async () => {
    const { sts, run } = await startJob({ maxSessionSeconds: 2 * HOUR });
    const { last } = await run('exec');
    expect([last?.code, last?.stdout]).toEqual([0, `key ${sts.issued[0]?.accessKeyId}\nendpoint \n`]);
  },
);

test('the deployment is not started if the session of the role is too short', async () => {
  const { run, workspace } = await startJob();
  const { last } = await run('exec', (workflow) => workflow.replace(' --duration 2h', ''));
  expect([last?.code, last?.stdout]).toEqual([125, '']);
  workspace.expectShown(last!, 'refused-exec');
});

ciTest('with --refresh the deployment gets an endpoint and no keys', async () => {
  const { run } = await startJob();
  const { last } = await run('exec', (workflow) =>
    workflow.replace(/^.*cred-watch exec.*\n/m, recipe.read('run', 'refresh')),
  );
  expect(last?.stdout).toMatch(/^key \nendpoint http:\/\/127\.0\.0\.1:\d+\//);
});
