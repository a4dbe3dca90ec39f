import { join } from 'node:path';
import { expect } from 'vitest';
import { type IssuedSession, startSts } from '../support/aws/sts.ts';
import { runCommand } from '../support/cli/run-command.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import { AWS_CLI, redirectAwsCli } from '../support/peers/aws-cli.ts';
import { type Environment, runClient } from '../support/peers/child-client.ts';
import { describeClient } from '../support/peers/installed-client.ts';
import { homeWith } from '../support/sources/profile-home.ts';
import { ciTest } from '../support/thorough.ts';

const USER = 'AKIACANARY0000000001';
const SECRET = 'CANARY-secret/access+key';
const LOADER = 'arn:aws:iam::111122223333:role/team/loader';

type Account = Awaited<ReturnType<typeof startSts>>;

const toVariables = ({ accessKeyId, secretAccessKey, sessionToken }: IssuedSession) => ({
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
  AWS_SESSION_TOKEN: sessionToken,
});

/** The environment of each case, and the error of AWS. */
const CASES: readonly [name: string, prepare: (account: Account) => Environment, error: string | null][] = [
  ['a key of a user', () => ({ AWS_ACCESS_KEY_ID: USER, AWS_SECRET_ACCESS_KEY: SECRET }), null],
  ['a session of a role', (account) => toVariables(account.issue(LOADER, 'nightly', 3600)), null],
  [
    'a role of a profile',
    () => {
      const user = `[profile user]\naws_access_key_id=${USER}\naws_secret_access_key=${SECRET}\n`;
      const role = `[default]\nrole_arn=${LOADER}\nsource_profile=user\nrole_session_name=nightly\n`;
      const home = homeWith({ config: user + role });
      return { HOME: home, AWS_CONFIG_FILE: join(home, '.aws/config') };
    },
    null,
  ],
  ['an expired session', (account) => toVariables(account.issue(LOADER, 'nightly', -60)), 'ExpiredToken'],
  [
    'a wrong secret key',
    () => ({ AWS_ACCESS_KEY_ID: USER, AWS_SECRET_ACCESS_KEY: 'CANARY-other' }),
    'SignatureDoesNotMatch',
  ],
  [
    'a deleted key',
    () => ({ AWS_ACCESS_KEY_ID: 'AKIACANARY0000000002', AWS_SECRET_ACCESS_KEY: SECRET }),
    'InvalidClientTokenId',
  ],
];

describeClient('AWS CLI', AWS_CLI, () => {
  ciTest.for(CASES)(
    'sources --verify and the AWS CLI agree on the identity of %s',
    async ([, prepare, error]) => {
      const account = await startSts({
        users: { [USER]: SECRET },
        roles: [{ arn: LOADER, principals: [USER] }],
      });
      const env: Environment = {
        HOME: temporaryFolder(),
        AWS_REGION: 'eu-west-1',
        AWS_EC2_METADATA_DISABLED: 'true',
        AWS_ENDPOINT_URL_STS: account.url,
        ...redirectAwsCli(join(temporaryFolder(), 'models'), 'STS', account.url),
        ...prepare(account),
      };
      const own = await runCommand(['sources', '--verify', '-f', 'json'], { env });
      const [winner] = JSON.parse(own.stdout).verification.winners;
      const peer = await runClient(
        [AWS_CLI.program, 'sts', 'get-caller-identity', '--output', 'json'],
        env as Record<string, string>,
      );
      if (error === null) {
        expect(peer.code, peer.stderr).toBe(0);
        const { Arn, Account } = JSON.parse(peer.stdout);
        expect(winner).toMatchObject({ arn: Arn, account_id: Account, problem: null });
        expect(own.code).toBe(0);
      } else {
        expect(peer.stderr).toContain(`(${error})`);
        expect(winner.problem.message).toContain(`: ${error}: `);
        expect(own.code).toBe(1);
      }
    },
  );
});
