import { chmodSync, cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mayBeSkipped, noMountNamespace, OWN_MOUNTS, OWN_PROCESSES } from '../support/cli/namespaces.ts';
import { NOWHERE } from '../support/cli/program-run.ts';
import { describeReader } from '../support/credential-formats/describe-reader.ts';
import { deployPath, readDeployFile } from '../support/deploy/files.ts';
import { createDeployWorkspace } from '../support/deploy/workspace.ts';
import { describePostgres } from '../support/postgres/describe-postgres.ts';
import { PRIVATE_CRON_FOLDERS, RUN_CRON_UNTIL_MAILS } from '../support/recipes/cron.ts';
import { HOUR, startPlace } from '../support/recipes/endpoints.ts';
import { ciTest } from '../support/thorough.ts';

/**
 * Installs the file as `/etc/cron.d/cred-watch`. The poll runs when cron starts, as the user of the test. The paths
 * of Node and of the program are those of the workspace. The variables of the instance are lines of the crontab.
 */
const RUN_CRON = [
  PRIVATE_CRON_FOLDERS,
  String.raw`
  sed -e "s#/usr/bin/node /usr/local/bin/cred-watch#$BIN/cred-watch#" -e "s#^CRED_WATCH_DB=.*#CRED_WATCH_DB=$CRED_WATCH_DB#" \
    -e 's#^\*/5 \* \* \* \* credwatch#@reboot root#' -e 's#poll > /dev/null#poll#' "$PWD/cred-watch" > edited
  ( env | grep -E '^(AWS|CACHE)_'; cat edited ) > installed
  install -m 644 installed /etc/cron.d/cred-watch`,
  RUN_CRON_UNTIL_MAILS,
].join('\n');

async function runCron(env: Readonly<Record<string, string>>) {
  const workspace = createDeployWorkspace({ env, standIns: ['sendmail.sh'] });
  cpSync(deployPath('cron/cred-watch'), join(workspace.folder, 'cred-watch'));
  chmodSync(workspace.folder, 0o755);
  const run = await workspace.shell(RUN_CRON, {
    shell: [...OWN_MOUNTS, ...OWN_PROCESSES, 'bash', '-euc'],
    env: { SENDMAIL: `${workspace.bin}/sendmail`, EXPECTED_MAILS: '1', BIN: workspace.bin },
  });
  return { ...workspace, ...run };
}

const skipped = noMountNamespace === null ? '' : ` (skipped: ${noMountNamespace})`;

describeReader('the crontab of deploy', { program: 'cron', package: 'cron', folders: ['/usr/sbin'] }, () => {
  const testCron = test.skipIf(noMountNamespace !== null && mayBeSkipped);

  testCron(`cron reads the file and runs the poll${skipped}`, async () => {
    const instance = await startPlace('imds', 6 * HOUR);
    const { stdout, shell } = await runCron(instance.env);
    expect(stdout).toMatch(/^To: root$/m);
    expect(stdout).toMatch(/^Subject: Cron <root@.*> .*cred-watch poll$/m);
    expect(stdout).toContain(', imds v2, simulated-role ');
    const report = await shell('cred-watch report -f json');
    expect(JSON.parse(report.stdout).series).toHaveLength(1);
  });

  ciTest(`a failed poll is a mail`, async () => {
    const { stdout } = await runCron({ AWS_EC2_METADATA_SERVICE_ENDPOINT: NOWHERE });
    expect(stdout).toMatch(/^error: .*could not connect to the endpoint/m);
  });
});

describePostgres('the line for PostgreSQL', (server) => {
  ciTest('pushes with the password in .pgpass of the home folder', async () => {
    const { name } = await server().createDatabase();
    const instance = await startPlace('imds', 6 * HOUR);
    const { env, shell } = createDeployWorkspace({ env: instance.env });
    const { user, password } = server().superuser;
    const url = `postgres://${user}@127.0.0.1:${server().port}/${name}?sslmode=disable`;
    const [, line = ''] =
      /^#\*\/5 \* \* \* \* credwatch (sleep .*postgres:.*)$/m.exec(readDeployFile('cron/cred-watch')) ?? [];
    const command = line
      .replace('shuf -i 0-240', 'shuf -i 0-0')
      .replace('/usr/bin/node /usr/local/bin/cred-watch', 'cred-watch')
      .replace(/'postgres:.*?'/, `'${url}'`);
    expect(command).toContain(url);
    const file = join(env.HOME ?? '', '.pgpass');
    writeFileSync(file, `127.0.0.1:*:*:${user}:${password}\n`, { mode: 0o600 });
    expect(await shell(`cred-watch poll && cred-watch push --to '${url}' --migrate`)).toMatchObject({
      code: 0,
    });
    expect(await shell(command)).toMatchObject({ code: 0, output: '' });
    chmodSync(file, 0o644);
    expect(await shell(command)).toMatchObject({ code: 2, output: expect.stringContaining('chmod') });
  });
});

test('a successful poll sends no mail, because its output is discarded', () => {
  expect(readDeployFile('cron/cred-watch')).toMatch(
    /^\*\/5 \* \* \* \* credwatch \/usr\/bin\/node \/usr\/local\/bin\/cred-watch poll > \/dev\/null$/m,
  );
});

test('every command names its programs by path', () => {
  const commands = readDeployFile('cron/cred-watch').match(/^#?[*\d].*$/gm) ?? [];
  expect(commands).toHaveLength(5);
  for (const command of commands)
    expect(command).toMatch(
      /^#?(?:[\d*][\d*/,-]* ){2}(?:\S+ ){3}\w[\w-]* .*\/usr\/bin\/node \/usr\/local\/bin\/cred-watch /,
    );
});

test('no command has a percent sign, which would end it', () => {
  expect(readDeployFile('cron/cred-watch').match(/^#?[*\d].*%/gm)).toBeNull();
});
