/** Runs the lines that `init` shows and installs, as cron would. */
import { chmodSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PROGRAM, runProgram, runShell, startProgram } from '../../support/cli/built-program.ts';
import { mayBeSkipped, noMountNamespace, OWN_MOUNTS, OWN_PROCESSES } from '../../support/cli/namespaces.ts';
import { AS_OTHER_USER, noOtherUser } from '../../support/cli/other-user.ts';
import {
  linesWritten,
  minimalEnvironment,
  repositoryPath,
  startProcess,
} from '../../support/cli/program-run.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { describeReader } from '../../support/credential-formats/describe-reader.ts';
import { PRIVATE_CRON_FOLDERS, RUN_CRON_UNTIL_MAILS } from '../../support/recipes/cron.ts';
import { HOUR, startPlace } from '../../support/recipes/endpoints.ts';
import { ciTest, sampleCases } from '../../support/thorough.ts';

/** A folder with the names that are special in a shell or in a crontab. */
const AWKWARD = `it's 50% "full" $HOME`;

interface Installation {
  env: Record<string, string>;
  /** Starts the program. */
  command: readonly string[];
  folder: string;
}

/** Node and cred-watch in a home folder, as nvm and `npm install --global` install them. */
async function installInHome(): Promise<Installation> {
  const folder = temporaryFolder();
  chmodSync(folder, 0o777);
  const prefix = join(folder, AWKWARD, '.nvm/versions/node/v20');
  mkdirSync(join(prefix, 'bin'), { recursive: true });
  mkdirSync(join(prefix, 'lib/node_modules'), { recursive: true });
  copyFileSync(process.execPath, join(prefix, 'bin/node'));
  chmodSync(join(prefix, 'bin/node'), 0o755);
  symlinkSync(repositoryPath('.'), join(prefix, 'lib/node_modules/cred-watch'));
  symlinkSync('../lib/node_modules/cred-watch/bin/cred-watch.js', join(prefix, 'bin/cred-watch'));
  const { env } = await startPlace('imds', 6 * HOUR);
  const path = `${join(prefix, 'bin')}:/usr/bin:/bin`;
  return { folder, command: [join(prefix, 'bin/cred-watch')], env: { ...env, HOME: folder, PATH: path } };
}

const run = ({ command, env }: Installation, args: readonly string[], prefix: readonly string[] = []) =>
  startProcess([...prefix, ...command, ...args], {
    env: minimalEnvironment({ ...env, XDG_STATE_HOME: undefined, CACHE_DIRECTORY: undefined }),
  }).done;

/** Runs a line of a crontab with the environment of cron. cron removes the backslash in front of a `%`. */
const runLine = (line: string, home: string, prefix: readonly string[] = []) =>
  startProcess([...prefix, 'env', '-i', 'PATH=/usr/bin:/bin', `HOME=${home}`, 'sh', '-c', toCommand(line)], {
    env: {},
  }).done;

const toCommand = (line: string) => line.replace(/^(?:\S+ ){5}/, '').replaceAll(String.raw`\%`, '%');

const findLine = (stdout: string) => /^\*\/5 .*$/m.exec(stdout)?.[0] ?? '';

async function countSamples(installation: Installation, database: string): Promise<number> {
  const { stdout } = await run(installation, ['report', '--db', database, '-f', 'json']);
  return JSON.parse(stdout).series[0]?.sample_count;
}

test.each(
  sampleCases(
    [
      ['by the user that runs the tests', [], null],
      ['by another user', AS_OTHER_USER, noOtherUser],
    ] as const,
    2,
  ),
)(
  'the printed line records a sample from a home folder with an unusual name, %s',
  async (_, user, problem) => {
    if (problem !== null) return expect(problem).not.toBe('');
    const installation = await installInHome();
    const database = join(installation.folder, AWKWARD, 'state', 'samples.db');
    mkdirSync(join(installation.folder, AWKWARD, 'state'));
    chmodSync(join(installation.folder, AWKWARD, 'state'), 0o777);
    const shown = await run(installation, ['init', '--schedule', 'cron', '--db', database], user);
    expect([shown.code, shown.stderr.replace(/^(note|hint): .*replace.*\n.*\n/, '')]).toEqual([0, '']);
    const line = findLine(shown.stdout);
    // The link of npm, and not the file behind it.
    expect(line).toContain('/bin/cred-watch');
    expect(line).not.toContain(PROGRAM);
    const polled = await runLine(line, installation.folder, user);
    expect([polled.code, polled.stdout]).toEqual([0, '']);
    expect(await countSamples(installation, database)).toBe(2);
  },
);

ciTest('the usual line of a user names the default database', async () => {
  const installation = await installInHome();
  const { stdout } = await run(
    installation,
    ['init', '--schedule', 'cron'],
    noOtherUser === null ? AS_OTHER_USER : [],
  );
  expect(findLine(stdout)).toMatch(/--db \S+\/samples\.db > \/dev\/null$/);
});

test('a relative database becomes an absolute path', async () => {
  const { env } = await startPlace('imds', 6 * HOUR);
  const folder = temporaryFolder();
  const { stdout } = await runProgram(['init', '--schedule', 'cron', '--db', 'samples.db'], {
    env,
    cwd: folder,
  });
  expect(findLine(stdout)).toContain(` --db ${folder}/samples.db >`);
});

ciTest('a poller that runs already is named instead of a schedule', async () => {
  const { env } = await startPlace('imds', 6 * HOUR);
  const database = join(temporaryFolder(), 'samples.db');
  // In a session of CloudShell, a process is all that can keep sampling.
  const options = { env: { ...env, AWS_EXECUTION_ENV: 'CloudShell', CRED_WATCH_DB: database } };
  const poller = startProgram(['poll', '--interval', '15s'], options);
  await linesWritten(poller, 1);
  const { code, stdout } = await runProgram(['init'], options);
  const other = await runProgram(['init', '--every', '1m'], options);
  const cron = await runProgram(['init', '--schedule', 'cron', '-f', 'json'], options);
  poller.child.kill('SIGTERM');
  await poller.done;
  expect([code, stdout]).toEqual([
    0,
    expect.stringMatching(/^the process \d+ polls every 15s already, so nothing has to be installed\. /m),
  ]);
  expect(other.stdout).toContain(' poll --source imds --interval 1m ');
  // The layout breaks lines at any space.
  expect(other.stdout.replace(/\s+/g, ' ')).toMatch(
    /the process \d+ polls every 15s into this database already/,
  );
  expect(JSON.parse(cron.stdout).attentions).toContainEqual({
    code: 'OTHER_POLLER',
    message: expect.stringMatching(/polls every 15s/),
  });
});

const skipped = noMountNamespace === null ? '' : ` (skipped: ${noMountNamespace})`;

describeReader('the real crontab', { program: 'cron', package: 'cron', folders: ['/usr/sbin'] }, () => {
  const testCrontab = test.skipIf(noMountNamespace !== null && mayBeSkipped);
  const INIT = '$NODE $PROGRAM init --schedule cron --write --yes --db "$DATABASE"';

  testCrontab(`has the line once after two runs, and keeps its other lines${skipped}`, async () => {
    const { env } = await startPlace('imds', 6 * HOUR);
    const script = `
      mount -t tmpfs private /var/spool/cron/crontabs
      printf 'MAILTO=ops\\n0 2 * * * /srv/load.sh\\n' | crontab -
      ${INIT} > /dev/null; ${INIT} | tail -8; crontab -l`;
    const { code, stdout, stderr } = await runShell(script, {
      env: { ...env, DATABASE: join(temporaryFolder(), 'samples.db') },
      prefix: OWN_MOUNTS,
    });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('nothing changed: the crontab has this line already');
    expect(stdout).toMatch(/^MAILTO=ops\n0 2 \* \* \* \/srv\/load\.sh\n# cred-watch .*\n\*\/5 .*\n$/m);
  });

  ciTest('starts the poll, also with a percent sign in a path', async () => {
    const { env } = await startPlace('imds', 6 * HOUR);
    const folder = temporaryFolder();
    chmodSync(folder, 0o755);
    const sendmail = join(folder, 'sendmail');
    writeFileSync(
      sendmail,
      '#!/bin/sh\nf=$(mktemp /usr/sbin/sendmail-XXXXXX); cat > $f; mv $f /usr/sbin/sendmail-mail-$$\n',
      {
        mode: 0o755,
      },
    );
    // The poll runs when cron starts. Its output is a mail.
    const script = `
      ${PRIVATE_CRON_FOLDERS}
      ${INIT} > /dev/null
      crontab -l | sed -e 's#^\\*/5 \\* \\* \\* \\*#@reboot#' -e 's#> /dev/null##' | crontab -
      ${RUN_CRON_UNTIL_MAILS}`;
    const { stdout } = await runShell(script, {
      env: { ...env, DATABASE: join(folder, "50% it's.db"), SENDMAIL: sendmail, EXPECTED_MAILS: '1' },
      prefix: [...OWN_MOUNTS, ...OWN_PROCESSES],
    });
    expect(stdout).toContain(', imds v2, simulated-role ');
  });
});
