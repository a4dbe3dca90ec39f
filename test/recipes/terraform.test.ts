import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeReader } from '../support/credential-formats/describe-reader.ts';
import { HOUR, startIdentityCenter } from '../support/recipes/endpoints.ts';
import { readRecipe } from '../support/recipes/recipe.ts';
import { createWorkspace } from '../support/recipes/workspace.ts';
import { ciTest, sampleCases } from '../support/thorough.ts';
import { startStateBucket } from './stand-ins/state-bucket.ts';

const recipe = readRecipe('terraform');
const STATE = '/example-state/network.tfstate';
const LOCK = `${STATE}.tflock`;

/** Runs a command with a copy, however short. */
const AS_DEPLOY = 'cred-watch exec --profile deploy -j 1s --margin 0 --';

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
      'cred-watch exec --refresh --profile deploy -- terraform init',
    );
    expect(code, output).toBe(0);
    bucket.requests.length = 0;
    bucket.usedKeys.clear();
  };
  return { ...center, bucket, workspace, initialize };
}

describeReader('Terraform', { program: 'terraform', package: null }, (terraform) => {
  test.each(sampleCases(['copy', 'refresh', 'profile'], 3))(
    'apply runs and releases the lock (%s)',
    async (name) => {
      const { workspace, bucket, initialize } = await createProject(terraform, HOUR);
      await initialize();
      const { code, output } = await workspace.run(name);
      expect(code, output).toBe(0);
      expect(output).toContain('Apply complete! Resources: 1 added');
      expect([...bucket.objects.keys()]).toEqual([STATE]);
      expect(bucket.requests.some(({ url }) => url.startsWith(LOCK))).toBe(true);
    },
  );

  test.each(sampleCases(['profile', 'copy'], 2))(
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
    expect(output).toContain('note: the token of IAM Identity Center expires at');
    expect(bucket.objects.has(LOCK)).toBe(false);
  });

  ciTest(
    'a copy that expires during an apply leaves the lock and errored.tfstate, and the recipe repairs both',
    async () => {
      const { workspace, bucket, initialize } = await createProject(terraform, HOUR, {
        now: (folder) => Date.now() + (existsSync(join(folder, 'created')) ? HOUR * 1000 : 0),
      });
      await initialize();
      const failed = await workspace.run('copy');
      expect(failed.code).toBe(1);
      expect(failed.output).toContain('ExpiredToken');
      expect(bucket.objects.has(LOCK)).toBe(true);
      expect(bucket.objects.has(STATE)).toBe(false);
      expect(existsSync(join(workspace.folder, 'errored.tfstate'))).toBe(true);

      rmSync(join(workspace.folder, 'created'));
      const { ID } = JSON.parse(bucket.objects.get(LOCK) ?? '');
      workspace.writeScript(
        'repair.sh',
        `#!/bin/sh\nset -e\n${recipe.read('run', 'unlock').replace('LOCK_ID', ID)}`,
      );
      const repaired = await workspace.shell(`${AS_DEPLOY} ./repair.sh`, { stdin: 'yes\n' });
      expect(repaired.code, repaired.output).toBe(0);
      expect([...bucket.objects.keys()]).toEqual([STATE]);
    },
  );
});

describeReader(
  'Terragrunt (a stand-in) with Terraform',
  { program: 'terraform', package: null },
  (terraform) => {
    describeReader('with jq', { program: 'jq', package: 'jq' }, () => {
      async function createUnit(sessionSeconds: number, variants: string[] = []) {
        const project = await createProject(terraform, sessionSeconds, { variants });
        const { workspace } = project;
        if (variants.length === 0) writeFileSync(join(workspace.folder, 'terragrunt.hcl'), '');
        chmodSync(workspace.locate('~/bin/unit-credentials'), 0o755);
        return project;
      }

      test.each(['terragrunt-refresh', 'terragrunt-auth'])(
        'each unit gets credentials (%s)',
        async (name) => {
          const { workspace, bucket } = await createUnit(HOUR);
          const { code, output } = await workspace.run(name);
          expect(code, output).toBe(0);
          expect([...bucket.objects.keys()]).toEqual([STATE]);
        },
      );

      test('the script for each unit refuses credentials that are too short, so Terraform is not started', async () => {
        const { workspace, bucket } = await createUnit(HOUR / 2);
        const run = await workspace.run('terragrunt-auth');
        expect(run.code).toBe(1);
        workspace.expectShown(run, 'refusal');
        expect(bucket.requests).toEqual([]);
      });

      test.each([
        [HOUR, 0],
        [HOUR / 2, 1],
      ])('the hook judges keys in variables that are valid for %i seconds', async (sessionSeconds, code) => {
        const { workspace, bucket } = await createUnit(sessionSeconds, ['hook']);
        const run = await workspace.shell(`${AS_DEPLOY} terragrunt run --all apply`);
        expect(run.code, run.output).toBe(code);
        expect(bucket.objects.has(STATE)).toBe(code === 0);
        expect(/not safe: a 50m job/.test(run.output)).toBe(code === 1);
      });
    });
  },
);
