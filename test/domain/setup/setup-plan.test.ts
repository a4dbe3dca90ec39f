import { describe, expect, test } from 'vitest';
import { findCloud } from '../../../src/domain/setup/clouds.ts';
import { planRoutes } from '../../../src/domain/setup/setup-plan.ts';

const IPV4 = { host: '127.0.0.1', port: 1338 };
const IPV6 = { host: '::1', port: 1339 };

describe('the routes of a set-up', () => {
  test('an IPv4 server gets the IPv4 addresses of each shape', () => {
    expect(planRoutes(['imds', 'ecs', 'eks', 'cloudshell'], [IPV4])).toEqual([
      { address: '169.254.169.254', target: IPV4 },
      { address: '169.254.170.2', target: IPV4 },
      { address: '169.254.170.23', target: IPV4 },
    ]);
  });

  test('an IPv6 server gets the IPv6 addresses', () => {
    expect(planRoutes(['imds', 'eks'], [IPV6])).toEqual([
      { address: 'fd00:ec2::254', target: IPV6 },
      { address: 'fd00:ec2::23', target: IPV6 },
    ]);
    expect(planRoutes(['ecs'], [IPV6])).toEqual([]);
  });

  test('a server with several addresses gets each address at one with the same IP version', () => {
    expect(planRoutes(['imds'], [IPV6, IPV4, { host: '127.0.0.1', port: 9 }])).toEqual([
      { address: '169.254.169.254', target: IPV4 },
      { address: 'fd00:ec2::254', target: IPV6 },
    ]);
  });

  test('an address at which the server listens itself is not redirected', () => {
    const direct = { host: '169.254.169.254', port: 80 };
    expect(planRoutes(['imds', 'ecs'], [direct, IPV4])).toEqual([
      { address: '169.254.169.254', target: null },
      { address: '169.254.170.2', target: IPV4 },
    ]);
    expect(planRoutes(['ecs'], [direct])).toEqual([]);
  });

  test.each([
    ['0.0.0.0', '127.0.0.1', 'imds'],
    ['::', '::1', 'eks'],
    ['192.0.2.7', '192.0.2.7', 'imds'],
  ] as const)('a server that listens at %s is reached at %s', (host, target, shape) => {
    expect(planRoutes([shape], [{ host, port: 1338 }])[0]?.target).toEqual({ host: target, port: 1338 });
  });
});

test.each([
  ['Amazon EC2\nc5.large\n1.0\ni-0abc', '', 'Amazon EC2'],
  ['Xen\nHVM domU\n4.11.amazon\n', 'ec2f0000-0000\n', 'Amazon EC2'],
  ['Xen\nHVM domU\n4.2\n', '0f0000-ec2\n', null],
  ['Google\nGoogle Compute Engine\nGoogle\n', '', 'Google Cloud'],
  ['Google\nEve\nGoogle_Eve\n', '', null],
  ['Microsoft Corporation\nVirtual Machine\nv4\n7783-7084-3265-9085-8269-3286-77', '', 'Microsoft Azure'],
  ['Microsoft Corporation\nVirtual Machine\nv4\n0000-0001', '', null],
  ['QEMU\nOpenStack Nova\n', '', 'OpenStack'],
  ['LENOVO\n20XY\nN32\nNo Asset', '', null],
  ['', '', null],
])('the hardware %j with the Xen id %j is of the cloud %j', (hardware, xenId, cloud) => {
  expect(findCloud(hardware, xenId)).toBe(cloud);
});
