import type { HandedCredentials } from './handed-credentials.ts';
import { reveal } from './revealed-credentials.ts';

/**
 * What SDKs expect from a `credential_process`:
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
 */
export function processDocument(credentials: HandedCredentials): string {
  const { accessKeyId, secretAccessKey, token, expiration, accountId } = reveal(credentials);
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
