import { expect, test } from 'vitest';
import { describeReader } from '../support/credential-formats/describe-reader.ts';
import { HOUR, startPlace } from '../support/recipes/endpoints.ts';
import { readRecipe } from '../support/recipes/recipe.ts';
import { createWorkspace } from '../support/recipes/workspace.ts';
import { ciTest } from '../support/thorough.ts';
import { startRedshift } from './stand-ins/redshift-server.ts';

const recipe = readRecipe('psql');

/** The scripts of the recipe on an instance, with a cluster that accepts the credentials of this instance. */
async function createLoader(lifetimeSeconds: number, now = Date.now) {
  const instance = await startPlace('imds', lifetimeSeconds);
  const cluster = await startRedshift({ listKeys: instance.listServed, now });
  const workspace = createWorkspace(recipe, { env: { ...instance.env, ...cluster.env } });
  workspace.writeFiles();
  return { workspace, cluster };
}

describeReader('COPY and UNLOAD with psql', { program: 'psql', package: 'postgresql-client' }, () => {
  test('COPY gets the keys of the instance on stdin', async () => {
    const { workspace, cluster } = await createLoader(6 * HOUR);
    const { code, output } = await workspace.shell('sh load.sh');
    expect([code, output]).toEqual([0, 'COPY\n']);
    expect(cluster.statements).toEqual([
      expect.stringMatching(
        /^COPY sales FROM 's3:\/\/example-bucket\/sales\/' ACCESS_KEY_ID 'ASIA\w+' SECRET_ACCESS_KEY '[^']+' SESSION_TOKEN '[^']+' REGION 'eu-west-1' CSV;$/,
      ),
    ]);
    expect(recipe.blocks.map(({ code }) => code).join('')).not.toMatch(/psql.* -c/);
  });

  ciTest('UNLOAD gets the same clause', async () => {
    const { workspace, cluster } = await createLoader(6 * HOUR);
    const { code, output } = await workspace.shell('sh unload.sh');
    expect([code, output]).toEqual([0, 'UNLOAD\n']);
    expect(cluster.statements).toEqual([
      expect.stringMatching(/''north'''\)\nTO .* SESSION_TOKEN .* PARQUET;$/),
    ]);
  });

  test('no statement is sent if the credentials are too short', async () => {
    const { workspace, cluster } = await createLoader(2 * HOUR);
    const run = await workspace.shell('sh load.sh');
    expect([run.code, run.stdout]).toEqual([1, '']);
    workspace.expectShown(run, 'refusal');
    expect(cluster.statements).toEqual([]);
  });

  ciTest('the cluster refuses a statement with expired keys', async () => {
    const { workspace } = await createLoader(6 * HOUR, () => Date.now() + 7 * HOUR * 1000);
    const { code, stderr } = await workspace.shell('sh load.sh');
    expect(code).toBe(3);
    expect(stderr).toContain('The provided token has expired.');
  });
});
