import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  buildChildEnvironment,
  buildEndpointEnvironment,
} from '../../src/credential-formats/child-environment.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import { ORDINARY, toCredentialValues } from '../support/credential-formats/awkward-keys.ts';
import { AWS_CLI, obtainByAwsCli } from '../support/peers/aws-cli.ts';
import type { Environment } from '../support/peers/child-client.ts';
import type { ObtainCredentials } from '../support/peers/client.ts';
import { CLI, describeEachClient, JAVASCRIPT, runsOnlyInCi } from '../support/peers/clients.ts';
import { describeClient } from '../support/peers/installed-client.ts';
import { obtainByJavaScript } from '../support/peers/javascript-sdk.ts';
import { revealCredentials } from '../support/server/revealed-credentials.ts';
import { startSimulated } from '../support/server/simulated-endpoint.ts';
import { ciTest } from '../support/thorough.ts';

/** Clients reject expired credentials. */
const CREDENTIALS = { ...toCredentialValues(ORDINARY), expiration: Date.parse('2099-01-01T00:00:00Z') };
const ISSUED = { secretAccessKey: ORDINARY.secretAccessKey, sessionToken: ORDINARY.token! };

/**
 * A parent environment with credentials of every kind. Even a variable that is not removed sends no client to
 * another machine: the web identity has no role, and there is no relative URI.
 */
function parentWithEverything(): Environment {
  const folder = temporaryFolder();
  const config = join(folder, 'config');
  const token = join(folder, 'token');
  writeFileSync(
    config,
    '[profile other]\naws_access_key_id = ASIAPROFILE\naws_secret_access_key = profile\n',
  );
  writeFileSync(token, 'stale-token-of-a-file');
  return {
    AWS_CONFIG_FILE: config,
    AWS_PROFILE: 'other',
    AWS_ACCESS_KEY_ID: 'ASIASTALE',
    AWS_SECRET_ACCESS_KEY: 'stale',
    AWS_SESSION_TOKEN: 'stale',
    AWS_SECURITY_TOKEN: 'stale',
    AWS_ACCESS_KEY: 'ASIASTALE',
    AWS_SECRET_KEY: 'stale',
    AWS_CREDENTIAL_EXPIRATION: '2001-01-01T00:00:00Z',
    AWS_WEB_IDENTITY_TOKEN_FILE: token,
    AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:1/stale',
    AWS_CONTAINER_AUTHORIZATION_TOKEN: 'stale',
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: token,
  };
}

const child = (parent: Environment) =>
  buildChildEnvironment(parent, CREDENTIALS, { legacyToken: false, region: null });

async function describeCredentials(obtain: ObtainCredentials, environment: Environment) {
  const { held, stderr } = await obtain(environment);
  if (held === null) return `none: ${stderr}`;
  return held.matches(ISSUED) ? held.accessKeyId : `${held.accessKeyId} with a foreign secret or token`;
}

describeEachClient((client, obtain) => {
  test('the client uses the passed credentials although the parent has others', async () => {
    const environment = child(parentWithEverything());
    expect(await describeCredentials(obtain, environment)).toBe(ORDINARY.accessKeyId);
  });

  test.skipIf(runsOnlyInCi(client))(
    'the client polls the passed endpoint although the parent has other credentials',
    async () => {
      const shell = await startSimulated({ shapes: ['cloudshell'] });
      const environment = buildEndpointEnvironment(parentWithEverything(), shell.environments.cloudshell, {
        region: null,
      });
      const { held, stderr } = await obtain(environment);
      expect(held, stderr).not.toBeNull();
      const issued = revealCredentials(shell.exchanges.at(-1)!.handled.credentials!);
      expect(held!.accessKeyId).toBe(issued.accessKeyId);
      expect(held!.matches(issued)).toBe(true);
    },
  );
});

/** Keeps some variables of the parent. This proves that the tests above would find such a variable. */
describe('a shadowing variable that is not removed', () => {
  const childKeeping = (...names: readonly string[]) => {
    const parent = parentWithEverything();
    return { ...child(parent), ...Object.fromEntries(names.map((name) => [name, parent[name]!])) };
  };

  describe(JAVASCRIPT, () => {
    ciTest('AWS_PROFILE hides the keys in the environment from the SDK for JavaScript', async () => {
      expect(await describeCredentials(obtainByJavaScript, childKeeping('AWS_PROFILE'))).toMatch(
        /^ASIAPROFILE/,
      );
    });

    test('keys in the environment hide the container endpoint from the SDK for JavaScript', async () => {
      const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = parentWithEverything();
      const shell = await startSimulated({ shapes: ['cloudshell'] });
      const environment = { ...shell.environments.cloudshell, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY };
      expect(await describeCredentials(obtainByJavaScript, environment as Environment)).toMatch(/^ASIASTALE/);
      expect(shell.requests()).toEqual([]);
    });
  });

  describeClient(CLI, AWS_CLI, () => {
    ciTest('AWS_SECURITY_TOKEN precedes AWS_SESSION_TOKEN in the AWS CLI', async () => {
      expect(await describeCredentials(obtainByAwsCli, childKeeping('AWS_SECURITY_TOKEN'))).toBe(
        `${ORDINARY.accessKeyId} with a foreign secret or token`,
      );
    });
  });
});
