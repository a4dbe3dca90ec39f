import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CREDENTIAL_FORMATS } from '../../src/credential-formats/formats.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import {
  expectedVariables,
  handed,
  ORDINARY,
  tryAwkwardKeys,
  VARIABLE_NAMES,
} from '../support/credential-formats/awkward-credentials.ts';
import { describeReader } from '../support/credential-formats/describe-reader.ts';
import { run } from '../support/credential-formats/run.ts';

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

/** What `eval "$c"` does to each argument, in a shell that has tokens of other credentials and stops at any failure. */
const EVALUATE_EACH = `
set -eu
for c; do
  export AWS_SESSION_TOKEN=stale AWS_SECURITY_TOKEN=stale
  eval "$c"
  printf '%s\\0' ${VARIABLE_NAMES.map((name) => `"\${${name}-unset}"`).join(' ')}
done`;

/** A folder for the shell to be in, and nothing that it could run but `printf`: mksh has none of its own. */
function surroundings() {
  const folder = temporaryFolder();
  const cwd = join(folder, 'empty');
  const programs = join(folder, 'bin');
  for (const each of [cwd, programs]) mkdirSync(each);
  symlinkSync('/usr/bin/printf', join(programs, 'printf'));
  return { folder, cwd, env: { PATH: programs, HOME: cwd } };
}

for (const { flags, ...reader } of SHELLS) {
  describeReader(['env in', reader.program, ...flags].join(' '), reader, (path) => {
    test.each(['env', 'env-no-export'] as const)('%s gives back every value', async (format) => {
      const { cwd, env } = surroundings();
      await tryAwkwardKeys(async ({ many, legacyToken }) => {
        const texts = many.map((keys) => CREDENTIAL_FORMATS[format](handed(keys), { legacyToken }));
        const { code, stdout, stderr } = await run([path, ...flags, '-c', EVALUATE_EACH, 'shell', ...texts], {
          cwd,
          env,
        });
        expect(stderr).toBe('');
        expect(stdout.split('\0').slice(0, -1)).toEqual(
          many.flatMap((keys) => {
            const variables = expectedVariables(keys, legacyToken);
            return VARIABLE_NAMES.map((name) => variables[name] ?? 'unset');
          }),
        );
        expect(code).toBe(0);
        expect(readdirSync(cwd)).toEqual([]);
      });
    });

    test.each([
      { format: 'env', seen: ORDINARY.accessKeyId },
      { format: 'env-no-export', seen: undefined },
    ] as const)('$format: what a program started afterwards sees', async ({ format, seen }) => {
      const { folder, cwd, env } = surroundings();
      const file = join(folder, 'credentials');
      writeFileSync(file, CREDENTIAL_FORMATS[format](handed(ORDINARY), { legacyToken: false }));
      const script = 'c=$(/bin/cat "$1") && eval "$c"; exec /usr/bin/env -0';
      const { stdout } = await run([path, ...flags, '-c', script, 'shell', file], { cwd, env });
      const variables = new Map(stdout.split('\0').map((each) => each.split(/=(.*)/s) as [string, string]));
      expect(variables.get('HOME')).toBe(cwd);
      expect(variables.get('AWS_ACCESS_KEY_ID')).toBe(seen);
    });
  });
}
