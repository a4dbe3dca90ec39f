import { describe, expect, test } from 'vitest';
import { createHostCheck, isHostAllowed } from '../../../src/server/wire/host-check.ts';
import {
  formatOrigin,
  isLoopbackAddress,
  parseListenAddress,
} from '../../../src/server/wire/listen-address.ts';

const isAllowed = (header: string, localAddress = '127.0.0.1', allowed: string[] = []) =>
  isHostAllowed(header, localAddress, new Set(allowed));

describe('an allowed Host header', () => {
  test.each([
    ...['127.0.0.1', '127.0.0.1:1338', '127.0.0.1:80', '127.0.0.53', '127.255.255.254:65535'],
    ...['localhost', 'localhost:1338', 'LOCALHOST', 'LocalHost:1'],
    ...['[::1]', '[::1]:1338', '[0:0:0:0:0:0:0:1]', '[::0001]', '[::ffff:127.0.0.1]', '[::FFFF:7f00:1]:80'],
    ...['169.254.169.254', '169.254.169.254:80', '169.254.170.2', '169.254.170.23:80'],
    ...['[fd00:ec2::254]', '[FD00:EC2::23]:80', '[fd00:ec2:0:0:0:0:0:254]', '[fe80::1]'],
    ...['[::ffff:169.254.169.254]'],
  ])('can be %s', (header) => {
    expect(isAllowed(header)).toBe(true);
  });

  test.each([
    ['10.0.0.25', '10.0.0.25'],
    ['10.0.0.25:1338', '::ffff:10.0.0.25'],
    ['[2001:db8::1]:1338', '2001:db8::1'],
    ['[2001:DB8:0::0:1]', '2001:db8::1'],
    ['[::ffff:10.0.0.25]', '::ffff:10.0.0.25'],
  ])('can be %s on a connection to %s', (header, localAddress) => {
    expect(isAllowed(header, localAddress)).toBe(true);
  });

  test('can be an allowed name in any case and with any port', () => {
    for (const header of ['metadata.test', 'metadata.test:80', 'Metadata.Test:1338']) {
      expect(isAllowed(header, '127.0.0.1', ['metadata.test'])).toBe(true);
      expect(isAllowed(header)).toBe(false);
    }
    expect(isAllowed('metadata.test.example', '127.0.0.1', ['metadata.test'])).toBe(false);
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
  ])('is any other name: %s', (header) => {
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
    ...['127.0.0.1.', 'localhost.', '127.0.0.1..', '0', '0.0.0.0', '[::]', '[::ffff:0.0.0.0]'],
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
  ])('is another address, or an address in a form that only browsers accept: %s', (header) => {
    expect(isAllowed(header)).toBe(false);
  });

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
    ...['[::1', '::1]', '[]', '[::1]x', '[::1]:', '[127.0.0.1]', '[localhost]', '[fe80::1%25lo]', '[::1%lo]'],
    ...[
      'user@127.0.0.1',
      'user:pass@localhost',
      '127.0.0.1@rebound.example',
      '127.0.0.1/',
      '127.0.0.1 ',
      ' localhost',
    ],
    ...[
      '127.0.0.1, rebound.example',
      'localhost,localhost',
      'http://127.0.0.1',
      '127.0.0.1\t',
      'localhost\0',
      '１２７.0.0.1',
    ],
  ])('is not a host: %j', (header) => {
    expect(isAllowed(header)).toBe(false);
  });

  test('is any other address if the connection has closed', () => {
    expect(isAllowed('10.0.0.25', '')).toBe(false);
    expect(isAllowed('127.0.0.1', '')).toBe(true);
  });
});

describe('createHostCheck', () => {
  test('does not use the cached result of one local address for another', () => {
    const rule = createHostCheck(new Set());
    for (let again = 0; again < 2; again++) {
      expect(rule('10.0.0.25', { localAddress: '10.0.0.25' })).toBe(true);
      expect(rule('10.0.0.25', { localAddress: '127.0.0.1' })).toBe(false);
      expect(rule('rebound.example', { localAddress: '127.0.0.1' })).toBe(false);
    }
  });

  test('gives the same results after any number of names', () => {
    const rule = createHostCheck(new Set(['metadata.test']));
    for (let count = 0; count < 1000; count++)
      expect(rule(`${count}.example`, { localAddress: '127.0.0.1' })).toBe(false);
    expect(rule('metadata.test', { localAddress: '127.0.0.1' })).toBe(true);
    expect(rule('7.example', { localAddress: '127.0.0.1' })).toBe(false);
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
  ])('%s', (text, host, port, origin) => {
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
