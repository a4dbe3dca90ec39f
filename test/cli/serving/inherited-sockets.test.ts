import { describe, expect, test } from 'vitest';
import {
  describeForeignSockets,
  findInheritedSockets,
  removeServiceVariables,
} from '../../../src/cli/serving/systemd/inherited-sockets.ts';

const PID = 4711;

describe('the sockets of socket activation', () => {
  test('descriptors start at 3 and have the names of their units', () => {
    const env = { LISTEN_FDS: '3', LISTEN_PID: '4711', LISTEN_FDNAMES: 'loader::ops' };
    expect(findInheritedSockets(env, PID)).toEqual([
      { fd: 3, name: 'loader' },
      { fd: 4, name: '' },
      { fd: 5, name: 'ops' },
    ]);
  });

  test('sockets without names are accepted', () => {
    expect(findInheritedSockets({ LISTEN_FDS: '1', LISTEN_PID: '4711' }, PID)).toEqual([{ fd: 3, name: '' }]);
  });

  test('a process between systemd and the program is reported', () => {
    const describeFor = (owner: string) =>
      describeForeignSockets({ LISTEN_FDS: '1', LISTEN_PID: owner }, PID);
    expect(describeFor('4700')).toBe(
      'the sockets of systemd are meant for the process 4700, not for this process (4711)',
    );
    expect(describeFor('\u001b[2J')).not.toContain('\u001b');
    expect(describeFor('4711')).toBeNull();
    expect(describeForeignSockets({}, PID)).toBeNull();
  });

  test.each([
    ['no variable', {}],
    ['the variables of another process', { LISTEN_FDS: '1', LISTEN_PID: '1' }],
    ['no process', { LISTEN_FDS: '1' }],
    ['no socket', { LISTEN_FDS: '0', LISTEN_PID: '4711' }],
  ])('%s gives no sockets', (_, env) => {
    expect(findInheritedSockets(env, PID)).toEqual([]);
  });

  test.each(['x', '', '-1', '1e3', '65', '99999'])('the number %j is an error', (count) => {
    expect(() => findInheritedSockets({ LISTEN_FDS: count, LISTEN_PID: '4711' }, PID)).toThrow(
      'the variable LISTEN_FDS has no valid number of sockets',
    );
  });

  test('child processes get no variable of the service', () => {
    const own = {
      ...{ LISTEN_FDS: '1', LISTEN_PID: '1', LISTEN_FDNAMES: 'x', NOTIFY_SOCKET: '/x' },
      ...{ WATCHDOG_USEC: '1', WATCHDOG_PID: '1' },
    };
    expect(removeServiceVariables({ ...own, AWS_PROFILE: 'x' })).toEqual({ AWS_PROFILE: 'x' });
  });
});
