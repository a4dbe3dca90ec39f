import type { CredentialValues } from './credential-values.ts';
import { revealCredentials } from './revealed-credentials.ts';

/** The contract of the README: fields are added, never renamed or removed. */
const SCHEMA_VERSION = 1;

export function formatJson(credentials: CredentialValues): string {
  const { accessKeyId, secretAccessKey, token, expiration, accountId } = revealCredentials(credentials);
  const document = {
    schema_version: SCHEMA_VERSION,
    access_key_id: accessKeyId,
    secret_access_key: secretAccessKey,
    session_token: token,
    expiration,
    account_id: accountId,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
