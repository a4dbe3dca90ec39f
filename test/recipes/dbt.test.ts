import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { describeClient } from '../support/peers/installed-client.ts';
import { HOUR, startPlace } from '../support/recipes/endpoints.ts';
import { BOTO3 } from '../support/recipes/python.ts';
import { readRecipe } from '../support/recipes/recipe.ts';
import { createWorkspace } from '../support/recipes/workspace.ts';
import { ciTest } from '../support/thorough.ts';
import { startRedshift } from './stand-ins/redshift-server.ts';

const recipe = readRecipe('dbt');

/** A project of dbt on an instance. */
async function createProject(lifetimeSeconds: number) {
  const instance = await startPlace('imds', lifetimeSeconds);
  const cluster = await startRedshift({ listKeys: instance.listServed });
  const workspace = createWorkspace(recipe, {
    env: { ...instance.env, ...cluster.env, AWS_DEFAULT_REGION: 'eu-west-1' },
    standIns: ['dbt.py'],
  });
  workspace.writeFiles();
  return { workspace, cluster, instance };
}

describeClient('dbt (a stand-in) with boto3', BOTO3, () => {
  ciTest('a macro gets the keys that were judged, and the run is recorded', async () => {
    const { workspace, cluster } = await createProject(6 * HOUR);
    const { code, output } = await workspace.run('operation');
    expect(code, output).toBe(0);
    expect(cluster.statements).toEqual([
      expect.stringMatching(/^COPY sales FROM .* SESSION_TOKEN '[^']+' CSV;$/),
    ]);
    const report = await workspace.shell('cred-watch report --job dbt-load -f json');
    expect(JSON.parse(report.stdout)).toMatchObject({ job_runs: { run_count: 1, failed_count: 0 } });
  });

  ciTest('a macro is not run if the credentials are too short', async () => {
    const { workspace, cluster } = await createProject(2 * HOUR);
    const run = await workspace.run('operation');
    expect(run.code).toBe(125);
    workspace.expectShown(run, 'refusal');
    expect(cluster.statements).toEqual([]);
  });

  ciTest('each connection gets the credentials of the profile', async () => {
    const { workspace, instance } = await createProject(6 * HOUR);
    const { code, output } = await workspace.shell('dbt build');
    const [{ accessKeyId } = { accessKeyId: '' }] = instance.listServed();
    expect([code, output]).toEqual([
      0,
      `${`connected with ${accessKeyId}\n`.repeat(2)}Completed successfully\n`,
    ]);
  });

  test('dbt cannot connect if the credentials of the profile are too short', async () => {
    const { workspace } = await createProject(2 * HOUR);
    const run = await workspace.shell('dbt build');
    expect(run.code).toBe(1);
    workspace.expectShown(run, 'refusal');
    expect(run.output).not.toContain('connected');
  });

  ciTest('without a profile, dbt gets the credentials of the endpoint', async () => {
    const { workspace, instance } = await createProject(HOUR);
    const profiles = workspace.locate('~/.dbt/profiles.yml');
    writeFileSync(profiles, readFileSync(profiles, 'utf8').replace(/.*iam_profile.*\n/, ''));
    const { code, output } = await workspace.run('refresh');
    expect([code, output]).toEqual([0, expect.stringContaining(instance.listServed()[0]?.accessKeyId ?? '')]);
  });
});
