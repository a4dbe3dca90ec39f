import { CredWatchError } from '../errors.ts';
import type { CredentialValues } from './credential-values.ts';
import { revealCredentials } from './revealed-credentials.ts';
import { unsupportedValueError } from './unsupported-value.ts';

/** The two ways in which COPY and UNLOAD take keys. */
const REDSHIFT_CLAUSES = ['parameters', 'credentials'] as const;
export type RedshiftClause = (typeof REDSHIFT_CLAUSES)[number];

export interface RedshiftOptions {
  clause: RedshiftClause;
}

/**
 * The authorization clause of a COPY or UNLOAD:
 * https://docs.aws.amazon.com/redshift/latest/dg/copy-parameters-authorization.html
 */
export function formatRedshiftCopy(credentials: CredentialValues, { clause }: RedshiftOptions): string {
  const { accessKeyId, secretAccessKey, token } = revealCredentials(credentials);
  if (token === null)
    throw new CredWatchError(
      'redshift-copy takes temporary credentials only, and these keys have no session token',
      'keys of a user do not expire and do not belong in SQL: use IAM_ROLE',
    );
  for (const [name, value] of Object.entries({
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: token,
  })) {
    // Redshift reads backslashes in literals as PostgreSQL 8.0 did; a semicolon parts the items of CREDENTIALS.
    if (/['\\;]/.test(value))
      throw unsupportedValueError('redshift-copy', name, "it has a ', a \\ or a ;", 'use IAM_ROLE');
  }
  return clause === 'parameters'
    ? `ACCESS_KEY_ID '${accessKeyId}' SECRET_ACCESS_KEY '${secretAccessKey}' SESSION_TOKEN '${token}'\n`
    : `CREDENTIALS 'aws_access_key_id=${accessKeyId};aws_secret_access_key=${secretAccessKey};token=${token}'\n`;
}
