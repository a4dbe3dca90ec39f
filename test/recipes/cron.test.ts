import { expect, test } from 'vitest';
import { mayBeSkipped, noMountNamespace, OWN_MOUNTS, OWN_PROCESSES } from '../support/cli/namespaces.ts';
import { NOWHERE } from '../support/cli/program-run.ts';
import { describeReader } from '../support/credential-formats/describe-reader.ts';
import { PRIVATE_CRON_FOLDERS, RUN_CRON_UNTIL_MAILS } from '../support/recipes/cron.ts';
import { HOUR, startPlace } from '../support/recipes/endpoints.ts';
import { readRecipe } from '../support/recipes/recipe.ts';
import { createWorkspace } from '../support/recipes/workspace.ts';

const recipe = readRecipe('cron');

/**
 * Runs the crontab with cron, whose folders are private. Both jobs run when cron starts. The variables of the
 * instance are lines of the crontab, because cron passes no others. Prints all mails.
 */
const RUN_CRON = [
  PRIVATE_CRON_FOLDERS,
  String.raw`
  # Otherwise, a mail says that poll has created the database.
  cred-watch poll > poll.log 2>&1 || true
  env | grep -E '^(AWS|CRED_WATCH|CACHE)_' > installed
  sed -e "s#/usr/bin/node ##" -e "s#/srv/load.sh#$PWD/load.sh#g" \
    -e 's#^\*/5 \* \* \* \*#@reboot#' -e 's#^30 2 \* \* \*#@reboot#' crontab >> installed
  crontab -n installed
  crontab installed`,
  RUN_CRON_UNTIL_MAILS,
].join('\n');

/** The tests do not wait for a rotation. Each poll sends a mail, because it fails or notes simulated credentials. */
async function runCron(env: Readonly<Record<string, string>>) {
  const workspace = createWorkspace(recipe, {
    env,
    standIns: ['sendmail.sh'],
    replace: { ' --wait 2h': '' },
  });
  workspace.writeFiles();
  workspace.writeScript('load.sh', '#!/bin/sh\necho "loads with $AWS_ACCESS_KEY_ID"\n');
  const run = await workspace.shell(RUN_CRON, {
    shell: [...OWN_MOUNTS, ...OWN_PROCESSES, 'bash', '-euc'],
    env: { SENDMAIL: `${workspace.bin}/sendmail`, EXPECTED_MAILS: '2' },
  });
  return { ...workspace, ...run };
}

const skipped = noMountNamespace === null ? '' : ` (skipped: ${noMountNamespace})`;

describeReader('cron', { program: 'cron', package: 'cron', folders: ['/usr/sbin'] }, () => {
  const testCron = test.skipIf(noMountNamespace !== null && mayBeSkipped);

  testCron(`a load that fits runs with the credentials of the instance${skipped}`, async () => {
    const instance = await startPlace('imds', 6 * HOUR);
    const { stdout, shell } = await runCron(instance.env);
    expect(stdout).toContain('To: data@example.com\n');
    const keyIds = instance.listServed().map(({ accessKeyId }) => accessKeyId);
    expect(keyIds).toContain(/^loads with (ASIA\w+)$/m.exec(stdout)?.[1]);
    expect((await shell('cred-watch report --job load-orders')).stdout).toContain('1 run of load-orders');
  });

  testCron(`a load that is too long is not started, and the mail says why${skipped}`, async () => {
    const instance = await startPlace('imds', 2 * HOUR);
    const { stdout, expectShown } = await runCron(instance.env);
    expectShown({ output: stdout }, 'mail');
    expect(stdout).not.toMatch(/^loads with/m);
  });

  testCron(`a failed poll is a mail, too${skipped}`, async () => {
    const { stdout } = await runCron({ AWS_EC2_METADATA_SERVICE_ENDPOINT: NOWHERE });
    expect(stdout.match(/^Subject: Cron .* poll > \/dev\/null$/gm)).toHaveLength(1);
    expect(stdout.match(/could not connect to the endpoint/g)?.length).toBeGreaterThan(1);
    expect(stdout).not.toMatch(/^loads with/m);
  });
});
