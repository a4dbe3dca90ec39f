import type { Instant } from '../../domain/model.ts';
import { floorToSecond, formatInstant } from '../../domain/time/instant.ts';
import { formatImdsJson } from '../imds/imds-wire.ts';
import { createDirectory, type Directory } from './metadata-tree.ts';

/** The list at `/` of a real endpoint, as captured in 2024. */
export const METADATA_VERSIONS: readonly string[] = [
  '1.0 2007-01-19 2007-03-01 2007-08-29 2007-10-10 2007-12-15 2008-02-01 2008-09-01 2009-04-04 2011-01-01',
  '2011-05-01 2012-01-12 2014-02-25 2014-11-05 2015-10-20 2016-04-19 2016-06-30 2016-09-02 2018-03-28',
  '2018-08-17 2018-09-24 2019-10-01 2020-10-27 2021-01-03 2021-03-23 2021-07-15 2022-07-09 2022-09-24',
  '2024-04-11 latest',
].flatMap((line) => line.split(' '));

/**
 * A made-up instance. Account, ids and MAC address are those of examples in AWS's documentation. In reality,
 * the zone id differs by account.
 */
export const INSTANCE = {
  id: 'i-1234567890abcdef0',
  accountId: '123456789012',
  region: 'eu-west-1',
  availabilityZone: 'eu-west-1a',
  type: 'm5.large',
  imageId: 'ami-0abcdef1234567890',
  privateIp: '10.0.0.25',
  mac: '02:29:96:8f:6a:2d',
  securityGroup: 'example-group',
};
const HOSTNAME = 'ip-10-0-0-25.eu-west-1.compute.internal';

/**
 * Builds the metadata of the instance. Omitted are `user-data`, a public address, `spot/`, `autoscaling/` and
 * `events/recommendations/`: the presence of the last three makes agents drain an instance. Credentials
 * (`iam/`, `identity-credentials/`) are not part of a tree.
 */
export const buildDefaultTree = (startedAt: Instant): Directory =>
  createDirectory({
    dynamic: { 'instance-identity': buildInstanceIdentity(startedAt) },
    'meta-data': {
      'ami-id': INSTANCE.imageId,
      'ami-launch-index': '0',
      'ami-manifest-path': '(unknown)',
      'block-device-mapping': { ami: '/dev/xvda', root: '/dev/xvda' },
      events: { maintenance: { history: '[]', scheduled: '[]' } },
      hostname: HOSTNAME,
      'instance-action': 'none',
      'instance-id': INSTANCE.id,
      'instance-life-cycle': 'on-demand',
      'instance-type': INSTANCE.type,
      'local-hostname': HOSTNAME,
      'local-ipv4': INSTANCE.privateIp,
      mac: INSTANCE.mac,
      metrics: { vhostmd: '<?xml version="1.0" encoding="UTF-8"?>' },
      network: { interfaces: { macs: { [INSTANCE.mac]: NETWORK_INTERFACE } } },
      placement: {
        'availability-zone': INSTANCE.availabilityZone,
        'availability-zone-id': 'euw1-az1',
        region: INSTANCE.region,
      },
      profile: 'default-hvm',
      // Not a valid key, so that installing it in authorized_keys permits no login.
      'public-keys': {
        '0=example-key': { 'openssh-key': 'ssh-ed25519 EXAMPLE-THAT-OPENS-NOTHING example-key' },
      },
      'reservation-id': 'r-1234567890abcdef0',
      'security-groups': INSTANCE.securityGroup,
      services: { domain: 'amazonaws.com', partition: 'aws' },
      system: 'nitro',
      tags: { instance: { Name: 'example', Environment: 'test' } },
    },
  });

const NETWORK_INTERFACE = {
  'device-number': '0',
  'interface-id': 'eni-1234567890abcdef0',
  'local-hostname': HOSTNAME,
  'local-ipv4s': INSTANCE.privateIp,
  mac: INSTANCE.mac,
  'owner-id': INSTANCE.accountId,
  'security-group-ids': 'sg-1234567890abcdef0',
  'security-groups': INSTANCE.securityGroup,
  'subnet-id': 'subnet-1234567890abcdef0',
  'subnet-ipv4-cidr-block': '10.0.0.0/24',
  'vpc-id': 'vpc-1234567890abcdef0',
  'vpc-ipv4-cidr-block': '10.0.0.0/16',
};

/** The signatures have about the length of real ones. */
const buildInstanceIdentity = (startedAt: Instant) => ({
  rsa2048: createFalseSignature('rsa2048', 1100),
  pkcs7: createFalseSignature('pkcs7', 900),
  document: formatIdentityDocument(startedAt),
  signature: createFalseSignature('signature', 128),
  dsa2048: createFalseSignature('dsa2048', 1300),
});

/** The identity document as captured in 2023. */
const formatIdentityDocument = (startedAt: Instant) =>
  formatImdsJson({
    accountId: INSTANCE.accountId,
    architecture: 'x86_64',
    availabilityZone: INSTANCE.availabilityZone,
    billingProducts: null,
    devpayProductCodes: null,
    marketplaceProductCodes: null,
    imageId: INSTANCE.imageId,
    instanceId: INSTANCE.id,
    instanceType: INSTANCE.type,
    kernelId: null,
    pendingTime: formatInstant(floorToSecond(startedAt)),
    privateIp: INSTANCE.privateIp,
    ramdiskId: null,
    region: INSTANCE.region,
    version: '2017-09-30',
  });

/** Base64 in lines of 76 characters. The decoded text says that the signature is false. */
function createFalseSignature(name: string, bytes: number): string {
  const text = `This is not a ${name} of ${INSTANCE.id}: the endpoint is simulated. `;
  const base64 = Buffer.from(text.repeat(Math.ceil(bytes / text.length)).slice(0, bytes)).toString('base64');
  return base64.replace(/.{76}(?=.)/g, '$&\n');
}
