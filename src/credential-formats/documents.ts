import { CredWatchError } from '../errors.ts';
import { toJson } from '../untrusted-text.ts';
import {
  type CredentialValues,
  createUnsupportedValueError,
  revealCredentials,
} from './credential-values.ts';
import { buildVariableChanges, type VariableOptions } from './variables.ts';

/** After the first release, fields are added and never renamed or removed. */
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
  return `${toJson(document, 2)}\n`;
}

/**
 * The output of a `credential_process` for SDKs:
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
  return `${toJson(document, 2)}\n`;
}

/**
 * A file for `docker run --env-file`, which takes the rest of each line literally, without quoting.
 *
 * A container does not inherit the user's variables, but its image may define a session token. Keys without a
 * token therefore set both token variables to empty. Keys with a token leave AWS_SECURITY_TOKEN unset: old
 * botocore versions prefer even an empty one to AWS_SESSION_TOKEN.
 */
export function formatDockerEnvFile(credentials: CredentialValues, options: VariableOptions): string {
  const { set, unset } = buildVariableChanges(credentials, options);
  const emptied = credentials.token === null ? unset : [];
  const lines = emptied.map((name) => `${name}=\n`);
  for (const [name, value] of Object.entries(set)) {
    // Docker keeps a pair of quotes; Compose removes it, and docker/cli may do the same in future.
    if (/^(["']).*\1$/.test(value)) {
      const hint = 'use `cred-watch exec -- docker run -e AWS_ACCESS_KEY_ID …`';
      throw createUnsupportedValueError('docker', name, 'it begins and ends with a quote', hint);
    }
    lines.push(`${name}=${value}\n`);
  }
  return lines.join('');
}

/** The two ways in which COPY and UNLOAD accept keys. */
export const REDSHIFT_CLAUSES = ['parameters', 'credentials'] as const;
export type RedshiftClause = (typeof REDSHIFT_CLAUSES)[number];

export interface RedshiftOptions {
  clause: RedshiftClause;
}

/**
 * The authorization clause of COPY and UNLOAD:
 * https://docs.aws.amazon.com/redshift/latest/dg/copy-parameters-authorization.html
 */
export function formatRedshiftCopy(credentials: CredentialValues, { clause }: RedshiftOptions): string {
  const { accessKeyId, secretAccessKey, token } = revealCredentials(credentials);
  if (token === null)
    throw new CredWatchError(
      'redshift-copy accepts only temporary credentials, and these keys have no session token',
      'use IAM_ROLE in the COPY statement; long-term keys do not expire and do not belong in SQL',
    );
  const values = {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: token,
  };
  for (const [name, value] of Object.entries(values)) {
    // Redshift treats a backslash as an escape, like PostgreSQL 8.0. A semicolon ends an item of CREDENTIALS.
    if (/['\\;]/.test(value)) {
      throw createUnsupportedValueError('redshift-copy', name, "it contains ', \\ or ;", 'use IAM_ROLE');
    }
  }
  return clause === 'parameters'
    ? `ACCESS_KEY_ID '${accessKeyId}' SECRET_ACCESS_KEY '${secretAccessKey}' SESSION_TOKEN '${token}'\n`
    : `CREDENTIALS 'aws_access_key_id=${accessKeyId};aws_secret_access_key=${secretAccessKey};token=${token}'\n`;
}
