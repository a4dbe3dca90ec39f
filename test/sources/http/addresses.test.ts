import { expect, test } from 'vitest';
import {
  isLoopbackAddress,
  isLoopbackUrl,
  normalizeAddress,
  removeBrackets,
  resolveHost,
  resolveWithoutDns,
} from '../../../src/sources/http/addresses.ts';

const HOSTS = `# 10.0.0.9 first.test
127.0.0.1\tlocalhost first.test # 10.0.0.8 last.test
  10.0.0.2   other.test First.Test
::1 first.test
nonsense first.test
10.0.0.3 first.test.example
`;
const withHosts = (text = HOSTS) => ({
  readFile: async (path: string) => (path === '/etc/hosts' ? text : ''),
});

test.each<[host: string, addresses: string[]]>([
  ['first.test', ['127.0.0.1', '10.0.0.2', '::1']],
  ['other.test', ['10.0.0.2']],
  ['last.test', []],
  ['test', []],
  ['10.0.0.7', ['10.0.0.7']],
  ['fd00:ec2::254', ['fd00:ec2::254']],
  ['localhost', ['127.0.0.1', '::1']],
])('the host %s has the addresses %j without a name server', async (host, addresses) => {
  expect(await resolveWithoutDns(host, withHosts())).toEqual(addresses);
});

test('an address and localhost need no hosts file', async () => {
  const options = { readFile: () => expect.unreachable('a file was read') };
  expect(await resolveWithoutDns('10.0.0.7', options)).toEqual(['10.0.0.7']);
  expect(await resolveWithoutDns('localhost', options)).toEqual(['127.0.0.1', '::1']);
});

test('an unreadable hosts file is like an empty one', async () => {
  const readFile = () => Promise.reject(Object.assign(new Error('open'), { code: 'EACCES' }));
  expect(await resolveWithoutDns('first.test', { readFile })).toEqual([]);
});

test('a host in the hosts file is not looked up at a name server', async () => {
  const options = { ...withHosts(), nameServers: ['invalid'] };
  const { signal } = new AbortController();
  expect(await resolveHost('other.test', options, signal)).toEqual(['10.0.0.2']);
  await expect(resolveHost('gone.test', options, signal)).rejects.toThrow('invalid');
});

test.each([
  ['127.0.0.1', true],
  ['127.255.255.255', true],
  ['128.0.0.1', false],
  ['1.127.0.0', false],
  ['::1', true],
  ['0:0:0:0:0:0:0:1', true],
  ['::2', false],
  ['::ffff:127.0.0.1', false],
  ['localhost', false],
  ['127.example', false],
])('whether %s is a loopback address: %s', (address, expected) => {
  expect(isLoopbackAddress(address)).toBe(expected);
});

test.each([
  ['http://localhost:1', true],
  ['http://127.1', true],
  ['http://[::1]:1', true],
  ['http://localhost.test', false],
  ['http://127.example', false],
  ['http://10.0.0.1', false],
])('whether %s is on this host: %s', (url, expected) => {
  expect(isLoopbackUrl(new URL(url))).toBe(expected);
});

test.each([
  ['fd00:0ec2:0:0::23', 'fd00:ec2::23'],
  ['10.0.0.1', '10.0.0.1'],
  ['0x7f.1', '0x7f.1'],
  ['fe80::1%eth0', 'fe80::1%eth0'],
  ['host', 'host'],
])('the normal form of %s is %s', (address, expected) => {
  expect(normalizeAddress(address)).toBe(expected);
});

test.each([
  ['http://[::1]:1/', '::1'],
  ['http://10.0.0.1/', '10.0.0.1'],
  ['http://host/', 'host'],
])('the host of %s is %s without brackets', (url, host) => {
  expect(removeBrackets(new URL(url))).toBe(host);
});
