import { S3RequestPresigner } from '@aws-sdk/s3-request-presigner';
import type { VerifiedCredentials } from '../aws/presigned-url-verifier.ts';
import { Sha256 } from '../aws/request-signature.ts';
import { AWS_CLI } from './aws-cli.ts';
import { runClient } from './child-client.ts';
import { RCLONE } from './rclone.ts';

/** Creates a presigned URL of an object at an endpoint. */
export type Presign = (
  endpoint: string,
  credentials: VerifiedCredentials,
  duration: number,
) => Promise<string>;

const REGION = 'eu-west-1';
const BUCKET = 'bucket';
/** Characters that clients encode in different ways. */
const OBJECT = 'folder/a b+c.csv';

export const presignByJavaScriptSdk: Presign = async (endpoint, credentials, duration) => {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const presigner = new S3RequestPresigner({
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken === null ? {} : { sessionToken }) },
    region: REGION,
    sha256: Sha256,
  });
  const { protocol, hostname, port, host } = new URL(endpoint);
  const path = `/${BUCKET}/${OBJECT.split('/').map(encodeURIComponent).join('/')}`;
  const signed = await presigner.presign(
    { method: 'GET', protocol, hostname, port: Number(port), path, headers: { host }, query: {} },
    { expiresIn: duration },
  );
  const query = Object.entries(signed.query ?? {})
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
    .join('&');
  return `${endpoint}${path}?${query}`;
};

const createEnvironment = ({ accessKeyId, secretAccessKey, sessionToken }: VerifiedCredentials) => ({
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
  ...(sessionToken === null ? {} : { AWS_SESSION_TOKEN: sessionToken }),
});

export const presignByAwsCli: Presign = async (endpoint, credentials, duration) => {
  const target = `s3://${BUCKET}/${OBJECT}`;
  const flags = ['--endpoint-url', endpoint, '--expires-in', String(duration), '--region', REGION];
  return readUrl([AWS_CLI.program, 's3', 'presign', target, ...flags], credentials);
};

export const presignByRclone: Presign = async (endpoint, credentials, duration) => {
  const flags = ['--s3-env-auth', '--s3-provider', 'Other', '--s3-endpoint', endpoint, '--s3-region', REGION];
  const target = `:s3:${BUCKET}/${OBJECT}`;
  const command = [RCLONE.program, 'link', target, '--config', '', '--s3-force-path-style', ...flags];
  return readUrl([...command, '--expire', `${duration}s`, '--low-level-retries', '1'], credentials);
};

async function readUrl(command: readonly string[], credentials: VerifiedCredentials): Promise<string> {
  const { code, stdout, stderr } = await runClient(command, createEnvironment(credentials));
  if (code !== 0) throw new Error(`${command[0]} ended with ${code}: ${stderr}`);
  return stdout.trim();
}
