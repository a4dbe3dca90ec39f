import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect } from 'vitest';
import { startSts } from '../support/aws/sts.ts';
import { repositoryPath } from '../support/cli/program-run.ts';
import { describeReader } from '../support/credential-formats/describe-reader.ts';
import { HOUR } from '../support/recipes/endpoints.ts';
import { readRecipe } from '../support/recipes/recipe.ts';
import { startTask } from '../support/recipes/task.ts';
import { createWorkspace } from '../support/recipes/workspace.ts';
import { ciTest } from '../support/thorough.ts';

const recipe = readRecipe('jenkins');
const USER = 'AKIAEXAMPLE000000001';
const SCRIPT = '#!/bin/sh\necho "$0 runs with $AWS_ACCESS_KEY_ID"\n';

/** The workspace of a build. The tests do not wait for a rotation. */
function createBuild(env: Readonly<Record<string, string>>) {
  const workspace = createWorkspace(recipe, { env, replace: { ' --wait 2h': '' } });
  workspace.writeFiles();
  for (const name of ['load.sh', 'deploy.sh', 'make']) workspace.writeScript(name, SCRIPT);
  const PATH = `${workspace.folder}:${workspace.env.PATH}`;
  const build = (jenkinsfile: string) =>
    workspace.shell(`groovy ${repositoryPath('test/recipes/stand-ins/jenkins.groovy')} ${jenkinsfile} 2>&1`, {
      // Debian's launcher does not search the PATH for Java.
      env: { PATH, JAVA_HOME: dirname(dirname(realpathSync('/usr/bin/java'))) },
    });
  return { ...workspace, build };
}

async function startAgentWithUser(maxSessionSeconds = HOUR) {
  const sts = await startSts({
    roles: [{ arn: 'arn:aws:iam::111122223333:role/deploy', principals: [USER], maxSessionSeconds }],
    users: { [USER]: 'example' },
  });
  const env = { AWS_ACCESS_KEY_ID: USER, AWS_SECRET_ACCESS_KEY: 'example', AWS_ENDPOINT_URL_STS: sts.url };
  return { sts, ...createBuild(env) };
}

describeReader('Jenkins', { program: 'groovy', package: 'groovy' }, () => {
  ciTest('a step that fits runs with the credentials of the agent', async () => {
    const task = await startTask({ validSeconds: 6 * HOUR });
    const { code, output } = await createBuild(task.env).build('Jenkinsfile');
    expect(output).toContain(`./load.sh runs with ${task.served[0]}\n`);
    expect([code, output]).toEqual([0, expect.stringMatching(/Finished: SUCCESS\n$/)]);
  });

  ciTest('a step that is too long is not started, and the console output says why', async () => {
    const task = await startTask({ validSeconds: 2 * HOUR });
    const { build, expectShown } = createBuild(task.env);
    const run = await build('Jenkinsfile');
    expectShown(run, 'refusal');
    expect(run.output).not.toContain('runs with');
  });

  ciTest('a role is assumed for the step', async () => {
    const { build, sts } = await startAgentWithUser();
    const { code, output } = await build('Jenkinsfile.role');
    expect([code, output]).toEqual([
      0,
      expect.stringContaining(`./deploy.sh runs with ${sts.issued[0]?.accessKeyId}\n`),
    ]);
    expect(sts.issued).toHaveLength(1);
  });

  ciTest('the keys of withAWS are passed if the noted end is late enough', async () => {
    const { build, shell } = createBuild({});
    const { code, output } = await build('Jenkinsfile.with-aws');
    expect([code, output]).toEqual([
      0,
      expect.stringContaining('./deploy.sh runs with ASIAWITHAWS000000001\n'),
    ]);
    await shell('sed -i "s/60 minutes/40 minutes/" Jenkinsfile.with-aws');
    const late = await build('Jenkinsfile.with-aws');
    expect([late.code, late.output]).toEqual([1, expect.stringContaining('error: not safe: a 45m job')]);
    expect(late.output).not.toContain('./deploy.sh runs');
  });

  ciTest('without the noted end, the keys of withAWS are refused', async () => {
    const { build, shell } = createBuild({});
    await shell(`sed -i 's/--expires [^ ]* //' Jenkinsfile.with-aws`);
    const { code, output } = await build('Jenkinsfile.with-aws');
    expect([code, output]).toEqual([1, expect.stringContaining('script returned exit code 125')]);
    expect(output).not.toContain('./deploy.sh runs');
  });

  ciTest.each([
    ['a refused step makes the build unstable', 2 * HOUR, SCRIPT, 'UNSTABLE'],
    ['a failed step makes the build fail', 6 * HOUR, 'exit 3', 'FAILURE'],
    ['a step that fits makes the build succeed', 6 * HOUR, SCRIPT, 'SUCCESS'],
  ])('%s', async (_, validSeconds, script, result) => {
    const task = await startTask({ validSeconds });
    const { build, writeScript } = createBuild(task.env);
    writeScript('load.sh', script);
    expect((await build('Jenkinsfile.unstable')).output).toMatch(new RegExp(`Finished: ${result}\n$`));
  });
});
