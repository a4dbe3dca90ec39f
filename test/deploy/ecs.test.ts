import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startProcess } from '../support/cli/program-run.ts';
import { written } from '../support/cli/running-simulation.ts';
import { describeReader } from '../support/credential-formats/describe-reader.ts';
import { readDeployFile } from '../support/deploy/files.ts';
import { createDeployWorkspace } from '../support/deploy/workspace.ts';
import { listCodeBlocks } from '../support/docs/markdown.ts';
import { HOUR } from '../support/recipes/endpoints.ts';
import { startTask } from '../support/recipes/task.ts';
import { validateInput } from '../support/recipes/validate-input.ts';
import { ciTest } from '../support/thorough.ts';

const FILE = 'task-definition.json';
const TEXT = readDeployFile(`ecs/${FILE}`);

interface Container {
  name: string;
  essential: boolean;
  command: string[];
  [member: string]: unknown;
}
const CONTAINERS: readonly Container[] = JSON.parse(TEXT).containerDefinitions;
const find = (name: string): Container => CONTAINERS.find((each) => each.name === name)!;

/** The definition with the members of `poller` that docs/deploy.md describes for PostgreSQL. */
function withPostgres(): { containerDefinitions: Container[] } {
  const block = listCodeBlocks('docs/deploy.md').find(({ code }) => code.includes('"secrets"'));
  const definition = JSON.parse(TEXT);
  Object.assign(definition.containerDefinitions[0], JSON.parse(block?.code ?? ''));
  return definition;
}

/** A task with the containers of the file. The check does not wait, and the poller listens on a free loopback port. */
function createTask(env: Readonly<Record<string, string>>, job = 'echo "loads"') {
  const workspace = createDeployWorkspace({ env, standIns: ['ecs-run-task.py'] });
  const replace = (text: string, word: string, value: string) => {
    expect(text).toContain(word);
    return text.replace(word, value);
  };
  let text = replace(TEXT, '"--wait", "90m", ', '');
  text = replace(text, '0.0.0.0:9464', '127.0.0.1:0');
  text = replace(text, 's3://BUCKET/cred-watch', './pushed');
  writeFileSync(join(workspace.folder, FILE), text);
  workspace.writeScript('load-orders', `#!/bin/sh\n${job}\n`);
  return {
    ...workspace,
    runTask: async () => {
      const run = await workspace.shell(`ecs-run-task ${FILE}`, {
        env: {
          PATH: `${workspace.folder}:${workspace.env.PATH}`,
          STAND_IN_ENTRY_POINTS: '{"cred-watch": ["cred-watch"]}',
        },
      });
      const { stoppedReason, containers } = JSON.parse(run.stdout.trim().split('\n').at(-1)!);
      const exitCodes = Object.fromEntries(
        containers.map(({ name, exitCode }: { name: string; exitCode: number }) => [name, exitCode]),
      );
      return { ...run, stoppedReason, exitCodes };
    },
  };
}

/** Waits until the check and the poller have recorded a sample, so that the end of the job does not stop the poller before. */
const AFTER_SAMPLES =
  'for i in $(seq 100); do [ "$(cred-watch export | grep -c ASIA)" -lt 2 ] || break; sleep 0.1; done; echo "loads"';

describeReader('the task definition', { program: 'aws', package: 'awscli', folders: ['/usr/bin'] }, (aws) => {
  ciTest('the AWS CLI accepts it, and rejects a misspelt member', async () => {
    const workspace = createDeployWorkspace();
    writeFileSync(join(workspace.folder, FILE), TEXT);
    const validate = () => validateInput(workspace, aws, 'ecs register-task-definition', FILE);
    expect(await validate()).toMatchObject({
      code: 0,
      output: expect.stringContaining('"taskDefinitionArn"'),
    });
    writeFileSync(join(workspace.folder, FILE), JSON.stringify(withPostgres()));
    expect(await validate()).toMatchObject({ code: 0 });
    writeFileSync(join(workspace.folder, FILE), TEXT.replace('"condition"', '"conditions"'));
    expect(await validate()).toMatchObject({ code: 252, output: expect.stringContaining('"conditions"') });
  });
});

describe('the task', () => {
  test('a job that fits is started after the check, and its end stops the poller', async () => {
    const task = await startTask({ validSeconds: 6 * HOUR });
    const { runTask, folder } = createTask(task.env, AFTER_SAMPLES);
    const { stoppedReason, exitCodes, stdout } = await runTask();
    expect(exitCodes).toEqual({ poller: 0, metrics: 0, gate: 0, load: 0 });
    expect(stoppedReason).toBe('Essential container in task exited');
    expect(stdout).toMatch(/^safe: /m);
    expect(stdout).toMatch(/^loads$/m);
    expect(readdirSync(join(folder, 'pushed'))).toContain('host=load-orders');
  });

  ciTest('the container `metrics` prints metrics for CloudWatch, and ends with the task', async () => {
    const task = await startTask({ validSeconds: 6 * HOUR });
    const { shell, env } = createTask(task.env);
    await shell('cred-watch poll --source container');
    const [script = ''] = find('metrics').command;
    expect(script).toContain('sleep 60 ');
    const program = startProcess(['sh', '-c', script.replace('sleep 60 ', 'sleep 0.1 ')], { env });
    const [line = ''] = (await written(program, /"job_name".*\n/)).split('\n');
    expect(JSON.parse(line)._aws.CloudWatchMetrics[0].Namespace).toBe('cred-watch');
    program.child.kill('SIGTERM');
    expect((await program.done).code).toBe(0);
  });

  ciTest('a job that is too long is not started', async () => {
    const task = await startTask({ validSeconds: 2 * HOUR });
    const { exitCodes, output } = await createTask(task.env).runTask();
    expect(exitCodes).toMatchObject({ gate: 1 });
    expect(exitCodes).not.toHaveProperty('load');
    expect(output).toContain('not safe: a 4h job');
    expect(output).not.toMatch(/^loads$/m);
  });

  ciTest('without credentials of a task, the job is not started', async () => {
    const { exitCodes, output } = await createTask({}).runTask();
    expect(exitCodes).not.toHaveProperty('load');
    expect(output).not.toMatch(/^loads$/m);
  });

  ciTest('the health check succeeds after a sample, and fails without one', async () => {
    const task = await startTask({ validSeconds: 6 * HOUR });
    const { shell } = createTask({ ...task.env, CRED_WATCH_HOST: 'load-orders' });
    const { command } = find('poller').healthCheck as { command: string[] };
    expect(command[0]).toBe('CMD');
    const check = () => shell(command.slice(1).join(' '));
    // The image names a database, which does not exist yet.
    expect((await check()).code).toBe(2);
    expect((await shell('cred-watch poll --source container')).code).toBe(0);
    expect((await check()).code).toBe(0);
  });
});

test('the example for PostgreSQL changes only the destination, and adds tags and a secret', () => {
  const { command } = withPostgres().containerDefinitions[0]!;
  const own = find('poller').command;
  expect(command.slice(0, own.length - 1)).toEqual(own.slice(0, -1));
  expect(command.slice(own.length - 1)).toEqual([
    'postgres://loader@db.example.com/fleet',
    '--tag',
    'env=prod',
  ]);
});

test('only the job is essential, so a failure of the poller does not stop it', () => {
  expect(CONTAINERS.filter(({ essential }) => essential).map(({ name }) => name)).toEqual(['load']);
});

test('the poller and the check share the host, and all of cred-watch the database', () => {
  for (const name of ['poller', 'gate'])
    expect(find(name)).toMatchObject({ environment: [{ name: 'CRED_WATCH_HOST', value: 'load-orders' }] });
  for (const name of ['poller', 'metrics', 'gate']) {
    expect(find(name)).toMatchObject({
      user: '1000:1000',
      readonlyRootFilesystem: true,
      linuxParameters: { capabilities: { drop: ['ALL'] } },
      mountPoints: [{ sourceVolume: 'samples', containerPath: '/var/lib/cred-watch' }],
    });
  }
});
