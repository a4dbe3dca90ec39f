import { describe, expect, test } from 'vitest';
import { isAllowedAddress, readCredentialsUrl } from '../../../src/sources/container/settings.ts';
import { Notes } from '../../../src/sources/notes.ts';
import { PollError } from '../../../src/sources/poll-error.ts';
import { codes, containerAt, document, fail, succeed } from '../../support/sources/polling.ts';
import { startEndpoint } from '../../support/sources/scripted-endpoint.ts';

const RELATIVE = 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI';
const FULL = 'AWS_CONTAINER_CREDENTIALS_FULL_URI';

function compose(env: Record<string, string>): string {
  const url = readCredentialsUrl(env, new Notes());
  return url instanceof PollError ? url.reason : url.href;
}

test.each([
  ['/v2/credentials/id', 'http://169.254.170.2/v2/credentials/id'],
  ['/v1/credentials?id=1', 'http://169.254.170.2/v1/credentials?id=1'],
  ['//v2/x', 'http://169.254.170.2//v2/x'],
  ['/@evil/x', 'http://169.254.170.2/@evil/x'],
  ['.evil.com/x', 'invalid-configuration'],
  ['@evil/x', 'invalid-configuration'],
  [':80@evil/x', 'invalid-configuration'],
  ['http://127.0.0.1/', 'invalid-configuration'],
])('the relative URI %s gives the expected URL or error', (relative, expected) => {
  expect(compose({ [RELATIVE]: relative })).toBe(expected);
});

describe('a full URI over http', () => {
  test.each([
    ['http://127.0.0.1/x', 'http://127.0.0.1/x'],
    ['http://127.0.0.1:8080/x?y', 'http://127.0.0.1:8080/x?y'],
    ['http://127.255.255.254/', 'http://127.255.255.254/'],
    ['http://[::1]:1338/', 'http://[::1]:1338/'],
    ['http://[0:0:0:0:0:0:0:1]/', 'http://[::1]/'],
    ['http://localhost:1338/', 'http://localhost:1338/'],
    ['http://LOCALHOST/', 'http://localhost/'],
    ['http://169.254.170.2/', 'http://169.254.170.2/'],
    ['http://169.254.170.2./', 'http://169.254.170.2/'],
    ['http://169.254.170.23/v1/credentials', 'http://169.254.170.23/v1/credentials'],
    ['http://[fd00:ec2::23]/v1/credentials', 'http://[fd00:ec2::23]/v1/credentials'],
    ['http://127.1/', 'http://127.0.0.1/'],
    ['http://0x7f.1/', 'http://127.0.0.1/'],
    ['http://2130706433/', 'http://127.0.0.1/'],
    ['https://somewhere.com/x', 'https://somewhere.com/x'],
    ['https://192.168.1.1/x', 'https://192.168.1.1/x'],
  ])('the full URI %s is allowed over http', (full, href) => expect(compose({ [FULL]: full })).toBe(href));

  test.each([
    'http://169.254.170.3',
    'http://169.254.171.23',
    'http://169.254.0.1',
    'http://169.254.169.254',
    'http://192.168.1.1',
    'http://192.168.10.120',
    'http://169.1.2.3',
    'http://[fd00:ec2::2]',
    'http://[fd00:ec2::254]',
    'http://[::ffff:127.0.0.1]',
    'http://[::ffff:169.254.170.2]',
    'http://0.0.0.0',
    'http://[::]',
    'http://0x7f000001.evil',
    'http://128.0.0.1',
    'http://169.254.170.2@192.168.1.1/',
    'http://somewhere.com',
    'http://localhost.',
    'http://localhost.evil',
  ])('the full URI %s is not allowed over http', async (url) => {
    const outcome = await fail(containerAt({ url }, {}, { readFile: async () => '' }));
    expect(outcome.reason).toMatch(/^host-not-allowed|invalid-configuration$/);
    if (outcome.reason !== 'host-not-allowed') expect(url).toContain('evil');
  });

  test.each([
    'creds',
    '/creds',
    'localhost:80/x',
    'file:///etc/passwd',
    'http://u:CANARY-authorization@127.0.0.1/',
    'https://CANARY-authorization@somewhere.com/',
  ])('the full URI %s is an invalid configuration', async (url) => {
    const outcome = await fail(containerAt({ url }));
    expect(outcome).toMatchObject({ reason: 'invalid-configuration' });
    expect(outcome.detail).toContain(FULL);
  });
});

describe('a URI that SDKs read differently', () => {
  const notesOf = (env: Record<string, string>) => {
    const notes = new Notes();
    const url = readCredentialsUrl(env, notes);
    return [url instanceof PollError ? url.detail : url.href, ...notes.list];
  };

  test.each([
    [{ [FULL]: ' http://127.0.0.1/x' }, FULL, 'start'],
    [{ [FULL]: 'http://127.0.0.1/x\n' }, FULL, 'end'],
    [{ [FULL]: '\thttp://127.0.0.1/x ' }, FULL, 'both'],
    [{ [RELATIVE]: '/x ' }, RELATIVE, 'end'],
  ])('blanks in %j are removed with a note', (env, name, place) => {
    expect(notesOf(env).filter((each) => JSON.stringify(each).includes('BLANKS'))).toEqual([
      { code: 'VALUE_HAS_BLANKS', name, place },
    ]);
    expect(notesOf(env)[0]).toMatch(/\/x$/);
  });

  test('a blank before the relative URI is named', () => {
    expect(notesOf({ [RELATIVE]: ' /x' })).toEqual([`${RELATIVE} begins with a blank`]);
  });

  test.each(['127.1', '0x7f.0.0.1', '2130706433', '127.0.0.01', '127.0.0.1.'])('%s makes a note', (host) => {
    expect(notesOf({ [FULL]: `http://${host}:80/x` })).toEqual([
      'http://127.0.0.1/x',
      { code: 'ADDRESS_ONLY_SOME_SDKS', name: FULL },
    ]);
  });

  test.each(['127.0.0.1', '127.0.0.2', 'LOCALHOST', '[0:0:0:0:0:0:0:1]'])('%s makes no note', (host) => {
    expect(notesOf({ [FULL]: `HTTP://${host}/x` })).toHaveLength(1);
  });

  test.each([
    'http:/127.0.0.1/x',
    'http:127.0.0.1/x',
    'http:\\\\127.0.0.1\\x',
    'http://127.0.0.1/a b',
    'http://127.0.\n0.1/',
  ])('%j, which only URL repairs, is invalid', (full) =>
    expect(compose({ [FULL]: full })).toBe('invalid-configuration'),
  );
});

describe('a name in the hosts file', () => {
  const hosts = (text: string) => ({ readFile: async (path: string) => (path === '/etc/hosts' ? text : '') });

  test('a name in the hosts file is allowed if all its addresses are; the connection goes to a checked address', async () => {
    const endpoint = await startEndpoint({ 'GET /creds': { body: document() } });
    const url = `http://Agent.test:${endpoint.port}`;
    const text = '# agent.test\n127.0.0.1\tother agent.test # here\n';
    const outcome = await succeed(containerAt({ url }, {}, hosts(text)));
    expect(codes(outcome)).toEqual(['HOST_NAME_ONLY_SOME_SDKS']);
    expect(endpoint.requests[0]!.headers.host).toBe(`agent.test:${endpoint.port}`);
  });

  test.each([
    ['one of two addresses is not allowed', '127.0.0.1 agent.test\n192.168.0.1 agent.test'],
    ['the name is unknown', '127.0.0.1 other.test'],
    ['the entry has no address', 'nonsense agent.test'],
  ])('a name in the hosts file is not allowed if %s', async (_, text) => {
    const endpoint = await startEndpoint({ 'GET /creds': { body: document() } });
    const outcome = await fail(containerAt({ url: `http://agent.test:${endpoint.port}` }, {}, hosts(text)));
    expect(outcome.reason).toBe('host-not-allowed');
    expect(endpoint.requests).toEqual([]);
  });
});

test('every spelling of an allowed IPv6 address is allowed', () => {
  expect(isAllowedAddress('fd00:0ec2:0:0:0:0:0:0023')).toBe(true);
  expect(isAllowedAddress('0:0:0:0:0:ffff:7f00:1')).toBe(false);
  expect(isAllowedAddress('localhost')).toBe(false);
});
