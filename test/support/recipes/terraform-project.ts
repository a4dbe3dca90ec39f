import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { startStateBucket } from '../../recipes/stand-ins/state-bucket.ts';
import { findProgram } from '../credential-formats/describe-reader.ts';
import { describeClient } from '../peers/installed-client.ts';
import { isThorough } from '../thorough.ts';
import { startIdentityCenter } from './endpoints.ts';
import { BOTO3 } from './python.ts';
import type { Recipe } from './recipe.ts';
import { createWorkspace, type WorkspaceOptions } from './workspace.ts';

export const STATE = '/example-state/network.tfstate';
export const LOCK = `${STATE}.tflock`;

/** Runs a command with a copy, however short. */
export const AS_DEPLOY = 'cred-watch exec --profile deploy -j 1s --margin 0 --';

/** Puts `terraform` on the PATH: the real program, or the stand-in. */
interface Installation extends Required<Pick<WorkspaceOptions, 'programs' | 'standIns'>> {
  /** False if the same tests already run with the real Terraform. */
  isOnlyOne: boolean;
}

/**
 * Declares the same tests for the real Terraform and for its stand-in. Without the real one, only the stand-in is
 * tested. With the real one, only CI also tests the stand-in, to see that it behaves in the same way.
 */
export function describeTerraform(tests: (installation: Installation) => void): void {
  const real = findProgram({ program: 'terraform', package: null });
  if (real !== null)
    describe('Terraform', () => tests({ programs: [real], standIns: ['terragrunt.py'], isOnlyOne: true }));
  if (real !== null && !isThorough) return;
  describeClient('a stand-in for Terraform', BOTO3, () =>
    tests({ programs: [], standIns: ['terragrunt.py', 'terraform.py'], isOnlyOne: real === null }),
  );
}

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

interface ProjectOptions {
  variants?: readonly string[];
  /** A shell command that the apply runs. */
  creation?: string;
  /** The time of S3. Default: the time of this host. */
  now?: (folder: string) => number;
}

/** A configuration with its state in S3, on the machine of a person who is signed in. */
export async function createProject(
  recipe: Recipe,
  { programs, standIns }: Installation,
  sessionSeconds: number,
  { variants = [], creation = 'true', now = Date.now }: ProjectOptions = {},
) {
  const center = await startIdentityCenter(sessionSeconds);
  const bucket = await startStateBucket({
    listKeys: () => center.portal.issued,
    now: () => now(workspace.folder),
  });
  const workspace = createWorkspace(recipe, {
    env: { ...center.env, ...bucket.env, ...AUTOMATION, AWS_EC2_METADATA_DISABLED: 'true' },
    programs,
    standIns,
  });
  workspace.writeFiles(...variants);
  chmodSync(workspace.locate('~/bin/unit-credentials'), 0o755);
  if (variants.length === 0) writeFileSync(join(workspace.folder, 'terragrunt.hcl'), '');
  center.signIn(workspace.home);
  writeFileSync(join(workspace.folder, 'main.tf'), configure(creation));
  /** Runs `terraform init`, and forgets its requests. */
  const initialize = async () => {
    const { code, output } = await workspace.shell(
      'cred-watch exec --refresh --profile deploy -- terraform init',
    );
    expect(code, output).toBe(0);
    bucket.requests.length = 0;
    bucket.usedKeys.clear();
  };
  return { bucket, workspace, initialize };
}
