import type { Instant } from '../../domain/model.ts';
import { floorToSecond, formatInstant } from '../../domain/time/instant.ts';
import { createDirectory, type Directory } from './metadata-tree.ts';

/** The list at `/` of a real endpoint, as captured in 2024. */
export const METADATA_VERSIONS: readonly string[] = [
  '1.0 2007-01-19 2007-03-01 2007-08-29 2007-10-10 2007-12-15 2008-02-01 2008-09-01 2009-04-04 2011-01-01',
  '2011-05-01 2012-01-12 2014-02-25 2014-11-05 2015-10-20 2016-04-19 2016-06-30 2016-09-02 2018-03-28',
  '2018-08-17 2018-09-24 2019-10-01 2020-10-27 2021-01-03 2021-03-23 2021-07-15 2022-07-09 2022-09-24',
  '2024-04-11 latest',
].flatMap((line) => line.split(' '));

export type Instance = ReturnType<typeof createExampleInstance>;

/**
 * A made-up instance. Account, ids and MAC address are those of examples in AWS's documentation. In reality,
 * the zone id differs by account.
 */
export const createExampleInstance = (startedAt: Instant) => ({
  id: 'i-1234567890abcdef0',
  accountId: '123456789012',
  region: 'eu-west-1',
  availabilityZone: 'eu-west-1a',
  availabilityZoneId: 'euw1-az1',
  type: 'm5.large',
  architecture: 'x86_64',
  imageId: 'ami-0abcdef1234567890',
  reservationId: 'r-1234567890abcdef0',
  startedAt,
  privateIp: '10.0.0.25',
  mac: '02:29:96:8f:6a:2d',
  interfaceId: 'eni-1234567890abcdef0',
  subnet: { id: 'subnet-1234567890abcdef0', cidr: '10.0.0.0/24' },
  vpc: { id: 'vpc-1234567890abcdef0', cidr: '10.0.0.0/16' },
  securityGroup: { id: 'sg-1234567890abcdef0', name: 'example-group' },
  keyName: 'example-key',
  tags: { Name: 'example', Environment: 'test' },
});

/**
 * Builds the metadata of an instance. Omitted are `user-data`, a public address, `spot/`, `autoscaling/` and
 * `events/recommendations/`: the presence of the last three makes agents drain an instance. Credentials
 * (`iam/`, `identity-credentials/`) are not part of a tree.
 */
export function buildDefaultTree(instance: Instance): Directory {
  const hostname = `ip-${instance.privateIp.replaceAll('.', '-')}.${instance.region}.compute.internal`;
  return createDirectory({
    dynamic: { 'instance-identity': buildInstanceIdentity(instance) },
    'meta-data': {
      'ami-id': instance.imageId,
      'ami-launch-index': '0',
      'ami-manifest-path': '(unknown)',
      'block-device-mapping': { ami: '/dev/xvda', root: '/dev/xvda' },
      events: { maintenance: { history: '[]', scheduled: '[]' } },
      hostname,
      'instance-action': 'none',
      'instance-id': instance.id,
      'instance-life-cycle': 'on-demand',
      'instance-type': instance.type,
      'local-hostname': hostname,
      'local-ipv4': instance.privateIp,
      mac: instance.mac,
      metrics: { vhostmd: '<?xml version="1.0" encoding="UTF-8"?>' },
      network: { interfaces: { macs: { [instance.mac]: buildNetworkInterface(instance, hostname) } } },
      placement: {
        'availability-zone': instance.availabilityZone,
        'availability-zone-id': instance.availabilityZoneId,
        region: instance.region,
      },
      profile: 'default-hvm',
      // Not a valid key, so that installing it in authorized_keys permits no login.
      'public-keys': {
        [`0=${instance.keyName}`]: {
          'openssh-key': `ssh-ed25519 EXAMPLE-THAT-OPENS-NOTHING ${instance.keyName}`,
        },
      },
      'reservation-id': instance.reservationId,
      'security-groups': instance.securityGroup.name,
      services: { domain: 'amazonaws.com', partition: 'aws' },
      system: 'nitro',
      tags: { instance: createDirectory(instance.tags) },
    },
  });
}

const buildNetworkInterface = (instance: Instance, hostname: string) => ({
  'device-number': '0',
  'interface-id': instance.interfaceId,
  'local-hostname': hostname,
  'local-ipv4s': instance.privateIp,
  mac: instance.mac,
  'owner-id': instance.accountId,
  'security-group-ids': instance.securityGroup.id,
  'security-groups': instance.securityGroup.name,
  'subnet-id': instance.subnet.id,
  'subnet-ipv4-cidr-block': instance.subnet.cidr,
  'vpc-id': instance.vpc.id,
  'vpc-ipv4-cidr-block': instance.vpc.cidr,
});

/** The list has the order of AWS's user guide; the signatures have about the length of real ones. */
function buildInstanceIdentity(instance: Instance): Directory {
  const signed = {
    rsa2048: createFalseSignature(instance, 'rsa2048', 1100),
    pkcs7: createFalseSignature(instance, 'pkcs7', 900),
    document: formatIdentityDocument(instance),
    signature: createFalseSignature(instance, 'signature', 128),
    dsa2048: createFalseSignature(instance, 'dsa2048', 1300),
  };
  return createDirectory(signed, Object.keys(signed));
}

/** The identity document as captured in 2023, with a space before each colon. */
function formatIdentityDocument(instance: Instance): string {
  const fields = {
    accountId: instance.accountId,
    architecture: instance.architecture,
    availabilityZone: instance.availabilityZone,
    billingProducts: null,
    devpayProductCodes: null,
    marketplaceProductCodes: null,
    imageId: instance.imageId,
    instanceId: instance.id,
    instanceType: instance.type,
    kernelId: null,
    pendingTime: formatInstant(floorToSecond(instance.startedAt)),
    privateIp: instance.privateIp,
    ramdiskId: null,
    region: instance.region,
    version: '2017-09-30',
  };
  const lines = Object.entries(fields).map(([name, value]) => `  "${name}" : ${JSON.stringify(value)}`);
  return `{\n${lines.join(',\n')}\n}`;
}

/** Base64 in lines of 76 characters. The decoded text says that the signature is false. */
function createFalseSignature({ id }: Instance, name: string, bytes: number): string {
  const text = `This is not a ${name} of ${id}: the endpoint is simulated. `;
  const base64 = Buffer.from(text.repeat(Math.ceil(bytes / text.length)).slice(0, bytes)).toString('base64');
  return base64.replace(/.{76}(?=.)/g, '$&\n');
}
