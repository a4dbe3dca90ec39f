import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findMisspeltVariables } from '../../../../src/cli/flags/environment/misspelt-variables.ts';
import { fixturePath, NOWHERE } from '../../../support/cli/program-run.ts';
import { runCommand } from '../../../support/cli/run-command.ts';
import { succeed } from '../../../support/cli/succeed.ts';
import { temporaryFolder } from '../../../support/cli/temporary-folder.ts';

test.each([
  ['CRED_WATCH_JOB', ['CRED_WATCH_JOB_DURATION'], true],
  ['CRED_WATCH_MARGN', ['CRED_WATCH_MARGIN'], true],
  ['CRED_WATCH_DATABASE', ['CRED_WATCH_DB'], true],
  ['CREDWATCH_JOB_DURATION', ['CRED_WATCH_JOB_DURATION'], true],
  ['cred_watch_job_duration', ['CRED_WATCH_JOB_DURATION'], true],
  ['CREDWATCH_ROL', ['CRED_WATCH_ROLE'], true],
  ['CRED_WATCH_HOME', ['CRED_WATCH_HOST'], false],
  ['CREDWATCHMARGIN', ['CRED_WATCH_MARGIN'], true],
  ['CRED_WATH_MARGIN', ['CRED_WATCH_MARGIN'], false],
  ['CRED_WACH_JOB_DURATION', ['CRED_WATCH_JOB_DURATION'], false],
  ['CREDS_WATCH_DB', ['CRED_WATCH_DB'], false],
])('%s means %j', (name, similar, isClose) => {
  expect(findMisspeltVariables({ [name]: '5h' })).toEqual([{ name, similar, isClose }]);
});

test.each([
  'CRED_WATCH_DB',
  'CRED_WATCH_MARGIN',
  'CRED_WATCH_PROMETHEUS_TOKEN',
  'CRED_WATCH_NEW_VERDICT',
  'CRED_WATCH_OUT',
  'CRED_WATCH_SINCE',
  'CREDENTIALS_DIRECTORY',
  'CREDHUB_SOURCE',
  'MY_CRED_WATCH_JOB',
])('%s is no typing error', (name) => {
  expect(findMisspeltVariables({ [name]: '5h' })).toEqual([]);
});

test('an empty variable counts as unset', () => {
  expect(findMisspeltVariables({ CRED_WATCH_JOB_DURATON: '' })).toEqual([]);
});

test('a name in small letters is correct if the environment ignores the case', () => {
  const env = { cred_watch_margin: '5m', CRED_WATCH_MARGIN: '5m' };
  expect(findMisspeltVariables(env)).toEqual([]);
});

const ERROR =
  'error: CRED_WATCH_JOB_DURATON is not known\nhint: did you mean CRED_WATCH_JOB_DURATION? Correct it or unset it\n';

test.each([
  ['init', [], 2],
  ['report', [], 2],
  ['report', ['--fleet', '-f', 'json'], 2],
  ['report', ['--exit-codes', 'systemd'], 255],
  ['status', [], 2],
  ['check', [], 2],
  ['exec', ['--', 'true'], 125],
  ['env', ['-f', 'env'], 2],
])('%s %j with a misspelt job duration is an error', async (command, args, code) => {
  const env = { CRED_WATCH_JOB_DURATON: '5h', AWS_EC2_METADATA_SERVICE_ENDPOINT: NOWHERE };
  const result = await runCommand([command, ...args], { env });
  expect(result).toMatchObject({ code, stdout: '', stderr: ERROR });
});

test('a misspelt variable of a flag on the command line is a note', async () => {
  const { stderr } = await runCommand(['status', '-j', '4h'], { env: { CRED_WATCH_JOB_DURATON: '5h' } });
  expect(stderr).toContain(
    'note: no command reads the variable CRED_WATCH_JOB_DURATON\nhint: did you mean CRED_WATCH_JOB_DURATION?\n',
  );
});

test('a name that resembles ours only a little is a note', async () => {
  const db = join(temporaryFolder(), 'samples.db');
  await succeed(['import', fixturePath('curl.log'), '--db', db]);
  const { code, stderr } = await runCommand(['report', '--db', db], {
    env: { CRED_WATCH_ROOT: '/opt', CRED_WATCH_NO_CACH: '1' },
  });
  expect([code, stderr]).toEqual([
    0,
    'note: no command reads the variable CRED_WATCH_ROOT\nhint: did you mean CRED_WATCH_ROLE?\n' +
      'note: no command reads the variable CRED_WATCH_NO_CACH\nhint: did you mean CRED_WATCH_NO_CACHE?\n',
  ]);
});

test('poll records without a job duration and a margin, and names their misspelt variables', async () => {
  const poll = (env: Record<string, string>) =>
    runCommand(['poll', '--source', 'imds', '--interval', '1m', '--for', '1s'], {
      env: { ...env, AWS_EC2_METADATA_SERVICE_ENDPOINT: NOWHERE },
    });
  const { stderr } = await poll({ CRED_WATCH_JOB_DURATON: '5h', CREDWATCH_MARGIN: '5m' });
  expect(stderr).toContain('note: no command reads the variable CRED_WATCH_JOB_DURATON\n');
  expect(stderr).toContain('note: no command reads the variable CREDWATCH_MARGIN\n');
  expect(stderr).not.toContain('is not known');
});

test.each(['CRED_WATCH_DBB', 'CRED_WATCH_ROLL', 'CRED_WATCH_HOSTS'])(
  'poll with %s is an error, because other samples would be recorded',
  async (name) => {
    const { code, stderr } = await runCommand(['poll'], {
      env: { [name]: 'x', AWS_EC2_METADATA_SERVICE_ENDPOINT: NOWHERE },
    });
    expect([code, stderr]).toEqual([2, expect.stringContaining(`error: ${name} is not known\n`)]);
  },
);

test('a note names the flag of a variable that does not exist', async () => {
  const { stderr } = await runCommand(['status'], {
    env: { CRED_WATCH_MAX_AGE: '24h', CREDWATCH_CONFIDENCE: '95%', CRED_WATCH_CONFIDANCE: '90%' },
  });
  expect(stderr).toContain(
    'note: no command reads the variable CRED_WATCH_MAX_AGE\nhint: give --max-age\n' +
      'note: no command reads the variable CREDWATCH_CONFIDENCE\nhint: give --confidence\n',
  );
  expect(stderr).toContain(
    'note: no command reads the variable CRED_WATCH_CONFIDANCE\nhint: give --confidence\n',
  );
});

test.each([
  ['CRED_WATCH_JOB_LENGTH', 'the variables are CRED_WATCH_DB, CRED_WATCH_HOST'],
  ['CRED_WATCH_OUT', 'the variables are CRED_WATCH_DB, CRED_WATCH_HOST'],
  ['CRED_WATCH_MAXAGE', 'give --max-age'],
  ['CRED_WATCH_MINWATCHED', 'give --min-watched'],
  ['CRED_WATCH_SINCE', 'give --since'],
  ['CRED_WACH_MARGIN', 'did you mean CRED_WATCH_MARGIN?'],
])('a note names %s, and says: %s', async (name, hint) => {
  const { stderr } = await runCommand(['status'], { env: { [name]: '1h' } });
  expect(stderr.replaceAll(/\s+/g, ' ')).toContain(
    `note: no command reads the variable ${name} hint: ${hint}`,
  );
});

test('a command names no variable that it sets for the programs that it runs', async () => {
  const env = {
    CRED_WATCH_CHANGES: 'role',
    CRED_WATCH_NEW_ROLE: 'app',
    CRED_WATCH_EXPIRATION: '1',
    CRED_WATCH_PROCESSES: 'aws',
  };
  const { stderr } = await runCommand(['status'], { env });
  expect(stderr).not.toContain('no command reads');
});
