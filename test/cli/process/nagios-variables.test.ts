import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fixturePath, NOWHERE } from '../../support/cli/program-run.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { succeed } from '../../support/cli/succeed.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';

test('a variable of a flag without variables is a note before the output', async () => {
  const db = join(temporaryFolder(), 'samples.db');
  await succeed(['import', fixturePath('curl.log'), '--db', db]);
  const env = { CRED_WATCH_MAX_AGE: '2h', CRED_WATCH_DB: db };
  const { code, stderr } = await runCommand(['report'], { env });
  expect([code, stderr]).toEqual([
    0,
    'note: no command reads the variable CRED_WATCH_MAX_AGE\nhint: give --max-age\n',
  ]);
  const line = await runCommand(['report', '--exit-codes', 'nagios'], { env });
  expect(line.stdout).toMatch(
    /^CREDWATCH OK - [^|]*; no command reads the variable CRED_WATCH_MAX_AGE: give --max-age \| '[^\n]*\n$/,
  );
  expect(line.stderr).toBe('');
});

test('a misspelt variable makes the line of a plugin unknown', async () => {
  const db = join(temporaryFolder(), 'samples.db');
  await succeed(['import', fixturePath('curl.log'), '--db', db]);
  const env = { CRED_WATCH_JOBDURATION: '2h', CRED_WATCH_DB: db };
  expect(await runCommand(['report', '--exit-codes', 'nagios'], { env })).toMatchObject({
    code: 3,
    stdout: expect.stringMatching(
      /^CREDWATCH UNKNOWN - CRED_WATCH_JOBDURATION is not known.*did you mean CRED_WATCH_JOB_DURATION\?/,
    ),
  });
});

test('the line of a plugin names the variable that selects nothing', async () => {
  const db = join(temporaryFolder(), 'samples.db');
  await succeed(['import', fixturePath('curl.log'), '--db', db]);
  const report = await runCommand(['report', '--exit-codes', 'nagios'], {
    env: { CRED_WATCH_DB: db, CRED_WATCH_SOURCE: 'container' },
  });
  expect(report.stdout).toMatch(/^CREDWATCH UNKNOWN - no samples .*CRED_WATCH_SOURCE is set/);
  const check = await runCommand(['check', '-j', '1h', '--exit-codes', 'nagios'], {
    env: {
      CRED_WATCH_DB: db,
      CRED_WATCH_SOURCE: 'imds',
      CRED_WATCH_ROLE: 'loader',
      AWS_EC2_METADATA_SERVICE_ENDPOINT: NOWHERE,
    },
  });
  expect(check.stdout).toMatch(
    /^CREDWATCH UNKNOWN - .*; CRED_WATCH_SOURCE and CRED_WATCH_ROLE are set: unset them, or give the flags\n$/,
  );
});

test('the hint about a missing duration says why the variable does not apply', async () => {
  const check = async (duration: string, ...args: string[]) =>
    (await runCommand(['check', ...args], { env: { CRED_WATCH_JOB_DURATION: duration } })).stderr;
  expect(await check('auto')).toContain(
    'hint: CRED_WATCH_JOB_DURATION is auto, which needs --job NAME; or add -j',
  );
  expect(await check('5m', '--job', 'nightly')).toContain(
    'hint: CRED_WATCH_JOB_DURATION does not apply to a job of --job; remove --job, or add -j auto',
  );
});

test('after a failed poll, check gives the failed poll as the reason for the unknown start', async () => {
  const { stdout } = await runCommand(['check', '-j', '1h', '--source', 'imds'], {
    env: {
      CRED_WATCH_DB: join(temporaryFolder(), 'samples.db'),
      AWS_EC2_METADATA_SERVICE_ENDPOINT: NOWHERE,
    },
  });
  expect(stdout).toMatch(/^ {2}because +unreachable: /m);
  expect(stdout).not.toContain('a safe start');
});
