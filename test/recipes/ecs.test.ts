import { chmodSync } from 'node:fs';
import { expect, test } from 'vitest';
import { describeReader } from '../support/credential-formats/describe-reader.ts';
import { HOUR } from '../support/recipes/endpoints.ts';
import { readRecipe } from '../support/recipes/recipe.ts';
import { startTask } from '../support/recipes/task.ts';
import { validateInput } from '../support/recipes/validate-input.ts';
import { createWorkspace } from '../support/recipes/workspace.ts';
import { ciTest } from '../support/thorough.ts';

const recipe = readRecipe('ecs');

/** The files of the recipe in the image of a task. The tests do not wait for a rotation. */
function createImage(env: Readonly<Record<string, string>>) {
  const workspace = createWorkspace(recipe, {
    env,
    standIns: ['ecs-run-task.py'],
    replace: { '"--wait", "90m", ': '' },
  });
  workspace.writeFiles();
  chmodSync(workspace.locate('entry-point.sh'), 0o755);
  workspace.writeScript('load-orders', '#!/bin/sh\necho "loads with $AWS_ACCESS_KEY_ID"\n');
  const path = `${workspace.folder}:${workspace.env.PATH}`;
  return {
    ...workspace,
    runTask: () => workspace.shell('ecs-run-task task-definition.json', { env: { PATH: path } }),
  };
}

/** What `describe-tasks` shows after the task has ended. */
const readEnd = ({ stdout }: { stdout: string }) => JSON.parse(stdout.trim().split('\n').at(-1)!);

const endedWith = (exitCode: number) => ({
  lastStatus: 'STOPPED',
  stoppedReason: 'Essential container in task exited',
  containers: [{ name: 'load', exitCode }],
});

describeReader('ECS entry points', { program: 'aws', package: 'awscli', folders: ['/usr/bin'] }, (aws) => {
  ciTest('the AWS CLI accepts the task definition', async () => {
    const image = createImage({});
    const { code, output } = await validateInput(
      image,
      aws,
      'ecs register-task-definition',
      'task-definition.json',
    );
    expect([code, output]).toEqual([0, expect.stringContaining('"taskDefinitionArn"')]);
  });

  ciTest('the AWS CLI rejects a misspelt member', async () => {
    const image = createImage({});
    await image.shell('sed s/entryPoint/entrypoint/ task-definition.json > misspelt.json');
    const misspelt = await validateInput(image, aws, 'ecs register-task-definition', 'misspelt.json');
    expect([misspelt.code, misspelt.output]).toEqual([252, expect.stringContaining('"entrypoint"')]);
  });
});

ciTest('a job that fits runs with the credentials of the task', async () => {
  const task = await startTask({ validSeconds: 6 * HOUR });
  const { runTask } = createImage(task.env);
  const run = await runTask();
  const { stdout } = run;
  expect(stdout).toContain('as expected: every SDK uses container (role loader');
  expect(stdout).toContain(`loads with ${task.served.at(-1)}\n`);
  expect(readEnd(run)).toEqual(endedWith(0));
});

test('a job that is too long is not started, and the log says why', async () => {
  const task = await startTask({ validSeconds: 2 * HOUR });
  const image = createImage(task.env);
  const run = await image.runTask();
  image.expectShown(run, 'too-short');
  expect(run.stdout).not.toContain('loads with');
  expect(readEnd(run)).toEqual(endedWith(125));
});

ciTest('a job with the role of another task is not started', async () => {
  const task = await startTask({ validSeconds: 6 * HOUR, role: 'web' });
  const image = createImage(task.env);
  const run = await image.runTask();
  image.expectShown(run, 'other-role');
  expect(run.stdout).not.toContain('loads with');
  expect(readEnd(run)).toEqual(endedWith(1));
});

ciTest('keys in the image hide the task, so the job is not started', async () => {
  const task = await startTask({ validSeconds: 6 * HOUR });
  const { runTask } = createImage({
    ...task.env,
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'x',
  });
  const { stdout } = await runTask();
  expect(stdout).toMatch(/^expected container, got environment/m);
  expect(stdout).not.toContain('loads with');
});
