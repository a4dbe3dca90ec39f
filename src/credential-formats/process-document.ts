import type { CredentialValues } from './credential-values.ts';
import { revealCredentials } from './revealed-credentials.ts';

/**
 * What SDKs expect from a `credential_process`:
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
 */
export function formatProcessDocument(credentials: CredentialValues): string {
  const { accessKeyId, secretAccessKey, token, expiration, accountId } = revealCredentials(credentials);
  const document = {
    Version: 1,
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    ...(token !== null && { SessionToken: token }),
    Expiration: expiration,
    ...(accountId !== null && { AccountId: accountId }),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
