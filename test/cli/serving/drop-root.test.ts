import { describe, expect, test } from 'vitest';
import { createUserEnvironment, findTargetUser } from '../../../src/cli/serving/drop-root.ts';
import { createOutput, createTestIo } from '../../support/cli/test-io.ts';

const output = createOutput(() => {});
const createIo = (changes: object) => createTestIo({}, '', { stdout: output, stderr: output, ...changes });
const users = { find: () => expect.unreachable(), become: () => expect.unreachable() };

describe('the variables of a user who follows root', () => {
  const user = { username: 'loader', homedir: '/home/loader' };

  test('the variables after root was given up name the home folder of the user', () => {
    const env = createUserEnvironment(user, {
      env: { HOME: '/root', USER: 'root', PATH: '/bin' },
      home: '/root',
    });
    expect(env).toEqual({ HOME: '/home/loader', USER: 'loader', LOGNAME: 'loader', PATH: '/bin' });
  });

  test('variables with folders in the home folder of root are removed, and others are kept', () => {
    const env = {
      XDG_STATE_HOME: '/root/.state',
      XDG_CONFIG_HOME: '/rooted',
      AWS_CONFIG_FILE: '/root/config',
    };
    expect(Object.keys(createUserEnvironment(user, { env, home: '/root' })).sort()).toEqual([
      ...['AWS_CONFIG_FILE', 'HOME', 'LOGNAME', 'USER', 'XDG_CONFIG_HOME'],
    ]);
  });
});

describe('--user', () => {
  test.each([
    ['on a system without users', { users: null, isRoot: true }, '--user is not available on this system'],
    ['without root', { users, isRoot: false }, '--user needs root'],
    [
      'with io_uring',
      { users, isRoot: true, env: { UV_USE_IO_URING: '1' } },
      'files would still be read as root',
    ],
  ])('--user is an error %s', (_, changes, message) => {
    expect(() => findTargetUser('loader', createIo(changes))).toThrow(message);
  });
});
