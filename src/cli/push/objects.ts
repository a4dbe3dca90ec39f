import { readdir, realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CredWatchError, describeSystemError, getSystemErrorCode } from '../../errors.ts';
import { parseBucketUrl, parseEndpointUrl } from '../../remote/object-storage/bucket-url.ts';
import { FolderStore } from '../../remote/object-storage/folder-store.ts';
import type { ObjectStore } from '../../remote/object-storage/object-store.ts';
import { S3Store } from '../../remote/object-storage/s3-store.ts';
import type { PushDestination } from '../../watch/push/destination.ts';
import { MARKER_KEY } from '../../watch/push/objects/marker.ts';
import { ObjectDestination } from '../../watch/push/objects/object-destination.ts';
import { RetryingStore } from '../../watch/push/objects/retrying-store.ts';
import type { Io } from '../process/io.ts';
import type { DestinationFlags, DestinationTarget } from './destination-target.ts';

type ObjectTarget = Extract<DestinationTarget, { kind: 's3' | 'folder' }>;

/** Opens a bucket or a folder for `push`. */
export async function openObjectDestination(
  target: ObjectTarget,
  flags: DestinationFlags,
  io: Io,
): Promise<PushDestination> {
  const objects: ObjectStore =
    target.kind === 's3' ? openBucket(target.url, flags, io) : await openFolder(target.path, io);
  const { clock, random } = io;
  return new ObjectDestination(new RetryingStore(objects, { clock, random, timeout: flags.timeout }), {
    version: CRED_WATCH_VERSION,
    clock,
    random,
  });
}

function openBucket(url: string, { endpointUrl }: DestinationFlags, { env }: Io): S3Store {
  // The variables of the AWS SDK. They are read here too, because other services need the bucket in the path.
  const settings = [
    ['--endpoint-url', endpointUrl],
    ['AWS_ENDPOINT_URL_S3', env.AWS_ENDPOINT_URL_S3],
    ['AWS_ENDPOINT_URL', env.AWS_ENDPOINT_URL],
  ] as const;
  const [setting, endpoint] = settings.find(([, value]) => (value ?? '') !== '') ?? [];
  return new S3Store({
    ...parseBucketUrl(url),
    endpoint: endpoint === undefined ? undefined : parseEndpointUrl(endpoint, setting ?? ''),
    // The AWS CLI has both variables, and the SDK only the first one.
    region: env.AWS_REGION || env.AWS_DEFAULT_REGION || undefined,
  });
}

/** @throws CredWatchError if the folder has files of other programs, or is a file */
async function openFolder(path: string, io: Io): Promise<FolderStore> {
  // The outbox knows the destination by this path.
  const root = await realpath(path).catch(() => resolve(path));
  const names = await readdir(root).catch((error: unknown): string[] => {
    if (getSystemErrorCode(error) === 'ENOENT') return [];
    throw new CredWatchError(
      `could not read the folder ${path}: ${describeSystemError(error)}`,
      'give a folder that this user can write, such as --to ./history',
      { cause: error },
    );
  });
  if (!names.includes(MARKER_KEY) && names.some((name) => !name.startsWith('.')))
    throw new CredWatchError(
      `${path} has files that \`push\` has not written`,
      'give a new folder, or the folder of an earlier push',
    );
  return new FolderStore(root, io.clock);
}
