import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CREDENTIAL_FORMATS } from '../../src/credential-formats/formats.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import {
  expectedVariables,
  type Keys,
  ORDINARY,
  toCredentialValues,
  tryAwkwardKeys,
} from '../support/credential-formats/awkward-keys.ts';
import { startContainerEngine } from '../support/credential-formats/container-engine.ts';
import { describeReader } from '../support/credential-formats/describe-reader.ts';
import { run } from '../support/credential-formats/run.ts';

const write = (keys: Keys, legacyToken = false) =>
  CREDENTIAL_FORMATS.docker.write(toCredentialValues(keys), { legacyToken });

const hasPairOfQuotes = (value: string) =>
  value.length > 1 && ['"', "'"].some((quote) => value.startsWith(quote) && value.endsWith(quote));

/** Returns the variables that `docker run` requests from the engine for these files. */
async function containerVariables(docker: string, files: readonly string[]): Promise<string[]> {
  const { environment, getRequestedVariables } = await startContainerEngine();
  const { stderr } = await run(
    [docker, 'run', '--pull', 'never', ...files.flatMap((file) => ['--env-file', file]), 'image'],
    { env: { ...environment, PATH: '/nonexistent', AWS_SESSION_TOKEN: 'stale' } },
  );
  return getRequestedVariables() ?? expect.unreachable(stderr);
}

describeReader('docker run --env-file', { program: 'docker', package: 'docker.io' }, (docker) => {
  test('the container gets every value', async () => {
    const folder = temporaryFolder();
    await tryAwkwardKeys(
      async ({ many, legacyToken }) => {
        const files = many.map((keys, index) => {
          const path = join(folder, `${index}.env`);
          writeFileSync(path, write(keys, legacyToken));
          return path;
        });
        expect(await containerVariables(docker, files)).toEqual(
          many.flatMap((keys) => [
            ...(keys.token === null ? ['AWS_SESSION_TOKEN=', 'AWS_SECURITY_TOKEN='] : []),
            ...Object.entries(expectedVariables(keys, legacyToken)).map((each) => each.join('=')),
          ]),
        );
      },
      { isCarried: (value) => !hasPairOfQuotes(value) },
    );
  });
});

test.each(["'quoted'", '"quoted"', "''"])(
  'docker rejects the value %s, because some readers remove the quotes',
  (value) => {
    for (const name of ['accessKeyId', 'secretAccessKey', 'token'] as const) {
      expect(() => write({ ...ORDINARY, [name]: value })).toThrow(/cannot be written as docker/);
    }
  },
);

test.each(["'", '"', `'quoted"`, `quoted'`, "'quoted"])('docker writes the value %s unchanged', (token) => {
  expect(write({ ...ORDINARY, token })).toContain(`AWS_SESSION_TOKEN=${token}\n`);
});
