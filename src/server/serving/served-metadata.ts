import { memoize } from '../cache.ts';
import { formatImdsJson } from '../imds/imds-wire.ts';
import { createDirectory, createTree, type Directory, type MetadataTree } from '../tree/metadata-tree.ts';
import { openTree } from '../tree/tree-file.ts';
import { findPartition, findPartitionDomain } from './partitions.ts';

/** What is known about this machine. */
export interface MachineFacts {
  /** In the form of EC2. */
  instanceId: string;
  /** Null if unknown. Programs use this region for their API calls. */
  region: string | null;
}

/** What is known from the credentials of a role. */
export interface AccountFacts {
  accountId: string | null;
  roleArn: string | null;
}

/**
 * The metadata of a machine that is not an instance. Contains only facts, because a program that reads an invented
 * value could act on it. The availability zone is an exception: botocore and the AWS CLI take the region from it.
 */
function buildServedMetadata(machine: MachineFacts, account: AccountFacts): Directory {
  const { instanceId, region } = machine;
  const partition = findPartition(account.roleArn, region);
  const placement = omitNull({ 'availability-zone': findZone(machine), region });
  const services = omitNull({ domain: partition && findPartitionDomain(partition), partition });
  return createDirectory({
    dynamic: { 'instance-identity': { document: formatIdentityDocument(machine, account) } },
    'meta-data': {
      'instance-id': instanceId,
      ...(Object.keys(placement).length > 0 && { placement }),
      ...(Object.keys(services).length > 0 && { services }),
    },
  });
}

const findZone = ({ region }: MachineFacts) => (region === null ? null : `${region}a`);

/** Unsigned, because only AWS can sign it. */
const formatIdentityDocument = (machine: MachineFacts, { accountId }: AccountFacts) =>
  formatImdsJson(
    omitNull({
      accountId,
      availabilityZone: findZone(machine),
      instanceId: machine.instanceId,
      region: machine.region,
      version: '2017-09-30',
    }),
  );

function omitNull(fields: Readonly<Record<string, string | null>>): Record<string, string> {
  const known: Record<string, string> = {};
  for (const [name, value] of Object.entries(fields)) if (value !== null) known[name] = value;
  return known;
}

export interface ServedMetadataOptions {
  machine: MachineFacts;
  /** A JSON file or a folder that changes the metadata; null if none is given. */
  treePath: string | null;
  /** Gets problems of the file or folder. */
  onProblem(message: string): void;
}

export type ServedMetadata = (account: AccountFacts) => MetadataTree;

/**
 * Returns the metadata for an account. The account of a role is known after its first credentials.
 * @throws CredWatchError if the file or folder is invalid
 */
export function createServedMetadata({
  machine,
  treePath,
  onProblem,
}: ServedMetadataOptions): ServedMetadata {
  const open = (account: AccountFacts) => {
    const base = buildServedMetadata(machine, account);
    return treePath === null ? createTree(base) : openTree(treePath, base, onProblem);
  };
  // Fails at the start, not at the first request.
  open({ accountId: null, roleArn: null });
  const openCached = memoize((key: string) => open(JSON.parse(key)));
  return ({ accountId, roleArn }) => openCached(JSON.stringify({ accountId, roleArn }));
}
