import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { IdentityProvider } from '../support/aws/identity-provider.ts';
import { startSts } from '../support/aws/sts.ts';
import { describeReader } from '../support/credential-formats/describe-reader.ts';
import { HOUR, startPlace } from '../support/recipes/endpoints.ts';
import { readRecipe } from '../support/recipes/recipe.ts';
import { startTask } from '../support/recipes/task.ts';
import { createWorkspace, type WorkspaceOptions } from '../support/recipes/workspace.ts';
import { ciTest } from '../support/thorough.ts';

const recipe = readRecipe('eks');
const ROLE = 'arn:aws:iam::111122223333:role/loader';
/** The account of the simulated Pod Identity. */
const ACCOUNT = { 'account=111122223333': 'account=123456789012' };
const DO_NOT_WAIT = { ' --wait, 30m,': '' };

/** Reads a manifest as kubectl does, into the types of Kubernetes. */
const READ = 'kubectl set env --local --dry-run=client -o json TESTED=yes -f';

/** Converts a manifest to JSON without the types of Kubernetes, so with unknown fields. */
const CONVERT = `kubectl patch --local --dry-run=client -o json --type json -p '[]' -f`;

/** The image of the job. kubectl reads the manifest, and the stand-in runs it. */
function createImage(options: WorkspaceOptions, job = 'echo "loads with $AWS_ACCESS_KEY_ID"') {
  const workspace = createWorkspace(recipe, { standIns: ['run-job.py'], ...options });
  workspace.writeFiles();
  workspace.writeScript('load-orders', `#!/bin/sh\n${job}\n`);
  const PATH = `${workspace.folder}:${workspace.env.PATH}`;
  const runJob = async (manifest = 'cronjob.yaml', between = 'true') => {
    const run = await workspace.shell(`${READ} ${manifest} > job.json && run-job job.json`, {
      env: { PATH, STAND_IN_BETWEEN_ATTEMPTS: between },
    });
    const { condition, pods } = JSON.parse(run.stdout.trim().split('\n').at(-1) ?? '');
    return { ...run, condition, pods };
  };
  return { ...workspace, runJob };
}

/** The values of a manifest by path, without those that kubectl adds. */
function listValues(value: unknown, path = ''): string[] {
  if (value === null || typeof value !== 'object') return [`${path} = ${JSON.stringify(value)}`];
  return Object.entries(value).flatMap(([key, each]) => listValues(each, `${path}.${key}`));
}

async function startIrsa(maxSessionSeconds: number) {
  const provider = new IdentityProvider();
  const sts = await startSts({ roles: [{ arn: ROLE, maxSessionSeconds, identities: { provider } }] });
  const image = createImage({
    env: {
      AWS_REGION: 'eu-west-1',
      AWS_ROLE_ARN: ROLE,
      AWS_WEB_IDENTITY_TOKEN_FILE: 'token',
      AWS_ENDPOINT_URL_STS: sts.url,
    },
  });
  writeFileSync(join(image.folder, 'token'), provider.issueToken(Date.now()));
  const patch =
    'kubectl patch --local -f cronjob.yaml --patch-file irsa-patch.yaml -o yaml --dry-run=client > irsa.yaml';
  expect((await image.shell(patch)).output).toBe('');
  return { ...image, sts };
}

/** Older versions do not know `podFailurePolicy`. Debian 12 has version 1.20, so CI skips these tests on a bare Debian 12. */
function isTooOld(kubectl: string): boolean {
  const { stdout } = spawnSync(kubectl, ['version', '--client', '-o', 'json'], { encoding: 'utf8' });
  return Number.parseInt(JSON.parse(stdout).clientVersion.minor, 10) < 26;
}

describeReader('EKS', { program: 'kubectl', package: 'kubernetes-client' }, (kubectl) => {
  const isSkipped = isTooOld(kubectl);
  const version = isSkipped ? ' (skipped: kubectl 1.26 or later is necessary)' : '';
  describe.skipIf(isSkipped)(`with kubectl${version}`, defineTests);
});

function defineTests(): void {
  ciTest('kubectl knows every field of the manifest', async () => {
    const { shell } = createImage({});
    const written = JSON.parse((await shell(`${CONVERT} cronjob.yaml`)).stdout);
    const known = listValues(JSON.parse((await shell(`${READ} cronjob.yaml`)).stdout));
    const unknown = listValues(written).filter((value) => !known.includes(value));
    expect(unknown).toEqual([]);
    expect(known.join('\n')).toContain('podFailurePolicy.rules.0.onExitCodes.values.0 = 125');
  });

  test('a job that fits runs with the credentials of Pod Identity', async () => {
    const pod = await startPlace('eks', 6 * HOUR);
    const { runJob } = createImage({ env: pod.env, replace: ACCOUNT });
    const { condition, pods, stdout } = await runJob();
    expect(stdout).toContain('[pod/load-orders-1/identity] as expected: every SDK uses container');
    expect(stdout).toContain(`[pod/load-orders-1/load] loads with ${pod.listServed().at(-1)?.accessKeyId}\n`);
    expect([condition, pods]).toEqual(['Complete', [{ identity: 0, load: 0 }]]);
  });

  ciTest('a job that is too long starts in the pod after the rotation', async () => {
    const task = await startTask({ validSeconds: 2 * HOUR, thenSeconds: 6 * HOUR });
    const image = createImage({ env: task.env, replace: DO_NOT_WAIT });
    const run = await image.runJob('cronjob.yaml', task.rotateCommand);
    image.expectShown(run, 'too-short');
    expect(run.condition).toBe('Complete');
    expect(run.pods).toEqual([
      { identity: 0, load: 125 },
      { identity: 0, load: 0 },
    ]);
    expect(run.stdout.match(/loads with/g)).toHaveLength(1);
  });

  ciTest('without a rotation, the job never starts', async () => {
    const task = await startTask({ validSeconds: 2 * HOUR });
    const { runJob } = createImage({
      env: task.env,
      replace: { ...DO_NOT_WAIT, 'backoffLimit: 4': 'backoffLimit: 1' },
    });
    const { condition, pods, stdout } = await runJob();
    expect([condition, pods.length]).toEqual(['BackoffLimitExceeded', 2]);
    expect(stdout).not.toContain('loads with');
  });

  ciTest('a job that fails by itself is not repeated', async () => {
    const task = await startTask({ validSeconds: 6 * HOUR });
    const { runJob } = createImage({ env: task.env }, 'exit 3');
    const { condition, pods } = await runJob();
    expect([condition, pods]).toEqual(['PodFailurePolicy', [{ identity: 0, load: 3 }]]);
  });

  ciTest('the credentials of another account end the pod before the job', async () => {
    const pod = await startPlace('eks', 6 * HOUR);
    const image = createImage({ env: pod.env, replace: { 'backoffLimit: 4': 'backoffLimit: 0' } });
    const run = await image.runJob();
    image.expectShown(run, 'other-account');
    expect([run.condition, run.pods]).toEqual(['BackoffLimitExceeded', [{ identity: 1 }]]);
  });

  ciTest('with IRSA, a session that is long enough is requested and passed to the job', async () => {
    const { runJob, sts } = await startIrsa(12 * HOUR);
    const { condition, stdout } = await runJob('irsa.yaml');
    expect(condition).toBe('Complete');
    expect(stdout).toContain(`loads with ${sts.issued.at(-1)?.accessKeyId}\n`);
  });

  ciTest('with IRSA, a role with a shorter maximum session duration is named in the log', async () => {
    const { runJob, shell } = await startIrsa(HOUR);
    await shell('sed -i "s/backoffLimit: 4/backoffLimit: 0/" irsa.yaml');
    const { condition, pods, stdout } = await runJob('irsa.yaml');
    expect([condition, pods]).toEqual(['BackoffLimitExceeded', [{ identity: 0, load: 125 }]]);
    expect(stdout).toContain('duration-not-allowed');
    expect(stdout).not.toContain('loads with');
  });
}
