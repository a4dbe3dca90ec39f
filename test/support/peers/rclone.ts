import { type Environment, type ProcessResult, runClient } from './child-client.ts';
import type { HeldCredentials, ObtainCredentials, ObtainOptions } from './client.ts';
import type { DebianClient } from './installed-client.ts';
import { type ObjectStore, startObjectStore } from './object-store.ts';
import type { Signature } from './signature.ts';

/** Contains aws-sdk-go 1.44.133, version 1 of the SDK for Go. */
export const RCLONE: DebianClient = { package: 'rclone', program: '/usr/bin/rclone', version: '1.60.1' };

export const obtainByRclone: ObtainCredentials = async (environment, options) => {
  const store = await startObjectStore();
  try {
    const { code, stderr } = await listByRclone(store, '', environment, options);
    const [signature] = store.signatures;
    return { code, stderr, held: signature === undefined ? null : readHeldCredentials(signature) };
  } finally {
    store.close();
  }
};

/** Lists the objects of a bucket. With an empty name, lists all buckets. */
export function listByRclone(
  store: Pick<ObjectStore, 'url'>,
  bucket: string,
  environment: Environment,
  { isEndpointSilent = false }: ObtainOptions = {},
): Promise<ProcessResult> {
  const s3 = [
    '--s3-env-auth',
    '--s3-provider',
    'Other',
    '--s3-endpoint',
    store.url,
    '--s3-region',
    'eu-west-1',
  ];
  // The defaults of rclone are ten attempts and a timeout of five minutes.
  const retries = [
    '--retries',
    '1',
    '--low-level-retries',
    '2',
    ...(isEndpointSilent ? ['--timeout', '1s'] : []),
  ];
  const command = ['lsd', `:s3:${bucket}`, '--config', '', '--s3-force-path-style', ...s3, ...retries];
  return runClient([RCLONE.program, ...command], environment);
}

const readHeldCredentials = ({ accessKeyId, sessionToken, isSignedBy }: Signature): HeldCredentials => ({
  accessKeyId,
  expiration: null,
  matches: (issued) => sessionToken === issued.sessionToken && isSignedBy(issued.secretAccessKey),
});
