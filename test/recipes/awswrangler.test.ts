import { expect, test } from 'vitest';
import { repositoryPath } from '../support/cli/program-run.ts';
import { describeClient } from '../support/peers/installed-client.ts';
import { HOUR, startPlace } from '../support/recipes/endpoints.ts';
import { BOTO3 } from '../support/recipes/python.ts';
import { readRecipe } from '../support/recipes/recipe.ts';
import { createWorkspace } from '../support/recipes/workspace.ts';
import { ciTest } from '../support/thorough.ts';
import { startRedshift } from './stand-ins/redshift-server.ts';

const recipe = readRecipe('awswrangler');

/** Runs the script of the recipe on an instance. */
async function load(lifetimeSeconds: number) {
  const instance = await startPlace('imds', lifetimeSeconds);
  const cluster = await startRedshift({ listKeys: instance.listServed });
  const python = {
    PYTHONPATH: repositoryPath('test/recipes/stand-ins/python'),
    PYTHONDONTWRITEBYTECODE: '1',
  };
  const workspace = createWorkspace(recipe, { env: { ...instance.env, ...cluster.env, ...python } });
  workspace.writeFiles();
  const run = await workspace.shell(`${BOTO3.program} load.py`);
  return { workspace, cluster, run };
}

describeClient('awswrangler (a stand-in) with boto3', BOTO3, () => {
  test('the COPY has the keys that were judged', async () => {
    const { run, cluster } = await load(6 * HOUR);
    expect(run.code, run.output).toBe(0);
    expect(cluster.statements).toEqual([
      expect.stringMatching(
        /^COPY "public"."sales"\nFROM .*\n.*\nSESSION_TOKEN '[^']+'\nFORMAT AS PARQUET;$/,
      ),
    ]);
  });

  ciTest('no COPY is sent if the credentials are too short', async () => {
    const { workspace, run, cluster } = await load(2 * HOUR);
    expect(run.code).toBe(1);
    workspace.expectShown(run, 'refusal');
    expect(cluster.statements).toEqual([]);
  });
});
