import { describe, expect, test } from 'vitest';
import { CredWatchError } from '../../src/errors.ts';
import { findLocalError, throwIfLocal } from '../../src/sources/local-errors.ts';
import { createLocalSource } from '../../src/sources/open.ts';
import { containerAt, document, hastyClock, imds, imdsAt, options } from '../support/sources/polling.ts';
import { startEndpoint } from '../support/sources/scripted-endpoint.ts';

const systemError = (code: string) => Object.assign(new Error(`${code}: open`), { code });

test.each([
  [
    'EMFILE',
    'this process has too many open files (EMFILE)',
    'raise the limit of open files (`ulimit -n`, LimitNOFILE=)',
  ],
  ['ENFILE', 'the system has too many open files (ENFILE)', 'close other programs'],
  [
    'ENOMEM',
    'the system has no memory left (ENOMEM)',
    'free memory, or raise the limit of memory (`ulimit -v`, MemoryMax=)',
  ],
  [
    'ENOBUFS',
    'the system has no memory left for network buffers (ENOBUFS)',
    'free memory, or raise the limit of memory (`ulimit -v`, MemoryMax=)',
  ],
  [
    'EAGAIN',
    'this user has too many processes (EAGAIN)',
    'raise the limit of processes (`ulimit -u`, TasksMax=)',
  ],
])('%s is an error of this process', (code, message, hint) => {
  const cause = systemError(code);
  expect(findLocalError(cause)).toMatchObject({ message, hint, cause });
  expect(() => throwIfLocal(cause)).toThrow(message);
});

test('an error of this program is its own local error', () => {
  const error = new CredWatchError('why');
  expect(findLocalError(error)).toBe(error);
});

test.each(['ECONNRESET', 'ENOENT', 'EHOSTUNREACH', 'UND_ERR_SOCKET'])(
  '%s is not an error of this process',
  (code) => {
    expect(findLocalError(systemError(code))).toBeNull();
    expect(() => throwIfLocal(systemError(code))).not.toThrow();
  },
);

test('missing WebAssembly is an error of this process', () => {
  const missing = new ReferenceError('WebAssembly is not defined');
  expect(findLocalError(missing)).toMatchObject({
    message: 'HTTP needs WebAssembly, which this process cannot use',
    cause: missing,
  });
  expect(findLocalError(missing)?.hint).toContain('--jitless');
  expect(findLocalError(new Error('no WebAssembly'))).toBeNull();
  expect(findLocalError('WebAssembly')).toBeNull();
  const noMemory = new RangeError('WebAssembly.Instance(): Out of memory');
  expect(findLocalError(noMemory)?.hint).toContain('--disable-wasm-trap-handler');
});

describe('a poll throws instead of failing', () => {
  const readFile = () => Promise.reject(systemError('EMFILE'));

  test('a poll throws if a token file cannot be read for lack of file descriptors', async () => {
    const endpoint = await startEndpoint({ 'GET /creds': { body: document() } });
    const env = { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: '/token' };
    await expect(containerAt(endpoint, env, { readFile }).poll()).rejects.toThrow(CredWatchError);
    expect(endpoint.requests).toEqual([]);
  });

  test('a poll throws if the hosts file cannot be read for lack of file descriptors', async () => {
    await expect(imdsAt({ url: 'http://imds.test' }, {}, { readFile }).poll()).rejects.toThrow('open files');
  });

  test.each(['imds', 'container'] as const)('a poll of %s throws a defect of this program', async (name) => {
    const endpoint = await startEndpoint(imds({ 'GET /creds': { body: document() } }));
    let calls = 0;
    const now = () => {
      calls += 1;
      if (calls === 2) throw new TypeError('a defect');
      return hastyClock.now();
    };
    const env = {
      AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint.url,
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${endpoint.url}/creds`,
    };
    const source = createLocalSource(name, options(env, { clock: { ...hastyClock, now } }));
    await expect(source.poll()).rejects.toThrow('a defect');
    expect(endpoint.requests).toHaveLength(1);
  });
});
