import { expect, test } from 'vitest';
import { describeReader } from '../support/credential-formats/describe-reader.ts';
import { HOUR } from '../support/recipes/endpoints.ts';
import { readRecipe } from '../support/recipes/recipe.ts';
import { startTask } from '../support/recipes/task.ts';
import { validateInput } from '../support/recipes/validate-input.ts';
import { createWorkspace } from '../support/recipes/workspace.ts';
import { ciTest } from '../support/thorough.ts';

const recipe = readRecipe('aws-batch');

/** The image of the job. The tests do not wait for a rotation. */
function createImage(env: Readonly<Record<string, string>>, job = 'echo "loads $1 with $AWS_ACCESS_KEY_ID"') {
  const workspace = createWorkspace(recipe, {
    env,
    standIns: ['batch-submit-job.py'],
    replace: { '"--wait", "30m", ': '' },
  });
  workspace.writeFiles();
  workspace.writeScript('load-orders', `#!/bin/sh\n${job}\n`);
  const PATH = `${workspace.folder}:${workspace.env.PATH}`;
  const submit = async (between = 'true') => {
    const run = await workspace.shell('batch-submit-job job-definition.json day=monday', {
      env: { PATH, STAND_IN_BETWEEN_ATTEMPTS: between },
    });
    const { status, attempts } = JSON.parse(run.stdout.trim().split('\n').at(-1) ?? '');
    return { ...run, status, codes: attempts.map(({ container }: Attempt) => container.exitCode) };
  };
  return { ...workspace, submit };
}

interface Attempt {
  container: { exitCode: number };
}

describeReader('AWS Batch', { program: 'aws', package: 'awscli', folders: ['/usr/bin'] }, (aws) => {
  ciTest('the AWS CLI accepts the job definition', async () => {
    const image = createImage({});
    const { code, output } = await validateInput(
      image,
      aws,
      'batch register-job-definition',
      'job-definition.json',
    );
    expect([code, output]).toEqual([0, expect.stringContaining('"jobDefinitionArn"')]);
  });

  ciTest('the AWS CLI rejects a misspelt member', async () => {
    const image = createImage({});
    await image.shell('sed s/onExitCode/onExit/ job-definition.json > misspelt.json');
    const misspelt = await validateInput(image, aws, 'batch register-job-definition', 'misspelt.json');
    expect([misspelt.code, misspelt.output]).toEqual([252, expect.stringContaining('"onExit"')]);
  });
});

ciTest('a job that fits runs in the first attempt', async () => {
  const task = await startTask({ validSeconds: 6 * HOUR });
  const { status, codes, stdout } = await createImage(task.env).submit();
  expect([status, codes]).toEqual(['SUCCEEDED', [0]]);
  expect(stdout).toContain(`loads monday with ${task.served[0]}\n`);
});

test('a job that is too long starts in the attempt after the rotation', async () => {
  const task = await startTask({ validSeconds: 2 * HOUR, thenSeconds: 6 * HOUR });
  const image = createImage(task.env);
  const run = await image.submit(task.rotateCommand);
  expect([run.status, run.codes]).toEqual(['SUCCEEDED', [125, 0]]);
  image.expectShown(run, 'refusal');
  expect(run.stdout.match(/loads/g)).toHaveLength(1);
});

ciTest('without a rotation, the job fails after three attempts and never starts', async () => {
  const task = await startTask({ validSeconds: 2 * HOUR });
  const { status, codes, stdout } = await createImage(task.env).submit();
  expect([status, codes]).toEqual(['FAILED', [125, 125, 125]]);
  expect(stdout).not.toContain('loads');
});

ciTest('a job that fails by itself is not repeated', async () => {
  const task = await startTask({ validSeconds: 6 * HOUR });
  const { status, codes } = await createImage(task.env, 'exit 3').submit();
  expect([status, codes]).toEqual(['FAILED', [3]]);
});

test('the limit of an attempt covers the wait and the job', () => {
  const { timeout } = JSON.parse(recipe.blocks.find(({ name }) => name === 'job-definition.json')!.code);
  expect(timeout.attemptDurationSeconds).toBe(4.5 * HOUR);
});
