import { openSource, type SourceChoice } from '../../../src/sources/open.ts';
import type { SourceOptions } from '../../../src/sources/source.ts';
import { options } from '../sources/polling.ts';
import { homeWith } from '../sources/profile-home.ts';
import { startSts, type TestRole } from './sts.ts';

export const USER = 'AKIACANARY0000000001';
export const SECRET = 'CANARY-secret/access+key';
export const KEYS = `aws_access_key_id = ${USER}\naws_secret_access_key = ${SECRET}\n`;
export const MIDDLE = 'arn:aws:iam::111122223333:role/middle';
export const TOP = 'arn:aws:iam::444455556666:role/team/top';

const ROLES: readonly TestRole[] = [
  { arn: MIDDLE, principals: [USER], maxSessionSeconds: 7200 },
  { arn: TOP, principals: [MIDDLE], maxSessionSeconds: 7200, externalId: 'partner-7' },
];

interface AccountOptions {
  now?: () => number;
  roles?: readonly TestRole[];
  /** The credentials file. STS_URL stands for the URL of STS. */
  credentials?: string;
}

/** An STS with these roles, and the shared config file of a user. */
export async function createAccount(config: string, more: AccountOptions = {}) {
  const { now = Date.now, roles = ROLES, credentials = '' } = more;
  const sts = await startSts({ roles, users: { [USER]: SECRET }, now });
  const home = homeWith({ config, credentials: credentials.replace('STS_URL', sts.url) });
  const env = {
    HOME: home,
    AWS_REGION: 'eu-west-1',
    AWS_ENDPOINT_URL_STS: sts.url,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const open = (
    choice: SourceChoice,
    given: Partial<SourceOptions> = {},
    changes: Record<string, string | undefined> = {},
  ) => openSource(choice, options({ ...env, ...changes }, given));
  return { sts, home, open };
}
