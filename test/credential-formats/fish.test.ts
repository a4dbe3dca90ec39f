import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CREDENTIAL_FORMATS } from '../../src/credential-formats/formats.ts';
import { ORDINARY, toCredentialValues, VARIABLE_NAMES } from '../support/credential-formats/awkward-keys.ts';
import { describeReader } from '../support/credential-formats/describe-reader.ts';
import { run } from '../support/credential-formats/run.ts';
import { createShellFolders, expectValuesReadBack } from '../support/credential-formats/shell-values.ts';

/** The shell has tokens of other credentials: exported ones, and a universal one that an export hides. */
const EVALUATE_EACH = `
for c in $argv
  set -gx AWS_SESSION_TOKEN stale
  set -gx AWS_SECURITY_TOKEN stale
  set -Ux AWS_SESSION_TOKEN stale
  eval "$c"; or exit 1
  for name in ${VARIABLE_NAMES.join(' ')}
    if set -q $name; printf '%s\\0' "$$name"; else; printf 'unset\\0'; end
  end
end`;

/** An empty home and working folder, and no programs on the PATH. */
function createShellEnvironment() {
  const { folder, cwd, other } = createShellFolders();
  return { folder, cwd, env: { PATH: '/nonexistent', HOME: other } };
}

describeReader('fish', { program: 'fish', package: 'fish' }, (path) => {
  test('fish reads every value back', async () => {
    const { cwd, env } = createShellEnvironment();
    await expectValuesReadBack('fish', {
      command: [path, '--no-config', '-c', EVALUATE_EACH, '--'],
      ...{ cwd, env },
    });
  });

  test('a child process of fish inherits the variables', async () => {
    const { folder, cwd, env } = createShellEnvironment();
    const file = join(folder, 'credentials');
    writeFileSync(file, CREDENTIAL_FORMATS.fish.write(toCredentialValues(ORDINARY), { legacyToken: false }));
    const script = '/bin/cat $argv[1] | source; and exec /usr/bin/env -0';
    const { stdout } = await run([path, '--no-config', '-c', script, '--', file], { cwd, env });
    expect(stdout.split('\0')).toContain(`AWS_ACCESS_KEY_ID=${ORDINARY.accessKeyId}`);
  });
});
