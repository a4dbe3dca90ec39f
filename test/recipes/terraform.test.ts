import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeReader } from '../support/credential-formats/describe-reader.ts';
import { HOUR, startIdentityCenter } from '../support/recipes/endpoints.ts';
import { readRecipe } from '../support/recipes/recipe.ts';
import { createWorkspace } from '../support/recipes/workspace.ts';
import { startStateBucket } from './stand-ins/state-bucket.ts';

const recipe = readRecipe('terraform');
const STATE = '/example-state/network.tfstate';
const LOCK = `${STATE}.tflock`;

/** One resource that is built in, so that no provider is needed. */
const configure = (creation: string) => `terraform {
  backend "s3" {
    bucket         = "example-state"
    key            = "network.tfstate"
    region         = "eu-west-1"
    use_lockfile   = true
    use_path_style = true
  }
}
resource "terraform_data" "network" {
  provisioner "local-exec" {
    command = "touch created; ${creation}"
  }
}
`;

/** Arguments that a person does not need. */
const AUTOMATION = {
  CHECKPOINT_DISABLE: '1',
  TF_IN_AUTOMATION: '1',
  TF_CLI_ARGS: '-no-color',
  TF_CLI_ARGS_apply: '-input=false -auto-approve',
};

/** A configuration with its state in S3, on the machine of a person who is signed in. */
async function createProject(
  terraform: string,
  sessionSeconds: number,
  { variants = [] as string[], creation = 'true', now = (_folder: string) => Date.now() } = {},
) {
  const center = await startIdentityCenter(sessionSeconds);
  const bucket = await startStateBucket({
    listKeys: () => center.portal.issued,
    now: () => now(workspace.folder),
  });
  const workspace = createWorkspace(recipe, {
    env: { ...center.env, ...bucket.env, ...AUTOMATION, AWS_EC2_METADATA_DISABLED: 'true' },
    programs: [terraform],
    standIns: ['terragrunt.py'],
  });
  workspace.writeFiles(...variants);
  center.signIn(workspace.home);
  writeFileSync(join(workspace.folder, 'main.tf'), configure(creation));
  const initialize = async () => {
    const { code, output } = await workspace.shell(
      'cred-watch exec --profile deploy -j 1s --margin 0 -- terraform init',
    );
    expect(code, output).toBe(0);
    bucket.requests.length = 0;
    bucket.usedKeys.clear();
  };
  return { ...center, bucket, workspace, initialize };
}

describeReader('Terraform', { program: 'terraform', package: null }, (terraform) => {
  test.each(['refresh', 'copy', 'profile'])('apply runs and releases the lock (%s)', async (name) => {
    const { workspace, bucket, initialize } = await createProject(terraform, HOUR);
    await initialize();
    const { code, output } = await workspace.run(name);
    expect(code, output).toBe(0);
    expect(output).toContain('Apply complete! Resources: 1 added');
    expect([...bucket.objects.keys()]).toEqual([STATE]);
    expect(bucket.requests.some(({ url }) => url.startsWith(LOCK))).toBe(true);
  });

  test.each(['copy', 'profile'])(
    'with credentials that are too short, Terraform sends no request and takes no lock (%s)',
    async (name) => {
      const { workspace, bucket, initialize } = await createProject(terraform, HOUR / 2);
      await initialize();
      const run = await workspace.run(name);
      expect(run.code).toBe({ copy: 125, profile: 1 }[name]);
      workspace.expectShown(run, 'refusal');
      expect(bucket.requests).toEqual([]);
    },
  );

  test('with an endpoint, Terraform gets new credentials in the middle of an apply', async () => {
    const { workspace, bucket, initialize } = await createProject(terraform, 4, { creation: 'sleep 5' });
    await initialize();
    const { code, output } = await workspace.run('refresh');
    expect(code, output).toBe(0);
    expect(bucket.usedKeys.size).toBeGreaterThan(1);
    expect(bucket.objects.has(LOCK)).toBe(false);
  });

  test('a copy that expires during an apply leaves the lock and errored.tfstate; the recipe removes both', async () => {
    const { workspace, bucket, initialize } = await createProject(terraform, HOUR, {
      now: (folder) => Date.now() + (existsSync(join(folder, 'created')) ? HOUR * 1000 : 0),
    });
    await initialize();
    const failed = await workspace.run('copy');
    expect(failed.code).toBe(1);
    expect(failed.output).toContain('ExpiredToken');
    expect(bucket.objects.has(LOCK)).toBe(true);
    expect(existsSync(join(workspace.folder, 'errored.tfstate'))).toBe(true);
  });
});
