import { mkdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { deriveInstanceId, readMachineId } from '../../../src/server/serving/instance-id.ts';
import { findPartition, findPartitionDomain } from '../../../src/server/serving/partitions.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { createRole, createServed, startServed } from '../../support/server/served-endpoint.ts';

const ID = 'i-0123456789abcdef0';
const UNKNOWN = { instanceId: ID, region: null };

/** Everything below a path, by path. */
async function crawl(get: (path: string) => Promise<{ status: number; body: string }>, path: string) {
  const found: Record<string, string> = {};
  const { status, body } = await get(path);
  expect([path, status]).toEqual([path, 200]);
  if (!path.endsWith('/')) return { [path]: body };
  for (const name of body.split('\n')) Object.assign(found, await crawl(get, `${path}${name}`));
  return found;
}

describe('the metadata of a machine with real credentials', () => {
  test('the metadata contains only known facts', async () => {
    const role = createRole();
    role.credentials = createServed('loader', { accountId: null, roleArn: null });
    const { get } = await startServed({ roles: [role], machine: UNKNOWN });
    expect((await get('/latest/')).body).toBe('dynamic\nmeta-data');
    expect((await get('/latest/meta-data/')).body).toBe('iam/\ninstance-id');
    expect((await get('/latest/meta-data/iam/')).body).toBe('security-credentials/');
    expect((await get('/latest/meta-data/instance-id')).body).toBe(ID);
    expect(JSON.parse((await get('/latest/dynamic/instance-identity/document')).body)).toEqual({
      instanceId: ID,
      version: '2017-09-30',
    });
    for (const path of [
      'iam/info',
      'placement/region',
      'services/domain',
      'ami-id',
      'local-ipv4',
      'hostname',
      'mac',
    ]) {
      expect([path, (await get(`/latest/meta-data/${path}`)).status]).toEqual([path, 404]);
    }
    for (const path of ['signature', 'pkcs7', 'rsa2048']) {
      expect((await get(`/latest/dynamic/instance-identity/${path}`)).status).toBe(404);
    }
  });

  test('the metadata has the account of the role, the region and the partition', async () => {
    const role = createRole();
    role.credentials = createServed('loader', {
      accountId: '444455556666',
      roleArn: 'arn:aws-cn:iam::444455556666:role/loader',
      issuedAt: Date.UTC(2026, 10, 22),
    });
    const machine = { instanceId: ID, region: 'cn-north-1' };
    const { get } = await startServed({ roles: [role], machine });
    const { '/latest/meta-data/iam/security-credentials/loader': _, ...found } = await crawl(
      get,
      '/latest/meta-data/',
    );
    expect(found).toEqual({
      '/latest/meta-data/iam/info':
        '{\n  "Code" : "Success",\n  "LastUpdated" : "2026-11-22T00:00:00Z",\n' +
        '  "InstanceProfileArn" : "arn:aws-cn:iam::444455556666:instance-profile/loader"\n}',
      '/latest/meta-data/instance-id': ID,
      '/latest/meta-data/placement/availability-zone': 'cn-north-1a',
      '/latest/meta-data/placement/region': 'cn-north-1',
      '/latest/meta-data/services/domain': 'amazonaws.com.cn',
      '/latest/meta-data/services/partition': 'aws-cn',
    });
    expect(JSON.parse((await get('/latest/dynamic/instance-identity/document')).body)).toEqual({
      accountId: '444455556666',
      availabilityZone: 'cn-north-1a',
      instanceId: ID,
      region: 'cn-north-1',
      version: '2017-09-30',
    });
  });

  test('the metadata keeps the account while no credentials are valid, and each role has its own account', async () => {
    const [one, other] = [createRole('one'), createRole('other')];
    other.credentials = createServed('other', { accountId: '444455556666' });
    const { get } = await startServed({ roles: [one, other] });
    const findAccount = async (name: string) =>
      JSON.parse((await get('/latest/dynamic/instance-identity/document', {}, `/${name}`)).body).accountId;
    expect([await findAccount('one'), await findAccount('other')]).toEqual(['111122223333', '444455556666']);
    one.credentials = null;
    other.credentials = null;
    expect([await findAccount('one'), await findAccount('other')]).toEqual(['111122223333', '444455556666']);
  });

  test('a folder adds and replaces metadata, and keeps everything else', async () => {
    const treePath = temporaryFolder();
    mkdirSync(join(treePath, 'meta-data', 'placement'), { recursive: true });
    writeFileSync(join(treePath, 'user-data'), '#!/bin/sh\n');
    writeFileSync(join(treePath, 'meta-data', 'instance-id'), 'i-mine\n');
    writeFileSync(join(treePath, 'meta-data', 'placement', 'availability-zone'), 'eu-west-1c\n');
    const { get, problems } = await startServed({ treePath });
    expect((await get('/latest/user-data')).body).toBe('#!/bin/sh\n');
    expect((await get('/latest/meta-data/instance-id')).body).toBe('i-mine');
    expect((await get('/latest/meta-data/placement/')).body).toBe('availability-zone\nregion');
    expect((await get('/latest/meta-data/iam/security-credentials/loader')).status).toBe(200);
    expect(problems).toEqual([]);
  });

  test('a folder that would replace the credentials is an error', async () => {
    const treePath = temporaryFolder();
    mkdirSync(join(treePath, 'meta-data', 'iam'), { recursive: true });
    await expect(startServed({ treePath })).rejects.toThrow('would replace the credentials');
    await expect(startServed({ treePath: join(treePath, 'none') })).rejects.toThrow('does not exist');
  });
});

describe('the ids of a machine', () => {
  test('the instance id is stable, has the form of EC2 and does not reveal the machine id', () => {
    const machineId = '0123456789abcdef0123456789abcdef';
    expect(deriveInstanceId(machineId)).toMatch(/^i-[\da-f]{17}$/);
    // Pollers of this server store the id as their host, so a release must not change it.
    expect(deriveInstanceId(machineId)).toBe('i-c111cce83bea4e323');
    expect(deriveInstanceId(machineId)).not.toBe(deriveInstanceId('host'));
    expect(machineId).not.toContain(deriveInstanceId(machineId).slice(2, 10));
  });

  test('the machine id comes from the first valid file, else it is the host name', () => {
    const file = join(temporaryFolder(), 'machine-id');
    expect(readMachineId([file])).toBe(hostname());
    writeFileSync(file, 'uninitialized\n');
    expect(readMachineId([file])).toBe(hostname());
    writeFileSync(file, '0123456789abcdef0123456789abcdef\n');
    expect(readMachineId(['/nonexistent', file])).toBe('0123456789abcdef0123456789abcdef');
  });
});

test.each([
  ['arn:aws:iam::1:role/x', 'cn-north-1', 'aws', 'amazonaws.com'],
  ['arn:aws-us-gov:iam::1:role/x', null, 'aws-us-gov', 'amazonaws.com'],
  [null, 'eu-west-1', 'aws', 'amazonaws.com'],
  [null, 'cn-northwest-1', 'aws-cn', 'amazonaws.com.cn'],
  [null, 'us-gov-west-1', 'aws-us-gov', 'amazonaws.com'],
  [null, 'us-isob-east-1', 'aws-iso-b', 'sc2s.sgov.gov'],
  [null, 'eusc-de-east-1', 'aws-eusc', 'amazonaws.eu'],
  ['arn:aws-new:iam::1:role/x', null, 'aws-new', null],
])('the partition of %s in %s is %s, with the domain %s', (arn, region, partition, domain) => {
  expect(findPartition(arn, region)).toBe(partition);
  expect(findPartitionDomain(partition)).toBe(domain);
});

test('the partition is unknown without a role and a region', () => {
  expect(findPartition(null, null)).toBeNull();
  expect(findPartition('not an ARN', null)).toBeNull();
});
