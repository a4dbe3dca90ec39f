import { type Ended, type Environment, runClient } from './child-client.ts';
import type { Held, Obtain, ObtainOptions } from './client.ts';
import type { DebianClient } from './installed-client.ts';
import { type ObjectStore, startObjectStore } from './object-store.ts';
import type { Signature } from './signature.ts';

/** Debian builds it with aws-sdk-go 1.44.133, the first generation of the SDK for Go. */
export const RCLONE: DebianClient = { package: 'rclone', program: '/usr/bin/rclone', version: '1.60.1' };

export const obtainByRclone: Obtain = async (environment, options) => {
  const store = await startObjectStore();
  try {
    const { code, stderr } = await listByRclone(store, '', environment, options);
    const [signature] = store.signatures;
    return { code, said: stderr, held: signature === undefined ? null : heldBy(signature) };
  } finally {
    store.close();
  }
};

/** Lists all buckets, or what is in one. */
export function listByRclone(
  store: ObjectStore,
  bucket: string,
  environment: Environment,
  { isSilent = false }: ObtainOptions = {},
): Promise<Ended> {
  const s3 = [
    '--s3-env-auth',
    '--s3-provider',
    'Other',
    '--s3-endpoint',
    store.url,
    '--s3-region',
    'eu-west-1',
  ];
  // rclone tries ten times and waits for five minutes; the SDK by itself would try thrice and wait for a second.
  const tries = ['--retries', '1', '--low-level-retries', '2', ...(isSilent ? ['--timeout', '1s'] : [])];
  const command = ['lsd', `:s3:${bucket}`, '--config', '', '--s3-force-path-style', ...s3, ...tries];
  return runClient([RCLONE.program, ...command], environment);
}

const heldBy = ({ accessKeyId, sessionToken, isBy }: Signature): Held => ({
  accessKeyId,
  expiration: null,
  isWhole: (issued) => sessionToken === issued.sessionToken && isBy(issued.secretAccessKey),
});
