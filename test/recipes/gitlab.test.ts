import { expect } from 'vitest';
import { IdentityProvider } from '../support/aws/identity-provider.ts';
import { startSts } from '../support/aws/sts.ts';
import { repositoryPath } from '../support/cli/program-run.ts';
import { describeReader } from '../support/credential-formats/describe-reader.ts';
import { HOUR } from '../support/recipes/endpoints.ts';
import { readRecipe } from '../support/recipes/recipe.ts';
import { createWorkspace } from '../support/recipes/workspace.ts';
import { ciTest } from '../support/thorough.ts';

const recipe = readRecipe('gitlab');
const ROLE = 'arn:aws:iam::111122223333:role/load';
const RUNNER = [
  process.execPath,
  '--import',
  repositoryPath('test/support/recipes/set-methods.mjs'),
  repositoryPath('node_modules/gitlab-ci-local/dist/index.js'),
];

/** Runs the job of the recipe. Its role has this maximum session duration. */
async function runJob(maxSessionSeconds: number, replace: Record<string, string> = {}) {
  const provider = new IdentityProvider('https://gitlab.example');
  const sts = await startSts({ roles: [{ arn: ROLE, maxSessionSeconds, identities: { provider } }] });
  const workspace = createWorkspace(recipe, { env: { AWS_ENDPOINT_URL_STS: sts.url }, replace });
  workspace.writeFiles();
  workspace.writeScript('load.sh', '#!/bin/sh\necho "key $AWS_ACCESS_KEY_ID"\n');
  const token = provider.issueToken(Date.now());
  const run = await workspace.shell(
    `git init -q . && ${RUNNER.join(' ')} --no-color --variable AWS_ID_TOKEN=${token} load`,
  );
  return { run, sts, workspace };
}

describeReader('GitLab CI', { program: 'rsync', package: 'rsync' }, () => {
  ciTest('the script runs with the credentials that were judged', async () => {
    const { run, sts } = await runJob(2 * HOUR);
    expect(run.code, run.output).toBe(0);
    expect(run.output).toContain(`key ${sts.issued[0]?.accessKeyId}`);
    expect(sts.issued).toHaveLength(1);
  });

  ciTest('the script is not started if the session is too short', async () => {
    const { run, workspace } = await runJob(HOUR, { ' --duration 2h': '' });
    expect(run.code).toBe(1);
    workspace.expectShown(run, 'refusal');
    expect(run.output).not.toContain('key ');
  });

  ciTest('the script is not started if the role does not allow the duration', async () => {
    const { run, workspace } = await runJob(HOUR);
    expect(run.code).toBe(1);
    workspace.expectShown(run, 'duration');
    expect(run.output).not.toContain('key ');
  });
});
