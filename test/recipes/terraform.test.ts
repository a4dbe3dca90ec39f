import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeReader } from '../support/credential-formats/describe-reader.ts';
import { HOUR } from '../support/recipes/endpoints.ts';
import { readRecipe } from '../support/recipes/recipe.ts';
import {
  AS_DEPLOY,
  createProject,
  describeTerraform,
  LOCK,
  STATE,
} from '../support/recipes/terraform-project.ts';
import { ciTest, sampleCases } from '../support/thorough.ts';

const recipe = readRecipe('terraform');

describeTerraform((installation) => {
  const create = createProject.bind(null, recipe, installation);

  test.each(sampleCases(['copy', 'refresh', 'profile'], 3))(
    'apply runs and releases the lock (%s)',
    async (name) => {
      const { workspace, bucket, initialize } = await create(HOUR);
      await initialize();
      const { code, output } = await workspace.run(name);
      expect(code, output).toBe(0);
      expect(output).toContain('Apply complete! Resources: 1 added');
      expect([...bucket.objects.keys()]).toEqual([STATE]);
      expect(bucket.requests.some(({ url }) => url.startsWith(LOCK))).toBe(true);
    },
  );

  ciTest.each(['profile', 'copy'])(
    'with credentials that are too short, Terraform sends no request and takes no lock (%s)',
    async (name) => {
      const { workspace, bucket, initialize } = await create(HOUR / 2);
      await initialize();
      const run = await workspace.run(name);
      expect(run.code).toBe({ copy: 125, profile: 1 }[name]);
      workspace.expectShown(run, 'refusal');
      expect(bucket.requests).toEqual([]);
    },
  );

  ciTest('with an endpoint, Terraform gets new credentials in the middle of an apply', async () => {
    const { workspace, bucket, initialize } = await create(4, { creation: 'sleep 5' });
    await initialize();
    const { code, output } = await workspace.run('refresh');
    expect(code, output).toBe(0);
    expect(bucket.usedKeys.size).toBeGreaterThan(1);
    expect(output).toContain('note: the token of IAM Identity Center expires at');
    expect(bucket.objects.has(LOCK)).toBe(false);
  });

  ciTest('a copy that expires during an apply leaves the lock and errored.tfstate', async () => {
    const { workspace, bucket, initialize } = await create(HOUR, {
      now: (folder) => Date.now() + (existsSync(join(folder, 'created')) ? HOUR * 1000 : 0),
    });
    await initialize();
    const failed = await workspace.run('copy');
    expect(failed.code).toBe(1);
    expect(failed.output).toContain('Error: Failed to save state');
    expect(failed.output).toContain('ExpiredToken');
    expect([...bucket.objects.keys()]).toEqual([LOCK]);
    expect(existsSync(join(workspace.folder, 'errored.tfstate'))).toBe(true);

    // The recipe repairs both. The clock of S3 goes back, so that new credentials are valid.
    rmSync(join(workspace.folder, 'created'));
    const { ID } = JSON.parse(bucket.objects.get(LOCK) ?? '');
    const script = recipe.read('run', 'unlock').replace('LOCK_ID', ID);
    workspace.writeScript('repair.sh', `#!/bin/sh\nset -e\n${script}`);
    const repaired = await workspace.shell(`${AS_DEPLOY} ./repair.sh`, { stdin: 'yes\n' });
    expect(repaired.code, repaired.output).toBe(0);
    expect([...bucket.objects.keys()]).toEqual([STATE]);
  });

  if (!installation.isOnlyOne) return;
  describeReader('under Terragrunt (a stand-in)', { program: 'jq', package: 'jq' }, () => {
    ciTest.each(sampleCases(['terragrunt-auth', 'terragrunt-refresh'], 2))(
      'each unit gets credentials (%s)',
      async (name) => {
        const { workspace, bucket } = await create(HOUR);
        const { code, output } = await workspace.run(name);
        expect(code, output).toBe(0);
        expect([...bucket.objects.keys()]).toEqual([STATE]);
      },
    );

    ciTest(
      'the script for each unit refuses credentials that are too short, so Terraform is not started',
      async () => {
        const { workspace, bucket } = await create(HOUR / 2);
        const run = await workspace.run('terragrunt-auth');
        expect(run.code).toBe(1);
        workspace.expectShown(run, 'refusal');
        expect(bucket.requests).toEqual([]);
      },
    );

    const hookCases = [
      [HOUR / 2, 1],
      [HOUR, 0],
    ] as const;

    ciTest.each(sampleCases(hookCases, 4))(
      'the hook judges keys in variables that are valid for %i seconds',
      async (sessionSeconds, code) => {
        const { workspace, bucket } = await create(sessionSeconds, { variants: ['hook'] });
        const run = await workspace.shell(`${AS_DEPLOY} terragrunt run --all apply`);
        expect(run.code, run.output).toBe(code);
        expect(bucket.objects.has(STATE)).toBe(code === 0);
        expect(/not safe: a 50m job/.test(run.output)).toBe(code === 1);
      },
    );
  });
});
