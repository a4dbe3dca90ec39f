import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CREDENTIAL_FORMATS } from '../../src/credential-formats/formats.ts';
import { ORDINARY, toCredentialValues, VARIABLE_NAMES } from '../support/credential-formats/awkward-keys.ts';
import { describeReader } from '../support/credential-formats/describe-reader.ts';
import { run } from '../support/credential-formats/run.ts';
import { createShellFolders, expectValuesReadBack } from '../support/credential-formats/shell-values.ts';
import { sampleCases } from '../support/thorough.ts';

const SHELLS = [
  { program: 'dash', package: 'dash', flags: [] },
  { program: 'bash', package: 'bash', flags: ['-H'] },
  { program: 'bash', package: 'bash', flags: ['--posix'] },
  { program: 'zsh', package: 'zsh', flags: ['-f'] },
  { program: 'zsh', package: 'zsh', flags: ['-f', '-o', 'rcquotes', '-o', 'extendedglob'] },
  { program: 'mksh', package: 'mksh', flags: [] },
  { program: 'ksh93', package: 'ksh93u+m', flags: [] },
  { program: 'busybox', package: 'busybox', flags: ['sh'] },
];

/** Evaluates each argument. The shell has tokens of other credentials, and stops at the first error. */
const EVALUATE_EACH = `
set -eu
for c; do
  export AWS_SESSION_TOKEN=stale AWS_SECURITY_TOKEN=stale
  eval "$c"
  printf '%s\\0' ${VARIABLE_NAMES.map((name) => `"\${${name}-unset}"`).join(' ')}
done`;

/** An empty working folder, and a PATH with `printf` only: mksh has no built-in one. */
function createShellEnvironment() {
  const { folder, cwd, other } = createShellFolders();
  symlinkSync('/usr/bin/printf', join(other, 'printf'));
  return { folder, cwd, env: { PATH: other, HOME: cwd } };
}

for (const { flags, ...reader } of SHELLS) {
  describeReader(['env in', reader.program, ...flags].join(' '), reader, (path) => {
    test.each(sampleCases(['env', 'env-no-export'] as const, 4))(
      'the shell reads every value of %s back',
      async (format) => {
        const { cwd, env } = createShellEnvironment();
        await expectValuesReadBack(format, {
          command: [path, ...flags, '-c', EVALUATE_EACH, 'shell'],
          ...{ cwd, env },
        });
      },
    );

    test.each(
      sampleCases(
        [
          { format: 'env', seen: ORDINARY.accessKeyId },
          { format: 'env-no-export', seen: undefined },
        ] as const,
        4,
      ),
    )('a child process of the shell sees AWS_ACCESS_KEY_ID=$seen with $format', async ({ format, seen }) => {
      const { folder, cwd, env } = createShellEnvironment();
      const file = join(folder, 'credentials');
      writeFileSync(
        file,
        CREDENTIAL_FORMATS[format].write(toCredentialValues(ORDINARY), { legacyToken: false }),
      );
      const script = 'c=$(/bin/cat "$1") && eval "$c"; exec /usr/bin/env -0';
      const { stdout } = await run([path, ...flags, '-c', script, 'shell', file], { cwd, env });
      const variables = new Map(stdout.split('\0').map((each) => each.split(/=(.*)/s) as [string, string]));
      expect(variables.get('HOME')).toBe(cwd);
      expect(variables.get('AWS_ACCESS_KEY_ID')).toBe(seen);
    });
  });
}
