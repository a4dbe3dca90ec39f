import { describe, expect, test } from 'vitest';
import {
  createDirectory,
  createTree,
  type DirectoryLiteral,
} from '../../../src/server/tree/metadata-tree.ts';
import { type Capture, listCaptures, readCapture } from '../../support/server/captured-response.ts';
import { createStoppedClock } from '../../support/server/polled-simulator.ts';
import { type RawResponse, sendRequest } from '../../support/server/raw-client.ts';
import {
  requestContainer,
  type SimulatedOptions,
  startSimulated,
} from '../../support/server/simulated-endpoint.ts';

interface Replay extends SimulatedOptions {
  data?: DirectoryLiteral;
  /** Parts of the capture that were redacted or must not be repeated, and their replacements. */
  replacements?: Readonly<Record<string, string>>;
  /** The published body no longer has the length that its header states. */
  hasOwnLength?: boolean;
}

const OLD = ['wire=http/1.0'];

const REPLAYS: Readonly<Record<string, Replay>> = {
  token: {},
  'token-http-1.0': { variants: OLD },
  'token-path-with-slash': {},
  'token-with-get': {},
  region: { data: { 'meta-data': { placement: { region: 'us-west-2' } } } },
  listing: { data: { 'meta-data': ofNames(readCapture('listing').body!) } },
  'iam-info': { role: 'S3AdminAccess', replacements: { AIPAVMQT32F2Q43IXV2TC: 'AIPAFALSEFALSEFALSEFA' } },
  role: { role: 'myiamrole', hasOwnLength: true },
  'role-http-1.0': {
    role: 'cg-banking-WAF-Role-cgidatyedvvzzy',
    variants: OLD,
    hasOwnLength: true,
  },
  'role-unordered': {
    role: 'imds-assume-role-test',
    variants: ['extended-api=on'],
    hasOwnLength: true,
  },
  'role-list-unordered': { role: 'imds-assume-role-test', variants: ['extended-api=on'] },
  'role-list-without-slash': { role: 'manasdevInstanceProfile', hasOwnLength: true },
  // An absolute location would lead the client away from the simulator.
  'role-list-redirect-http-1.0': {
    variants: ['slash=301'],
    replacements: { 'http://169.254.169.254/': '/' },
  },
  unauthorized: { imds: 'v2' },
  'unauthorized-head': { imds: 'v2' },
  'unauthorized-page': { imds: 'v2', variants: ['unauthorized=page'] },
  'not-found-unordered': { faults: ['no-role'], variants: ['error-page=339'] },
  'user-data-http-1.0': { data: { 'user-data': readCapture('user-data-http-1.0').body! }, variants: OLD },
  'identity-document': { hasOwnLength: true },
  'identity-pkcs7-http-1.0': {
    data: { dynamic: { 'instance-identity': { pkcs7: 'x'.repeat(1118) } } },
    variants: OLD,
  },
};

/** Captures whose bodies were published completely and contain nothing random. */
const COMPLETE_BODIES = [
  'listing',
  'iam-info',
  'role-list-unordered',
  'user-data-http-1.0',
  'not-found-unordered',
];

describe('published captures', () => {
  test('all published captures are replayed', () => {
    expect(Object.keys(REPLAYS).sort()).toEqual(listCaptures());
  });

  test.each(Object.keys(REPLAYS))('the published capture %s equals the simulated response', async (name) => {
    const capture = readCapture(name);
    const { replacements = {}, hasOwnLength = false } = REPLAYS[name]!;
    const response = await replay(capture, REPLAYS[name]!);
    const expected = new Map(capture.headers);
    if (hasOwnLength) expected.set('content-length', String(response.body.length));
    const isUnordered = [...capture.head.split('\n').slice(1)].some((line) => /^[a-z]/.test(line));
    if (isUnordered) {
      expect(sorted(response.headers)).toEqual(sorted(expected));
      expect(response.head.split('\n')[0]).toBe(capture.head.split('\n')[0]);
    } else if (capture.head !== '') {
      const head = hasOwnLength
        ? capture.head.replace(/(?<=^Content-Length: ).*/m, String(response.body.length))
        : capture.head;
      expect(response.head).toBe(replaced(head, replacements));
    }
    if (response.headers.has('content-length') && capture.method !== 'HEAD') {
      expect(response.body.length).toBe(Number(response.headers.get('content-length')));
    }
    if (COMPLETE_BODIES.includes(name)) expect(response.body).toBe(replaced(capture.body!, replacements));
  });

  test('published captures contain session tokens with the length, alphabet, prefix and padding of simulated ones', async () => {
    const form = /^AQAEA[\w-]{49}==$/;
    expect(readCapture('token').body).toMatch(form);
    expect((await replay(readCapture('token'))).body).toMatch(form);
  });

  test('published captures of 2020 have the same 401 page byte for byte', async () => {
    const capture = readCapture('unauthorized-page');
    const response = await replay(capture, REPLAYS['unauthorized-page']);
    expect(response.status).toBe(401);
    expect(response.headers.get('content-type')).toBe('text/html');
    expect(response.body).toBe(capture.body);
    expect(response.body).toHaveLength(343);
  });

  test('published captures of 2021 differ from the simulated 404 page only in an indent', async () => {
    const response = await replay(readCapture('not-found-unordered'), { faults: ['no-role'] });
    expect(response.body).toHaveLength(337);
    expect(response.body).toBe(readCapture('not-found-unordered').body!.replace('\t\t "', '\t"'));
  });

  test.each(['role', 'role-unordered'])(
    'the role document of %s has the same key order, indent and spaces as the simulated one',
    async (name) => {
      const path = readCapture(name).path.replace('-extended', '');
      const response = await replay({ ...readCapture(name), path }, REPLAYS[name]);
      expect(withoutValues(response.body)).toBe(withoutValues(readCapture(name).body!));
    },
  );

  test('published captures of the extended API have the account at the end of the document', async () => {
    const response = await replay(readCapture('role-unordered'), REPLAYS['role-unordered']);
    expect(Object.keys(JSON.parse(response.body)).at(-1)).toBe('AccountId');
  });

  test('published captures and the simulator have the same identity document', async () => {
    const response = await replay(readCapture('identity-document'));
    expect(withoutValues(response.body)).toBe(withoutValues(readCapture('identity-document').body!));
  });
});

describe('HEAD gets the headers of GET without the body', () => {
  const TOKEN_PATH = '/latest/api/token';

  test.each([
    ['a list', '/latest/meta-data/', []],
    ['a text', '/latest/meta-data/instance-id', []],
    ['the role', '/latest/meta-data/iam/security-credentials/', []],
    ['credentials', '/latest/meta-data/iam/security-credentials/simulated-role', []],
    ['a text of an older host', '/latest/meta-data/instance-id', OLD],
    ['a redirect', '/latest/meta-data/iam/security-credentials', ['slash=301']],
    ['an unknown path', '/latest/nothing', []],
    ['the token path', TOKEN_PATH, []],
  ])('HEAD gets the headers of GET without the body: %s', async (_, path, variants) => {
    const { origin } = await startSimulated({ variants, clock: createStoppedClock().clock });
    const got = await sendRequest(origin, 'GET', path);
    const head = await sendRequest(origin, 'HEAD', path);
    expect(head.head).toBe(got.head);
    expect(head.body).toBe('');
  });

  test.each(['ecs', 'eks', 'cloudshell'] as const)(
    'HEAD gets the headers of GET without the body: %s',
    async (shape) => {
      const { clock } = createStoppedClock();
      const simulated = await startSimulated({ shapes: [shape], clock });
      const got = await requestContainer(simulated, shape, clock.now());
      const head = await requestContainer(simulated, shape, clock.now(), 'HEAD');
      expect(got.status).toBe(200);
      expect(got.body).toContain('AccessKeyId');
      expect(withoutPort(head)).toBe(withoutPort(got));
      expect(head.body).toBe('');
    },
  );
});

/** Sends the request of a capture to a simulator whose clock is set to the time of the capture. */
async function replay({ method, path, sent, headers }: Capture, options: Replay = {}): Promise<RawResponse> {
  const { data, replacements: _, hasOwnLength: __, ...simulated } = options;
  const date = headers.get('date');
  const { clock } = createStoppedClock(date === undefined ? undefined : Date.parse(date));
  const { origin, simulation } = await startSimulated({
    clock,
    startedAt: Date.parse(headers.get('last-modified') ?? date ?? '') || clock.now(),
    // Early enough for the first credentials to be the current ones.
    rotationTiming: { lifetime: 86_400, rotateEvery: 43_200, jitter: 0 },
    ...(data === undefined ? {} : { tree: createTree(createDirectory(data)) }),
    ...simulated,
  });
  const remaining = headers.get('x-aws-ec2-metadata-token-ttl-seconds');
  const token =
    method === 'PUT' || remaining === undefined
      ? undefined
      : simulation.metadataTokens.issue(21_600, clock.now() - (21_600 - Number(remaining)) * 1000);
  const headersToSend = { ...sent, ...(token === undefined ? {} : { 'X-aws-ec2-metadata-token': token }) };
  return sendRequest(origin, method, path, headersToSend);
}

/** The names of a list, without the names that the simulator adds. */
function ofNames(list: string): DirectoryLiteral {
  const names = list.split('\n').filter((name) => name !== 'iam/' && name !== 'identity-credentials/');
  return Object.fromEntries(
    names.map((name) => (name.endsWith('/') ? [name.slice(0, -1), { any: '' }] : [name, ''])),
  );
}

const sorted = (headers: ReadonlyMap<string, string>) => [...headers].sort();

function replaced(text: string, changes: Readonly<Record<string, string>>): string {
  return Object.entries(changes).reduce((all, [from, to]) => all.replaceAll(from, to), text);
}

/** The text of a document without its values: names, order, spaces and line ends. */
const withoutValues = (document: string) => document.replace(/ : "[^"]*"/g, ' : ""');

const withoutPort = ({ head }: RawResponse) => head.replace(/(?<=Remote-Addr: ).*/, '');
