import { describe, expect, test } from 'vitest';
import { createAllowedHosts, findHostProblem } from '../../../src/server/wire/host-check.ts';
import {
  formatOrigin,
  isLoopbackAddress,
  parseListenAddress,
} from '../../../src/server/wire/listen-address.ts';

interface HostCase {
  localAddress?: string;
  allowed?: string[];
  /** Addresses of the network interfaces of the machine. */
  own?: string[];
  url?: string;
  httpVersion?: string;
}

const PRESENT = { netmask: '', family: 'IPv4', mac: '', internal: false, cidr: null } as const;

function findProblem(host: string | undefined, options: HostCase = {}) {
  const { localAddress = '127.0.0.1', allowed = [], own = [], url = '/', httpVersion = '1.1' } = options;
  const request = { url, headers: { host }, httpVersion, connection: { localAddress } };
  return findHostProblem(request, createAllowedHosts(allowed), () => ({
    eth0: own.map((address) => ({ ...PRESENT, address })),
  }));
}

const isAllowed = (host: string, options: HostCase = {}) => findProblem(host, options) === null;

describe('an allowed Host header', () => {
  test.each([
    ...['127.0.0.1', '127.0.0.1:1338', '127.0.0.1:80', '127.0.0.53', '127.255.255.254:65535'],
    ...['localhost', 'localhost:1338', 'LOCALHOST', 'LocalHost:1', 'localhost.', 'Localhost.:1338'],
    ...['[::1]', '[::1]:1338', '[0:0:0:0:0:0:0:1]', '[::0001]', '[::ffff:127.0.0.1]', '[::FFFF:7f00:1]:80'],
  ])('the Host header can be %s', (header) => {
    expect(isAllowed(header)).toBe(true);
  });

  test.each([
    ['10.0.0.25', '10.0.0.25'],
    ['10.0.0.25:1338', '::ffff:10.0.0.25'],
    ['169.254.169.254', '169.254.169.254'],
    ['[2001:db8::1]:1338', '2001:db8::1'],
    ['[2001:DB8:0::0:1]', '2001:db8::1'],
    ['[::ffff:10.0.0.25]', '::ffff:10.0.0.25'],
    ['[fe80::1]', 'fe80::1'],
    ['[fe80::1]:80', 'fe80::1%eth0'],
    ['[fe80::1%25eth0]:80', 'fe80::1'],
    ['[FE80::1%eth0]', 'fe80::1%eth0'],
  ])('the Host header can be %s if the connection or an interface has %s', (header, address) => {
    expect(isAllowed(header, { localAddress: address })).toBe(true);
    expect(isAllowed(header, { own: ['192.0.2.9', address] })).toBe(true);
    expect(isAllowed(header)).toBe(false);
  });

  test('the Host header can be an allowed name in any case, with any port and with a final dot', () => {
    for (const header of ['metadata.test', 'metadata.test:80', 'Metadata.Test:1338', 'metadata.test.:80']) {
      for (const name of ['metadata.test', 'METADATA.test.']) {
        expect(isAllowed(header, { allowed: [name] })).toBe(true);
      }
      expect(isAllowed(header)).toBe(false);
    }
    expect(isAllowed('metadata.test.example', { allowed: ['metadata.test'] })).toBe(false);
    expect(isAllowed('metadata.test..', { allowed: ['metadata.test'] })).toBe(false);
  });

  test.each(['192.0.2.1', '[2001:db8::9]', '2001:DB8::9'])(
    'the Host header can be the allowed address %s',
    (address) => {
      for (const header of ['192.0.2.1:80', '[2001:db8:0::9]']) {
        expect(isAllowed(header, { allowed: [address] })).toBe(
          address.includes('.') === header.includes('.'),
        );
      }
    },
  );

  test('the Host header can be missing with HTTP/1.0 only', () => {
    expect(findProblem(undefined)).toBe('missing');
    expect(findProblem(undefined, { httpVersion: '1.0' })).toBeNull();
  });

  test.each([
    ['http://127.0.0.1:1338/x', null],
    ['HTTP://LocalHost', null],
    ['http://[::1]?x', null],
    ['http://rebound.example/x', 'not allowed'],
    ['https://127.0.0.1@rebound.example/', 'not allowed'],
    ['http:///x', 'not allowed'],
  ])('the host of the absolute URL %s is checked too: %s', (url, problem) => {
    expect(findProblem('127.0.0.1', { url })).toBe(problem);
    expect(findProblem(undefined, { url, httpVersion: '1.0' })).toBe(problem);
    expect(findProblem('rebound.example', { url })).toBe('not allowed');
  });
});

describe('a rejected Host header', () => {
  test.each([
    ...[
      'rebound.example',
      'rebound.example:1338',
      '127.0.0.1.example',
      '127.0.0.1.nip.io',
      '7f000001.rbndr.us',
    ],
    ...['localhost.example', 'evil.localhost', 'localhost.localdomain', 'xlocalhost', 'localhost6'],
    ...['169.254.169.254.nip.io', 'metadata', 'instance-data'],
  ])('a Host header with any other name is rejected: %s', (header) => {
    expect(isAllowed(header)).toBe(false);
  });

  test.each([
    ...[
      '127.1',
      '127.0.1',
      '2130706433',
      '0x7f000001',
      '0x7f.0.0.1',
      '0177.0.0.1',
      '127.0.0.01',
      '127.0.0.256',
    ],
    ...['127.0.0.1.', 'localhost..', '127.0.0.1..', '0', '0.0.0.0', '[::]', '[::ffff:0.0.0.0]'],
    ...[
      '10.0.0.1',
      '192.168.0.1:80',
      '172.16.0.1',
      '128.0.0.1',
      '126.255.255.255',
      '169.253.0.1',
      '169.255.0.1',
    ],
    ...['[fd00:ec3::254]', '[2001:db8::1]', '[::2]', '[::ffff:10.0.0.1]', '[fec0::1]'],
    ...['169.254.169.254', '169.254.1.1:80', '[fd00:ec2::254]', '[fe80::1]', '[fe80::1%25lo]'],
  ])(
    'a Host header with another address, or in a form that only browsers accept, is rejected: %s',
    (header) => {
      expect(isAllowed(header)).toBe(false);
    },
  );

  test.each([
    ...[
      '',
      ' ',
      ':',
      ':80',
      '127.0.0.1:',
      '127.0.0.1:x',
      '127.0.0.1:123456',
      '127.0.0.1:80:80',
      '::1',
      '::1:80',
    ],
    ...[
      '[::1',
      '::1]',
      '[]',
      '[::1]x',
      '[::1]:',
      '[127.0.0.1]',
      '[localhost]',
      '[::1%lo]',
      '[::1%25lo]',
      '[fe80::1%]',
    ],
    ...[
      'user@127.0.0.1',
      'user:pass@localhost',
      '127.0.0.1@rebound.example',
      '127.0.0.1/',
      '127.0.0.1 ',
      ' localhost',
    ],
    ...[
      'localhost%rebound.example',
      '127.0.0.1%25lo',
      'localhost%',
      '127.0.0.1, rebound.example',
      'localhost,localhost',
      'http://127.0.0.1',
      '127.0.0.1\t',
      'localhost\0',
      '１２７.0.0.1',
    ],
  ])('a Host header that is not a host is rejected: %j', (header) => {
    expect(isAllowed(header, { allowed: [''] })).toBe(false);
  });

  test('a Host header with any other address is rejected if the connection has closed', () => {
    const connection = { localAddress: undefined };
    const findClosed = (host: string) =>
      findHostProblem({ url: '/', headers: { host }, httpVersion: '1.1', connection }, new Set(), () => ({}));
    expect(findClosed('10.0.0.25')).toBe('not allowed');
    expect(findClosed('127.0.0.1')).toBeNull();
  });
});

describe('parseListenAddress and isLoopbackAddress', () => {
  test.each([
    ['127.0.0.1:1338', '127.0.0.1', 1338, 'http://127.0.0.1:1338'],
    ['127.0.0.1:80', '127.0.0.1', 80, 'http://127.0.0.1'],
    ['0.0.0.0:0', '0.0.0.0', 0, 'http://0.0.0.0:0'],
    ['localhost:65535', '127.0.0.1', 65_535, 'http://127.0.0.1:65535'],
    ['[::1]:1338', '::1', 1338, 'http://[::1]:1338'],
    ['[::]:80', '::', 80, 'http://[::]'],
    ['169.254.169.254:80', '169.254.169.254', 80, 'http://169.254.169.254'],
  ])('parseListenAddress parses %s', (text, host, port, origin) => {
    expect(parseListenAddress(text)).toEqual({ host, port });
    expect(formatOrigin({ host, port })).toBe(origin);
  });

  test.each([
    ...['', '1338', ':1338', '127.0.0.1', '127.0.0.1:', '127.0.0.1:x', '127.0.0.1:65536', '127.0.0.1:-1'],
    ...[
      '127.1:1338',
      '2130706433:80',
      '127.0.0.1.:80',
      '127.0.0.256:80',
      'example.com:80',
      'evil.localhost:80',
    ],
    ...[
      '::1:1338',
      '[::1]',
      '[::1:80',
      '[127.0.0.1]:80',
      '[localhost]:80',
      '[fe80::1%lo]:80',
      'user@127.0.0.1:80',
    ],
    ...['http://127.0.0.1:80', '127.0.0.1:80/', ' 127.0.0.1:80', '127.0.0.1:80 ', '127.0.0.1:1e3', '*:80'],
  ])('the listen address %j is rejected', (text) => {
    expect(() => parseListenAddress(text)).toThrow(`'${text}' is not an IP address with a port`);
  });

  test.each([
    ...(['127.0.0.1', '127.0.0.2', '127.255.255.255', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1'] as const),
  ])('%s is a loopback address', (host) => {
    expect(isLoopbackAddress(host)).toBe(true);
  });

  test.each([
    '0.0.0.0',
    '::',
    '10.0.0.1',
    '169.254.169.254',
    '128.0.0.1',
    '::2',
    'fe80::1',
    '::ffff:0.0.0.0',
  ])('%s is not a loopback address', (host) => {
    expect(isLoopbackAddress(host)).toBe(false);
  });
});
