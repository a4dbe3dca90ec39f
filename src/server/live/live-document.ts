import type { Instant } from '../../domain/model.ts';
import type { Secret } from '../../secret.ts';
import { formatDocumentInstant } from '../endpoint-request.ts';

/** Real ones, which open real accounts. */
export interface LiveCredentials {
  accessKeyId: string;
  secretAccessKey: Secret;
  /** Null where there is none. */
  token: Secret | null;
  expiration: Instant;
  /** `''` where it is not known. */
  accountId: string;
  roleArn?: string;
}

/**
 * The document of the ECS agent, with the account id of EKS's. The SDKs for Python and JavaScript refuse one without a
 * `Token`, and sign without a token where it is empty.
 * @throws where it would be no document: clients take an empty key for a key
 */
export function formatLiveDocument(credentials: LiveCredentials): string {
  const { accessKeyId, expiration, accountId, roleArn } = credentials;
  const secretAccessKey = credentials.secretAccessKey.reveal();
  if (accessKeyId === '' || secretAccessKey === '') throw new Error('credentials without a key');
  return JSON.stringify({
    RoleArn: roleArn,
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    Token: credentials.token?.reveal() ?? '',
    Expiration: formatDocumentInstant(expiration),
    AccountId: accountId === '' ? undefined : accountId,
  });
}
