import { describe, expect, test } from 'vitest';
import { parseRoleAddresses } from '../../../src/cli/serving/listen-flag.ts';

const ROLES = ['loader', 'ops'];
const DEFAULT = '127.0.0.1:1338';

describe('--listen [NAME=]ADDRESS', () => {
  test('an address without a name serves every role', () => {
    expect(parseRoleAddresses({ listen: ['[::1]:80'] }, ROLES, DEFAULT)).toEqual([
      { host: '::1', port: 80, role: null },
    ]);
  });

  test('an address with a name serves one role', () => {
    const listen = ['loader=127.0.0.1:8001', 'ops=[::1]:8001', 'ops=localhost:0'];
    expect(parseRoleAddresses({ listen }, ROLES, DEFAULT)).toEqual([
      { host: '127.0.0.1', port: 8001, role: 'loader' },
      { host: '::1', port: 8001, role: 'ops' },
      { host: '127.0.0.1', port: 0, role: 'ops' },
    ]);
  });

  test('the default address is used only without --listen', () => {
    expect(parseRoleAddresses({ listen: [] }, ROLES, DEFAULT)).toEqual([
      { host: '127.0.0.1', port: 1338, role: null },
    ]);
    expect(parseRoleAddresses({ listen: [] }, ROLES, null)).toEqual([]);
  });

  test.each([
    ['x=127.0.0.1:1', ROLES, '--listen x=127.0.0.1:1 names no role of --serve'],
    ['=127.0.0.1:1', ROLES, '--listen =127.0.0.1:1 names no role of --serve'],
    ['loader=127.0.0.1:1', [], 'names a role, but no role has a name'],
    ['loader=ops=127.0.0.1:1', ROLES, "'ops=127.0.0.1:1' is not an IP address with a port"],
    ['loader=', ROLES, "'' is not an IP address with a port"],
    ['loader=example.org:80', ROLES, 'is not an IP address with a port'],
    ['loader=0.0.0.0:80', ROLES, 'other machines can reach 0.0.0.0'],
    ['169.254.169.254:80', ROLES, 'other machines can reach 169.254.169.254'],
  ])('%s is an error', (text, roles, message) => {
    expect(() => parseRoleAddresses({ listen: [text] }, roles, DEFAULT)).toThrow(message);
  });

  test('an address of other machines is accepted with --allow-remote', () => {
    const flags = { listen: ['ops=0.0.0.0:80'], allowRemote: true };
    expect(parseRoleAddresses(flags, ROLES, DEFAULT)).toEqual([{ host: '0.0.0.0', port: 80, role: 'ops' }]);
  });

  test('one address for two roles is an error', () => {
    const listen = ['loader=127.0.0.1:8001', 'ops=127.0.0.1:8001'];
    expect(() => parseRoleAddresses({ listen }, ROLES, DEFAULT)).toThrow(
      '--listen http://127.0.0.1:8001 was given twice',
    );
  });
});
