import { chmodSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { PROGRAM } from '../../support/cli/built-program.ts';
import { minimalEnvironment, repositoryPath, startProcess } from '../../support/cli/program-run.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { sampleCases } from '../../support/thorough.ts';

const CREDENTIALS = {
  AWS_ACCESS_KEY_ID: 'ASIAEXAMPLE00000NEW',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_SESSION_TOKEN: 'token',
  AWS_CREDENTIAL_EXPIRATION: new Date(Date.now() + 12 * 3_600_000).toISOString(),
};
/** A credential process whose credentials are valid for 1 hour. */
const printer = `echo '${JSON.stringify({
  Version: 1,
  AccessKeyId: 'ASIAEXAMPLE00000OLD',
  SecretAccessKey: 'secret',
  SessionToken: 'token',
  Expiration: new Date(Date.now() + 3_600_000).toISOString(),
})}'`;
const UNKNOWN = 'the home folder of this user is unknown';
const HINT = 'hint: set HOME, or give the database with --db or CRED_WATCH_DB\n';

describe.runIf(process.getuid?.() === 0)('a user without HOME who is not in /etc/passwd', () => {
  /** Containers often run as such a user. */
  function run(args: readonly string[]) {
    const cwd = temporaryFolder();
    chmodSync(cwd, 0o777);
    const env = minimalEnvironment({ ...CREDENTIALS, HOME: undefined });
    const command = ['setpriv', '--reuid=54321', '--clear-groups', process.execPath, ...args];
    return startProcess(command, { cwd, env }).done;
  }

  const SOURCE = ['-j', '1h', '--source', 'environment'];
  test.each(
    sampleCases(
      [
        ['check', [], 0, /^safe: /],
        ['env', ['-f', 'env'], 0, /ASIAEXAMPLE00000NEW/],
        ['exec', ['--job', 'nightly', '--', 'sh', '-c', 'echo ran; exit 9'], 9, /^ran\n$/],
      ],
      3,
    ),
  )(
    'a user without HOME who is not in /etc/passwd runs %s without a database, with a note',
    async (command, args, code, stdout) => {
      expect(await run([PROGRAM, command, ...SOURCE, ...args])).toMatchObject({
        code,
        stdout: expect.stringMatching(stdout),
        stderr: `note: continuing without the database: ${UNKNOWN}\n${HINT}`,
      });
    },
  );

  test('the advice of check is to solve the problem of the database before polling', async () => {
    const { stdout } = await run([
      PROGRAM,
      'check',
      '-j',
      '36h',
      '--source',
      'process',
      '--process',
      printer,
    ]);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      'solve the problem of the database (see the note), then collect a history: run `cred-watch poll',
    );
  });

  test.each(
    sampleCases(
      [
        ['poll', ['--source', 'environment']],
        ['check', ['-j', '1h', '--offline']],
      ],
      2,
    ),
  )(
    'a user without HOME who is not in /etc/passwd gets an error from %s, which needs a database',
    async (command, args) => {
      const stderr = `error: ${UNKNOWN}\n${HINT}`;
      expect(await run([PROGRAM, command, ...args])).toMatchObject({ code: 2, stdout: '', stderr });
    },
  );

  test('a user without HOME who is not in /etc/passwd polls with the library', async () => {
    const script = `const { getDefaultDatabasePath, poll, SampleStore, sources } = require(process.argv[1]);
      async function main() {
        const store = SampleStore.open('samples.db');
        const { outcome } = await poll({ source: await sources.environment(), store });
        console.log(outcome.ok);
        getDefaultDatabasePath();
      }
      main().catch(({ code, message }) => console.log(code, message));`;
    expect(await run(['-e', script, repositoryPath('dist/library/index.cjs')])).toMatchObject({
      stdout: `true\nDATABASE_INVALID_PATH ${UNKNOWN}\n`,
      stderr: '',
    });
  });
});
