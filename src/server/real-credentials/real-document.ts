import type { Instant } from '../../domain/model.ts';
import type { Secret } from '../../secret.ts';
import { formatDocumentInstant } from '../endpoint-request.ts';

/** Real credentials, valid in a real account. */
export interface RealCredentials {
  accessKeyId: Secret;
  secretAccessKey: Secret;
  /** Null for long-term keys, which have no session token. */
  token: Secret | null;
  expiration: Instant;
  /** Null if unknown. */
  accountId: string | null;
  roleArn?: string;
}

/**
 * The document of the ECS agent, plus the account id of the EKS agent. The SDKs for Python and JavaScript
 * reject a document without `Token`, and sign without a token if it is empty.
 * @throws Error if a key is empty: clients would use an empty key
 */
export function formatRealDocument(credentials: RealCredentials): string {
  const { expiration, accountId, roleArn } = credentials;
  const accessKeyId = credentials.accessKeyId.reveal();
  const secretAccessKey = credentials.secretAccessKey.reveal();
  if (accessKeyId === '' || secretAccessKey === '')
    throw new Error('the access key or the secret key is empty');
  return JSON.stringify({
    RoleArn: roleArn,
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    Token: credentials.token?.reveal() ?? '',
    Expiration: formatDocumentInstant(expiration),
    AccountId: accountId ?? undefined,
  });
}
