import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { NOWHERE } from '../support/cli/program-run.ts';
import { describeReader } from '../support/credential-formats/describe-reader.ts';
import { HOUR } from '../support/recipes/endpoints.ts';
import { readRecipe } from '../support/recipes/recipe.ts';
import { startTask } from '../support/recipes/task.ts';
import { createWorkspace } from '../support/recipes/workspace.ts';
import { ciTest, sampleCases } from '../support/thorough.ts';

const recipe = readRecipe('systemd');
const UNITS = '/etc/systemd/system';
const LOAD =
  '#!/bin/sh\n[ -n "$AWS_ACCESS_KEY_ID" ] || AWS_ACCESS_KEY_ID="no copy"\necho "loads with $AWS_ACCESS_KEY_ID"\n';
const SERVICE = `${UNITS}/load-orders.service`;

/** The files of the recipe on a host, with the paths of the test. The tests do not wait for a rotation. */
function createHost(env: Readonly<Record<string, string>>, ...variants: string[]) {
  const workspace = createWorkspace(recipe, {
    env: { CRED_WATCH_DB: undefined, ...env },
    standIns: ['systemd-start.py'],
    replace: { ' --wait 2h': '' },
  });
  workspace.writeFiles(...variants);
  workspace.writeScript('/srv/load.sh', LOAD);
  const { locate, shell, root } = workspace;
  const files = ['cred-watch.service', 'load-orders.service', 'load-orders.timer'].map((name) =>
    locate(`${UNITS}/${name}`),
  );
  const dropIns = variants.map((name) => locate(`${SERVICE}.d/${name}.conf`));
  for (const file of [...files, ...dropIns]) {
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replaceAll('/srv/load.sh', `${root}/srv/load.sh`));
    chmodSync(file, 0o644);
  }
  const start = (between = 'true') =>
    shell(`systemd-start ${locate(SERVICE)}`, { env: { STAND_IN_BETWEEN_ATTEMPTS: between } });
  return { ...workspace, files, start };
}

describeReader('systemd', { program: 'systemd-analyze', package: 'systemd' }, () => {
  test.each(sampleCases([['no'], ['skip'], ['retry']], 3))(
    'systemd accepts the files with %s changes',
    async (variant) => {
      const { shell, files } = createHost({}, ...(variant === 'no' ? [] : [variant]));
      const { code, output } = await shell(`systemd-analyze verify --man=no ${files.join(' ')}`);
      expect([code, output]).toEqual([0, '']);
    },
  );
});

describe('the service', () => {
  ciTest('a load that fits runs with the credentials that were judged', async () => {
    const task = await startTask({ validSeconds: 6 * HOUR });
    const { start, shell, root } = createHost(task.env);
    const { code, output } = await start();
    expect([code, output]).toEqual([0, expect.stringContaining(`: loads with ${task.served[0]}\n`)]);
    const report = await shell(
      `cred-watch report --job load-orders --db ${root}/var/lib/cred-watch/samples.db`,
    );
    expect(report.stdout).toContain('1 run of load-orders');
  });

  test('a load that is too long is not started, and the journal says why', async () => {
    const task = await startTask({ validSeconds: 2 * HOUR });
    const host = createHost(task.env);
    const run = await host.start();
    host.expectShown(run, 'refusal');
    expect(run.code).toBe(1);
    expect(run.output).not.toContain('loads with');
  });

  ciTest('a condition skips the start without an error', async () => {
    const task = await startTask({ validSeconds: 2 * HOUR });
    const host = createHost(task.env, 'skip');
    const run = await host.start();
    host.expectShown(run, 'skipped');
    expect(run.code).toBe(0);
    expect(run.output).not.toContain('loads with');
  });

  ciTest('a condition lets a load that fits start, which gets no copy', async () => {
    const task = await startTask({ validSeconds: 6 * HOUR });
    const { code, output } = await createHost(task.env, 'skip').start();
    expect([code, output]).toEqual([0, expect.stringContaining(': loads with no copy\n')]);
  });

  ciTest('a condition that cannot be judged fails the unit', async () => {
    const { code, output } = await createHost(
      { AWS_CONTAINER_CREDENTIALS_FULL_URI: NOWHERE },
      'skip',
    ).start();
    expect([code, output]).toEqual([1, expect.stringContaining('status=255')]);
    expect(output).not.toContain('loads with');
  });

  ciTest('with a restart for exit code 125, the load starts after the rotation', async () => {
    const task = await startTask({ validSeconds: 2 * HOUR, thenSeconds: 6 * HOUR });
    const { code, output } = await createHost(task.env, 'retry').start(task.rotateCommand);
    expect([code, output]).toEqual([
      0,
      expect.stringContaining('Scheduled restart job, restart counter is at 1.'),
    ]);
    expect(output.match(/loads with/g)).toHaveLength(1);
  });

  ciTest('without a rotation, the restarts end after ten attempts', async () => {
    const task = await startTask({ validSeconds: 2 * HOUR });
    const { code, output } = await createHost(task.env, 'retry').start();
    expect([code, output.match(/status=125/g)?.length]).toEqual([1, 10]);
    expect(output).toContain("Failed with result 'start-limit-hit'.");
    expect(output).not.toContain('loads with');
  });
});
