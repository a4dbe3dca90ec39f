import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { CREDENTIAL_FORMATS } from '../../src/credential-formats/formats.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import {
  type Keys,
  ORDINARY,
  toCredentialValues,
  tryAwkwardKeys,
} from '../support/credential-formats/awkward-keys.ts';
import { AWS_CLI } from '../support/peers/aws-cli.ts';
import { runClient } from '../support/peers/child-client.ts';
import { describeClient } from '../support/peers/installed-client.ts';
import { ciTest, sampleCases } from '../support/thorough.ts';

/** SDKs reject an expired document. */
const EXPIRATION = Date.parse('2099-01-01T00:00:00Z');

/** A config file with one profile per set of keys; its credential_process prints the `process` document. */
function configFile(many: readonly Keys[]): string {
  const folder = temporaryFolder();
  const profiles = many.map((keys, index) => {
    const document = join(folder, `${index}.json`);
    const credentials = { ...toCredentialValues(keys), expiration: EXPIRATION, accountId: '123456789012' };
    writeFileSync(document, CREDENTIAL_FORMATS.process.write(credentials));
    return `[profile p${index}]\ncredential_process = cat ${document}\n`;
  });
  const path = join(folder, 'config');
  writeFileSync(path, profiles.join('\n'));
  return path;
}

const AWKWARD: Keys = {
  accessKeyId: `A'"\\$\`%!^&|<>;#~*?()[]{}=-@,:.`,
  secretAccessKey: '\\u0027\\n$(x)%s',
  token: `"'\\'"\\`,
};

describe('the AWS SDK for JavaScript', () => {
  const program = fileURLToPath(new URL('../support/credential-formats/process-client.mjs', import.meta.url));

  test('the SDK for JavaScript reads every value of the process document', async () => {
    await tryAwkwardKeys(
      async ({ many }) => {
        const environment = { AWS_CONFIG_FILE: configFile(many) };
        const { stdout, stderr } = await runClient(
          [process.execPath, program, String(many.length)],
          environment,
        );
        expect(stderr).toBe('');
        expect(JSON.parse(stdout)).toEqual(
          many.map(({ token, ...keys }) => ({
            ...keys,
            ...(token !== null && { sessionToken: token }),
            expiration: '2099-01-01T00:00:00.000Z',
            accountId: '123456789012',
          })),
        );
      },
      { runs: 1 },
    );
  });
});

describeClient('the AWS CLI', AWS_CLI, () => {
  const cases = [
    { title: 'every special character', keys: AWKWARD },
    { title: 'keys without a token', keys: { ...ORDINARY, token: null } },
  ];
  ciTest.each(sampleCases(cases, 2))(
    'the AWS CLI reads the process document with $title',
    async ({ keys }) => {
      const command = [AWS_CLI.program, 'configure', 'export-credentials', '--profile', 'p0'];
      const { stdout, stderr } = await runClient(command, { AWS_CONFIG_FILE: configFile([keys]) });
      expect(stderr).toBe('');
      expect(JSON.parse(stdout)).toEqual({
        Version: 1,
        AccessKeyId: keys.accessKeyId,
        SecretAccessKey: keys.secretAccessKey,
        ...(keys.token !== null && { SessionToken: keys.token }),
        Expiration: '2099-01-01T00:00:00+00:00',
      });
    },
  );
});
