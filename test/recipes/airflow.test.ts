import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { NOWHERE } from '../support/cli/program-run.ts';
import { describeReader } from '../support/credential-formats/describe-reader.ts';
import { HOUR, startPlace } from '../support/recipes/endpoints.ts';
import { readRecipe } from '../support/recipes/recipe.ts';
import { startTask } from '../support/recipes/task.ts';
import { createWorkspace } from '../support/recipes/workspace.ts';
import { ciTest } from '../support/thorough.ts';

const recipe = readRecipe('airflow');

function createWorker(env: Readonly<Record<string, string>>, replace: Readonly<Record<string, string>> = {}) {
  const workspace = createWorkspace(recipe, { env, standIns: ['airflow-run-dag.py'], replace });
  workspace.writeFiles();
  workspace.writeScript('psql', '#!/bin/sh\necho "psql $* with $AWS_ACCESS_KEY_ID"\n');
  const PATH = `${workspace.folder}:${workspace.env.PATH}`;
  const redshift = join(workspace.folder, 'redshift.sql');
  const runDag = async (dag: string, between = 'true') => {
    const run = await workspace.shell(`set -a; . ./airflow.env; set +a; airflow-run-dag dags/${dag}.py`, {
      env: { PATH, STAND_IN_BETWEEN_ATTEMPTS: between, STAND_IN_REDSHIFT: redshift },
    });
    return { ...run, states: JSON.parse(run.stdout.trim().split('\n').at(-1) ?? '').states };
  };
  return {
    ...workspace,
    runDag,
    readStatements: () => (existsSync(redshift) ? readFileSync(redshift, 'utf8') : ''),
  };
}

describe('a sensor and a load', () => {
  ciTest('a load that fits runs with the credentials of the worker', async () => {
    const task = await startTask({ validSeconds: 6 * HOUR });
    const { stdout, states } = await createWorker(task.env).runDag('load_orders');
    expect(states).toEqual({ wait: 'success', load: 'success' });
    expect(stdout).toContain(`psql -f /srv/load.sql with ${task.served.at(-1)}\n`);
  });

  test('the sensor pokes until the rotation, then the load runs', async () => {
    const task = await startTask({ validSeconds: 2 * HOUR, thenSeconds: 6 * HOUR });
    const worker = createWorker(task.env);
    const run = await worker.runDag('load_orders', task.rotateCommand);
    worker.expectShown({ output: run.stdout }, 'sensor');
    expect(run.states).toEqual({ wait: 'success', load: 'success' });
    expect(run.stdout).toContain('psql -f /srv/load.sql with ASIATASK000000000002');
  });

  ciTest('without a rotation, the sensor times out and the load never starts', async () => {
    const task = await startTask({ validSeconds: 2 * HOUR });
    const { stdout, states } = await createWorker(task.env, { '2 * 60 * 60': '600' }).runDag('load_orders');
    expect(states).toEqual({ wait: 'failed', load: 'upstream_failed' });
    expect(stdout).toContain('Sensor has timed out');
    expect(stdout.match(/will retry later/g)).toHaveLength(3);
  });

  ciTest('the sensor fails at once if the start cannot be judged', async () => {
    const { stdout, states } = await createWorker({ AWS_CONTAINER_CREDENTIALS_FULL_URI: NOWHERE }).runDag(
      'load_orders',
    );
    expect(states).toEqual({ wait: 'failed', load: 'upstream_failed' });
    expect(stdout).toContain('AirflowFailException: Command exited with return code 3');
  });

  ciTest('a load that meets short credentials is retried and then runs', async () => {
    const task = await startTask({ validSeconds: 2 * HOUR, thenSeconds: 6 * HOUR });
    const worker = createWorker(task.env, { 'wait >> load': '', 'check -j 4h': 'check -j 1h' });
    const run = await worker.runDag('load_orders', task.rotateCommand);
    worker.expectShown({ output: run.stdout }, 'exec');
    expect(run.states.load).toBe('success');
    expect(run.stdout.match(/psql -f/g)).toHaveLength(1);
  });

  ciTest('-j auto takes the duration of recorded runs', async () => {
    const task = await startTask({ validSeconds: HOUR });
    const worker = createWorker(task.env, { 'wait >> load': '', 'check -j 4h': 'check -j 30m' });
    await worker.shell('sed -i "s/load_orders -j 4h/load_orders -j auto/" dags/load_orders.py');
    expect((await worker.runDag('load_orders')).states.load).toBe('failed');
    expect((await worker.shell('cred-watch exec -j 1m --job load_orders -- true')).code).toBe(0);
    expect((await worker.runDag('load_orders')).states.load).toBe('success');
  });
});

describe('a gate', () => {
  const replace = { '/srv/refresh.sh ': 'echo refreshes' };

  ciTest('a start that fits runs the task after the gate', async () => {
    const task = await startTask({ validSeconds: HOUR });
    const { stdout, states } = await createWorker(task.env, replace).runDag('refresh_cache');
    expect(states).toEqual({ gate: 'success', refresh: 'success' });
    expect(stdout).toContain('INFO - refreshes\n');
  });

  test('an unsafe start skips the gate and the task after it, without a retry', async () => {
    const task = await startTask({ validSeconds: HOUR / 2 });
    const { stdout, states } = await createWorker(task.env, replace).runDag('refresh_cache');
    expect(states).toEqual({ gate: 'skipped', refresh: 'skipped' });
    expect(stdout).toContain('INFO - not safe: a 50m job with a margin of 5m that starts now');
    expect(stdout).toContain('Bash command returned exit code 99. Skipping.');
    expect(stdout.match(/Command exited/g)).toHaveLength(1);
  });

  ciTest('a start that cannot be judged is retried, then fails', async () => {
    const { stdout, states } = await createWorker(
      { AWS_CONTAINER_CREDENTIALS_FULL_URI: NOWHERE },
      replace,
    ).runDag('refresh_cache');
    expect(states).toEqual({ gate: 'failed', refresh: 'upstream_failed' });
    expect(stdout.match(/UP_FOR_RETRY/g)).toHaveLength(2);
  });

  ciTest('the command that ends with .sh has a space at its end', async () => {
    const task = await startTask({ validSeconds: HOUR });
    const worker = createWorker(task.env);
    expect(worker.locate('dags/refresh_cache.py')).toSatisfy((path: string) =>
      readFileSync(path, 'utf8').includes('"/srv/refresh.sh "'),
    );
    await worker.shell('sed -i "s#refresh.sh #refresh.sh#" dags/refresh_cache.py');
    expect((await worker.runDag('refresh_cache')).stdout).toContain('TemplateNotFound');
  });
});

describeReader('a connection', { program: 'aws', package: 'awscli', folders: ['/usr/bin'] }, () => {
  ciTest('a COPY that fits gets the keys of the instance', async () => {
    const instance = await startPlace('imds', 6 * HOUR);
    const worker = createWorker(instance.env);
    const { states } = await worker.runDag('copy_orders');
    expect(states).toEqual({ copy: 'success' });
    const { accessKeyId } = instance.listServed().at(-1)!;
    expect(worker.readStatements()).toMatch(
      new RegExp(
        `^COPY public.orders FROM 's3://example-bucket/orders/' credentials 'aws_access_key_id=${accessKeyId};`,
      ),
    );
  });

  ciTest(
    'no COPY is sent if the credentials are too short, and the log of every attempt says why',
    async () => {
      const instance = await startPlace('imds', 2 * HOUR);
      const worker = createWorker(instance.env, { 'retries=8': 'retries=1' });
      const run = await worker.runDag('copy_orders');
      worker.expectShown({ output: run.stdout }, 'connection');
      expect(run.states).toEqual({ copy: 'failed' });
      expect(run.stdout.match(/Marking task as/g)).toHaveLength(2);
      expect(worker.readStatements()).toBe('');
    },
  );

  ciTest('a connection with a role writes no key', async () => {
    const worker = createWorker(
      {},
      { '"profile_name": "nightly"': '"role_arn": "arn:aws:iam::111122223333:role/copy"' },
    );
    await worker.runDag('copy_orders');
    expect(worker.readStatements()).toContain(
      "credentials 'aws_iam_role=arn:aws:iam::111122223333:role/copy'",
    );
  });
});
