import { execFileSync } from 'node:child_process';
import { createReadStream, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startSts } from '../../support/aws/sts.ts';
import { runProgram, startProgram } from '../../support/cli/built-program.ts';
import { succeed } from '../../support/cli/succeed.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { CANARIES } from '../../support/sources/polling.ts';
import { processDocument } from '../../support/sources/process-document.ts';
import { homeWith } from '../../support/sources/profile-home.ts';
import { ciTest, sampleCases } from '../../support/thorough.ts';

const [SECRET, TOKEN] = CANARIES;
const AT = '2019-08-29T16:21:26Z';
const SHOWN = String.raw`EXPIRED \d+d[ \dhms]* ago {2}expires 2019-08-29 16:21:26Z`;
const CREDENTIALS = `[loader]
aws_access_key_id = ASIAEXAMPLEEXAMPLE01
aws_secret_access_key = ${SECRET}
aws_session_token = ${TOKEN}
x_security_token_expires = ${AT}
`;

async function exportRecords(db: string) {
  const lines = (await succeed(['export', '--db', db])).split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line));
}

/** Runs one poll, and returns its output and the stored records. */
async function poll(args: string[], env: Record<string, string | undefined> = {}) {
  const db = join(temporaryFolder(), 'samples.db');
  const run = await runProgram(['poll', '--db', db, '--host', 'h', ...args], { env });
  return { run, records: await exportRecords(db) };
}

test('a poll of a profile is stored in a series with the name of the profile', async () => {
  const HOME = homeWith({ credentials: CREDENTIALS });
  const { run, records } = await poll(['--source', 'profile', '--profile', 'loader'], { HOME });
  expect(run).toMatchObject({ code: 0, stderr: '' });
  expect(run.stdout).toMatch(new RegExp(`^\\S+ \\S+ {2}h · profile · loader {2}ASIA…LE01 {2}${SHOWN}\n$`));
  expect(records).toMatchObject([
    {
      record: 'sample',
      host: 'h',
      source: 'profile',
      api_version: '',
      role: 'loader',
      access_key_id: 'ASIAEXAMPLEEXAMPLE01',
      last_updated: null,
      expiration: AT,
      clock_offset_seconds: null,
    },
  ]);
});

test('a poll of a profile of `aws login` names the command for --process', async () => {
  const config = '[profile login]\nlogin_session = arn:aws:iam::123456789012:user/x\n';
  const { run } = await poll(['--profile', 'login'], { HOME: homeWith({ config }) });
  expect(run.code).toBe(1);
  expect(run.stderr).toMatch(
    /needs a call to AWS; use --process '[^']+'\)\nhint: pass this command with --process /,
  );
});

test('a poll of a profile with a role is stored in the series of this role', async () => {
  const arn = 'arn:aws:iam::111122223333:role/team/loader';
  const sts = await startSts({
    roles: [{ arn, principals: ['AKIACANARY0000000001'] }],
    users: { AKIACANARY0000000001: SECRET },
  });
  const config =
    `[profile role]\nrole_arn = ${arn}\nsource_profile = user\nregion = eu-west-1\n` +
    `[profile user]\naws_access_key_id = AKIACANARY0000000001\naws_secret_access_key = ${SECRET}\n`;
  const env = { HOME: homeWith({ config }), AWS_ENDPOINT_URL_STS: sts.url };
  const { run, records } = await poll(['--profile', 'role'], env);
  expect(run).toMatchObject({ code: 0, stderr: '' });
  expect(records).toMatchObject([{ source: 'role', role: 'loader' }]);
});

ciTest('a poll of AWS at a short interval is rejected', async () => {
  const token = join(homeWith({}), 'token');
  writeFileSync(token, 'e30.e30.x');
  const env = {
    AWS_WEB_IDENTITY_TOKEN_FILE: token,
    AWS_ROLE_ARN: 'arn:aws:iam::111122223333:role/loader',
    AWS_REGION: 'eu-west-1',
    AWS_ENDPOINT_URL_STS: 'https://sts.invalid',
  };
  const args = ['poll', '--source', 'web-identity', '--interval', '5m', '--db', `${token}.db`];
  expect(await runProgram(args, { env })).toMatchObject({
    code: 2,
    stderr:
      'error: --interval 5m is too short, because AWS issues new credentials for every poll\nhint: use 15m or more\n',
  });
});

test('a poll of the environment is stored in a series with the name from --role', async () => {
  const { run, records } = await poll(['--source', 'environment', '--role', 'nightly', '-f', 'json'], {
    AWS_ACCESS_KEY_ID: 'ASIAEXAMPLEEXAMPLE01',
    AWS_SECRET_ACCESS_KEY: SECRET,
    AWS_SECURITY_TOKEN: TOKEN,
    AWS_SESSION_EXPIRATION: AT.slice(0, -1),
  });
  expect(run.code).toBe(0);
  expect(run.stderr).toMatch(
    /^note: the session token is only in AWS_SECURITY_TOKEN, which only botocore .*\nnote: a time without a time zone was read as UTC.*\n$/,
  );
  expect(JSON.parse(run.stdout)).toMatchObject({
    source: 'environment',
    role: 'nightly',
    access_key_id: 'ASIA…LE01',
    expiration: AT,
    notes: ['ONLY_OLD_TOKEN', 'ZONELESS_TIME'],
  });
  expect(records).toMatchObject([{ source: 'environment', role: 'nightly', zoneless: true }]);
});

test('a poll of a process is stored in a series with the name of the program', async () => {
  const command = `/usr/bin/printf %s '${processDocument({ Expiration: AT })}'`;
  const { run, records } = await poll(['--process', command]);
  expect(run).toMatchObject({ code: 0, stderr: '' });
  expect(run.stdout).toMatch(new RegExp(`^\\S+ \\S+ {2}h · process · printf {2}ASIA…0009 {2}${SHOWN}\n$`));
  expect(records).toMatchObject([{ source: 'process', role: 'printf', expiration: AT }]);
});

ciTest('a failed poll of a process is reported and recorded', async () => {
  const { run, records } = await poll(['--process', `echo ${SECRET} >&2; exit 3`]);
  expect(run).toEqual({
    code: 1,
    signal: null,
    stdout: '',
    stderr:
      'error: process-failed: the process that should print credentials failed (exit code 3)\n' +
      'hint: run the command by hand and read its error message, which is hidden here because it can contain secrets\n',
  });
  expect(records).toMatchObject([{ record: 'failed_poll', source: 'process', reason: 'process-failed' }]);
});

test.for(sampleCases(['SIGTERM', 'SIGINT'] as const, 2))(
  '%s to a poll ends its child processes, and nothing is recorded',
  async (signal) => {
    const folder = temporaryFolder();
    const db = join(folder, 'samples.db');
    const fifo = join(folder, 'lifeline');
    execFileSync('mkfifo', [fifo]);
    const lifeline = createReadStream(fifo);
    const held = new Promise<unknown>((resolve) => lifeline.once('data', resolve));
    const released = new Promise<void>((resolve) => lifeline.once('end', resolve));
    const command = `exec 9> ${fifo}; echo held >&9; sleep 600 & sleep 600`;
    const program = startProgram(['poll', '--db', db, '--process', command]);
    await held;
    program.child.kill(signal);
    expect(await program.done).toMatchObject({ code: 1, signal: null, stdout: '' });
    await released;
    expect(await exportRecords(db)).toEqual([]);
  },
);

ciTest('poll rejects flags that cannot be combined', async () => {
  const db = join(temporaryFolder(), 'samples.db');
  const run = await runProgram(['poll', '--db', db, '--process', 'x', '--profile', 'y']);
  expect(run).toMatchObject({ code: 2, stdout: '' });
  expect(run.stderr).toMatch(/^error: --process and --profile cannot be combined\nhint: .+\n$/);
  const blank = await runProgram(['poll', '--db', db, '--process', ' ']);
  expect(blank).toMatchObject({
    code: 2,
    stderr: "error: --process ' ' is empty\nhint: give the command to run\n",
  });
});
