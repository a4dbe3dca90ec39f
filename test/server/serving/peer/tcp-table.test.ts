import { endianness } from 'node:os';
import { describe, expect, test } from 'vitest';
import { formatTcpEnd, getAddress, parseTcpRow } from '../../../../src/server/serving/peer/tcp-table.ts';

const ROW =
  '   3: 0100007F:053A 0100007F:D431 01 00000000:00000000 00:00000000 00000000  1000        0 48613 1 0000000000000000 20 4 30 10 -1                   ';

const IPV6_ROW =
  '   0: 0000000000000000FFFF00000100007F:053A 0000000000000000FFFF00000100007F:D431 08 00000000:00000000 00:00000000 00000000 65534        0 9 1 0000000000000000 20 4 30 10 -1';

describe.skipIf(endianness() === 'BE')('rows of /proc/net/tcp', () => {
  test('a connected end has addresses, user and inode', () => {
    expect(parseTcpRow(ROW)).toEqual({
      local: '0100007F:053A',
      remote: '0100007F:D431',
      isEstablished: true,
      uid: 1000,
      inode: '48613',
    });
  });

  test('an IPv4 address of an IPv6 socket is written like that of an IPv4 socket', () => {
    expect(parseTcpRow(IPV6_ROW)).toMatchObject({
      local: '0100007F:053A',
      isEstablished: false,
      uid: 65534,
      inode: '9',
    });
  });

  test.each(['02', '03', '06', '07', '0A', '0C'])('an end in the state %s is not connected', (state) => {
    expect(parseTcpRow(ROW.replace(' 01 ', ` ${state} `))).toBeNull();
  });

  test('the headline and other texts are no rows', () => {
    const headline =
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
    for (const line of ['', headline, ROW.slice(0, 60)]) expect(parseTcpRow(line)).toBeNull();
  });

  test.each([
    ['127.0.0.1', 1338, '0100007F:053A'],
    ['::ffff:127.0.0.1', 1338, '0100007F:053A'],
    ['169.254.169.254', 80, 'FEA9FEA9:0050'],
    ['::1', 65535, '00000000000000000000000001000000:FFFF'],
    ['fd00:ec2::254', 80, 'C20E00FD000000000000000054020000:0050'],
    ['2001:db8:1:2:3:4:5:6', 1, 'B80D0120020001000400030006000500:0001'],
    ['fe80::1%eth0', 80, '000080FE000000000000000001000000:0050'],
  ])('%s and port %i are written as the kernel writes them', (address, port, end) => {
    expect(formatTcpEnd(address, port)).toBe(end);
    expect(`${getAddress(end)}:${end.slice(-4)}`).toBe(end);
  });

  test.each(['', 'unix', '1:2:3', '1:2:3:4:5:6:7:8:9', 'g::1'])('%o is no address', (address) => {
    expect(formatTcpEnd(address, 80)).toBeNull();
  });
});
