import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { envCommand } from '../../../src/cli/commands/env.ts';
import { runShell } from '../../support/cli/built-program.ts';
import { metadataService, ROLES, roleDocument } from '../../support/cli/metadata-script.ts';
import { mayBeSkipped } from '../../support/cli/namespaces.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { startEndpoint } from '../../support/sources/scripted-endpoint.ts';
import { ciTest, sampleCases } from '../../support/thorough.ts';

async function startInstance(expiresIn = 20_000) {
  const body = roleDocument({ expiresIn });
  const endpoint = await startEndpoint(metadataService({ [`GET ${ROLES}loader`]: { body } }));
  return {
    AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint.url,
    CRED_WATCH_DB: join(temporaryFolder(), 'samples.db'),
  };
}

describe('env', () => {
  const example = envCommand.help.examples[0]?.[0].replace('cred-watch', '"$NODE" "$PROGRAM"');

  test('env prints variables for the first example of the help', async () => {
    const script = `${example}; echo "$AWS_ACCESS_KEY_ID $AWS_SECRET_ACCESS_KEY $AWS_SESSION_TOKEN"`;
    expect(await runShell(script, { env: await startInstance() })).toEqual({
      code: 0,
      signal: null,
      stdout: 'ASIATESTTESTTEST0001 not-a-secret not-a-token\n',
      stderr: '',
    });
  });

  ciTest('env prints nothing if not safe, and the example of the help stops', async () => {
    const env = await startInstance(3600);
    const run = await runShell(`${example}; echo went on`, { env });
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.stderr).toMatch(
      /^error: not safe: a 4h job with a margin of 5m that starts now, 3h 05m(?: \d\ds)? short\nhint: /,
    );
  });

  test.each(
    sampleCases(
      [
        ['bash', 'env'],
        ['sh', 'env'],
        ['zsh', 'env'],
        ['pwsh', 'powershell'],
        ['cmd', 'windows-cmd'],
      ],
      3,
    ),
  )('env -f %s prints the format %s', async (shell, format) => {
    const env = await startInstance();
    const [named, own] = [
      await runCommand(['env', '-j', '4h', '-f', shell], { env }),
      await runCommand(['env', '-j', '4h', '-f', format], { env }),
    ];
    expect(named).toMatchObject({ code: 0, stderr: '' });
    expect(named).toEqual(own);
  });

  test.each(['toString', 'Bash', 'csh'])('env -f %s is an error', async (format) => {
    const { code, stdout, stderr } = await runCommand(['env', '-j', '4h', '-f', format]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^error: --format '\w+' is unknown\nhint: .*use one of env, bash, sh, zsh, /);
  });

  test('env prints each format to stdout, and no secret elsewhere', async () => {
    const env = await startInstance();
    const formats = [
      'env-no-export',
      'docker',
      'fish',
      'powershell',
      'windows-cmd',
      'process',
      'json',
      'redshift-copy',
    ];
    for (const format of formats) {
      const run = await runCommand(['env', '-j', '4h', '-f', format], { env });
      expect(run).toMatchObject({ code: 0, stderr: '' });
      expect(run.stdout).toMatch(/ASIATESTTESTTEST0001.*not-a-secret.*not-a-token/s);
    }
    const clause = await runCommand(['env', '-j', '4h', '-f', 'redshift-copy', '--clause', 'credentials'], {
      env,
    });
    expect(clause.stdout).toBe(
      "CREDENTIALS 'aws_access_key_id=ASIATESTTESTTEST0001;aws_secret_access_key=not-a-secret;token=not-a-token'\n",
    );
  });

  test('env notes that AWS_PROFILE has priority in the JavaScript SDK', async () => {
    const env = { ...(await startInstance()), AWS_PROFILE: 'p', AWS_CONFIG_FILE: '/nonexistent' };
    const flags = ['-j', '4h', '--source', 'imds'];
    const run = await runCommand(['env', ...flags, '-f', 'env'], { env });
    expect(run.code).toBe(0);
    expect(run.stderr).toMatch(/^note: AWS_PROFILE is set: .*\nhint: /m);
    expect((await runCommand(['env', ...flags, '-f', 'process'], { env })).stderr).not.toContain(
      'AWS_PROFILE is set',
    );
  });

  test.each([
    [['-j', '4h'], 'env needs -f, --format <format>'],
    [['-f', 'env'], 'env needs the duration of the job that will use the credentials'],
    [['-j', '4h', '-f', 'tcsh'], "--format 'tcsh' is unknown"],
  ])('env with the flags %j is wrong usage', async (args, message) => {
    const run = await runCommand(['env', ...args]);
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr.split('\n')[0]).toBe(`error: ${message}`);
  });

  test('env lists the formats if --format is missing', async () => {
    const { stderr } = await runCommand(['env', '-j', '4h']);
    expect(stderr).toMatch(
      /\nhint: use -f env for a shell .*, -f redshift-copy for COPY and UNLOAD, .*all formats: `cred-watch env --help`\n$/,
    );
  });

  const hasScript = spawnSync('sh', ['-c', 'command -v script']).status === 0;
  test.skipIf(!hasScript && mayBeSkipped)('env prints no secrets to a terminal without --tty', async () => {
    const env = await startInstance();
    const onTerminal = (flags: string, format = 'env') =>
      runShell(`script -qec '"$NODE" "$PROGRAM" env -j 4h -f ${format} ${flags}' /dev/null`, { env });
    const refused = await onTerminal('');
    expect(refused.code).toBe(2);
    expect(refused.stdout).toMatch(/^error: refusing to print secrets to a terminal; a start is safe/);
    expect(refused.stdout).not.toMatch(/not-a-(secret|token)/);
    expect(refused.stdout).toContain('&& eval "$c"');
    const clause = await onTerminal('', 'redshift-copy');
    expect(clause.stdout).toMatch(
      /hint: store the clause in a variable: clause=\$\(cred-watch env …\); or add --tty/,
    );
    const unsafe = await onTerminal('--margin 20h');
    expect(unsafe.code).toBe(1);
    expect(unsafe.stdout).toMatch(/^error: not safe: /);
    expect((await onTerminal('--tty')).stdout).toMatch(/not-a-secret.*not-a-token/s);
  });
});
