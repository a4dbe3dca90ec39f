import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { IdentityProvider } from '../aws/identity-provider.ts';
import { startSts } from '../aws/sts.ts';
import type { Run } from './program-run.ts';
import { runCommand } from './run-command.ts';
import { temporaryFolder } from './temporary-folder.ts';

const USER = 'AKIAFALSE0000000USER';
const SECRET = 'CANARY-false-secret';
const HOURS = 3600;

const arn = (role: string) => `arn:aws:iam::111122223333:role/${role}`;

const CONFIG = `[profile base]
aws_access_key_id = ${USER}
aws_secret_access_key = ${SECRET}
[profile tf]
role_arn = ${arn('terraform')}
source_profile = base
[profile tf-long]
role_arn = ${arn('terraform')}
source_profile = base
duration_seconds = ${6 * HOURS}
[profile admin]
role_arn = ${arn('admin')}
source_profile = base
duration_seconds = ${6 * HOURS}
[profile chain]
role_arn = ${arn('chained')}
source_profile = tf
[profile mfa]
role_arn = ${arn('admin')}
source_profile = base
mfa_serial = arn:aws:iam::111122223333:mfa/user
[profile process]
credential_process = HOME/process.sh
`;

/** A home folder with profiles of roles, an STS that issues their credentials, and a database. */
export async function createRoleWorkstation() {
  const provider = new IdentityProvider();
  const max = 12 * HOURS;
  const sts = await startSts({
    roles: [
      { arn: arn('terraform'), principals: [USER], maxSessionSeconds: max },
      { arn: arn('admin'), principals: [USER], maxSessionSeconds: max },
      { arn: arn('chained'), principals: [arn('terraform')], maxSessionSeconds: max },
      { arn: arn('pod'), identities: { provider }, maxSessionSeconds: max },
    ],
    users: { [USER]: SECRET },
  });
  const home = temporaryFolder();
  mkdirSync(join(home, '.aws'));
  writeFileSync(join(home, '.aws/config'), CONFIG.replaceAll('HOME', home));
  writeFileSync(join(home, 'token'), provider.issueToken(Date.now()));
  const env = {
    HOME: home,
    AWS_REGION: 'eu-west-1',
    AWS_ENDPOINT_URL_STS: sts.url,
    AWS_EC2_METADATA_DISABLED: 'true',
    CRED_WATCH_DB: join(home, 'samples.db'),
    CRED_WATCH_HOST: 'vm',
  };
  /** Variables of a pod on EKS. */
  const pod = { AWS_WEB_IDENTITY_TOKEN_FILE: join(home, 'token'), AWS_ROLE_ARN: arn('pod') };
  /** Line breaks of the layout become spaces. */
  const run = async (args: readonly string[], more: Record<string, string> = {}): Promise<Run> => {
    const result = await runCommand(args, { env: { ...env, ...more } });
    return { ...result, stdout: result.stdout.replaceAll(/\s+/g, ' ') };
  };
  return { sts, home, pod, run };
}
