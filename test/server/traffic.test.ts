import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import type { TrafficSummary } from '../../src/domain/simulation-traffic.ts';
import { type CountedRequest, Traffic } from '../../src/server/traffic.ts';
import { ciTest } from '../support/thorough.ts';

const START = Date.UTC(2026, 10, 22, 10);
const CURL = 'curl/7.88.1';

const CREDENTIALS: CountedRequest = {
  at: START,
  client: CURL,
  address: '127.0.0.1',
  shape: 'imds',
  kind: 'credentials',
  apiVersion: '2',
  method: 'GET',
  path: '/latest/meta-data/iam/security-credentials/demo',
  status: 200,
  fault: null,
  accessKeyId: 'ASIAEXAMPLEEXAMP0001',
};
const TOKEN = { kind: 'token', path: '/latest/api/token', method: 'PUT', accessKeyId: null } as const;
const METADATA = { kind: 'metadata', accessKeyId: null } as const;

function createSummary(...requests: Partial<CountedRequest>[]): TrafficSummary {
  const traffic = new Traffic();
  for (const request of requests) traffic.record({ ...CREDENTIALS, ...request });
  return traffic.summarise();
}

const listNames = ({ clients }: TrafficSummary) => clients.map(({ name }) => name);

describe('Traffic', () => {
  test('Traffic without requests has zero counts and no clients', () => {
    const { totals, clients, v1Clients } = new Traffic().summarise();
    expect(totals).toMatchObject({ requests: 0, clients: 0, others: false, firstAt: null, lastAt: null });
    expect(clients).toEqual([]);
    expect(v1Clients).toBeNull();
  });

  test('Traffic counts each request for its client and in total', () => {
    const { totals, clients } = createSummary(
      { accessKeyId: null, status: 503, fault: 'status' },
      { ...TOKEN, at: START + 5000 },
      { kind: 'role', accessKeyId: null, at: START },
      {},
      { apiVersion: '1', at: START + 9000 },
      { ...METADATA, apiVersion: '1' },
      { ...METADATA, apiVersion: '1', status: 404 },
      { accessKeyId: null, status: null, fault: 'reset', at: START + 7000 },
      { client: 'other/1', shape: 'ecs', apiVersion: '', accessKeyId: null, status: 503, fault: 'status' },
    );
    expect(clients).toEqual([
      {
        name: CURL,
        address: '127.0.0.1',
        others: false,
        shape: 'imds',
        requests: 8,
        tokens: 1,
        credentials: 2,
        credentialsV1: 1,
        credentialsV2: 1,
        metadataV1: 2,
        metadataV2: 1,
        failed: 3,
        faulted: 2,
        credentialSets: 1,
        responses: [
          { status: 200, count: 5 },
          { status: 503, count: 1 },
          { status: 404, count: 1 },
          { status: null, count: 1 },
        ],
        faults: [
          { kind: 'status', count: 1 },
          { kind: 'reset', count: 1 },
        ],
        firstAt: START,
        lastAt: START + 9000,
      },
      expect.objectContaining({ name: 'other/1', shape: 'ecs', requests: 1, failed: 1, credentials: 0 }),
    ]);
    expect(totals).toMatchObject({ clients: 2, requests: 9, failed: 4, faulted: 3, credentials: 2 });
    expect(totals.faults).toEqual([
      { kind: 'status', count: 2 },
      { kind: 'reset', count: 1 },
    ]);
  });

  test('Traffic does not count an error document or a truncated document as credentials', () => {
    const { totals } = createSummary(
      { accessKeyId: null, fault: 'error-document' },
      { status: null, fault: 'truncate' },
    );
    expect(totals).toMatchObject({ credentials: 0, credentialSets: 0, failed: 1, faulted: 2 });
  });

  test('Traffic counts each set of credentials once, also if two alternate', () => {
    const [a, b, c] = ['ASIAEXAMPLEEXAMP000A', 'ASIAEXAMPLEEXAMP000B', 'ASIAEXAMPLEEXAMP000C'];
    const { totals, clients } = createSummary(
      ...[a, a, b, a, b, b, c, a].map((accessKeyId) => ({ accessKeyId })),
      { accessKeyId: c, client: 'other/1' },
    );
    expect(clients.map(({ credentials, credentialSets }) => [credentials, credentialSets])).toEqual([
      [8, 3],
      [1, 1],
    ]);
    expect(totals.credentialSets).toBe(3);
  });

  test('Traffic does not count a set again that is served together with a hundred others', () => {
    const frozen = 'ASIAEXAMPLEEXAMP0FRO';
    const rotating = Array.from({ length: 100 }, (_, index) => `ASIAEXAMPLEEXAMP${index}`);
    const { totals } = createSummary(
      ...rotating.flatMap((accessKeyId) => [{ accessKeyId }, { accessKeyId: frozen }]),
    );
    expect(totals.credentialSets).toBe(101);
  });

  test('Traffic sorts clients by requests, then by name', () => {
    const names = ['b/1', 'c/1', 'a/1', 'c/1', ''];
    expect(listNames(createSummary(...names.map((client) => ({ client }))))).toEqual([
      'c/1',
      '',
      'a/1',
      'b/1',
    ]);
  });

  test('Traffic separates clients by address and by shape', () => {
    const { clients, totals } = createSummary({}, { address: '::1' }, { shape: 'ecs', apiVersion: '' });
    expect(clients).toHaveLength(3);
    expect(totals.clients).toBe(2);
  });
});

describe('the name of a client', () => {
  test.each([
    [
      'aws-cli/2.9.19 Python/3.11.2 Linux/6.1 source/x86_64.debian.12 prompt/off',
      'aws-cli/2.9.19 Python/3.11.2 Linux/6.1 source/x86_64.debian.12',
    ],
    [
      'aws-cli/2.35.19 md/awscrt#0.35.0 ua/2.1 os/linux#6.14.0-37-generic md/arch#x86_64 lang/python#3.14.6 ' +
        'm/Z,E,C,b cfg/retry-mode#standard sid/ed05ed9216f1 md/prompt#off md/command#s3.ls',
      'aws-cli/2.35.19 os/linux#6.14.0-37-generic lang/python#3.14.6',
    ],
    [
      'aws-sdk-js/3.972.0 ua/2.1 os/linux#6.1 lang/js md/nodejs#20.20.2 api/s3#3.972.0 m/E',
      'aws-sdk-js/3.972.0 os/linux#6.1 lang/js',
    ],
    ['aws-sdk-go/1.44.145 (go1.19.8; linux; amd64)', 'aws-sdk-go/1.44.145'],
    [
      'APN/1.0 HashiCorp/1.0 Terraform/1.5 (+https://www.terraform.io)',
      'APN/1.0 HashiCorp/1.0 Terraform/1.5',
    ],
    [CURL, CURL],
    ['a program without a version', 'a program without a version'],
    ['', ''],
  ])('%j is %j', (userAgent, name) => {
    expect(listNames(createSummary({ client: userAgent }))).toEqual([name]);
  });

  test('the name of a client is the same for every call, session and request', () => {
    const sdk = (call: number) =>
      `aws-cli/2.35.19 api/s3#${call} cfg/retry-mode#${call} m/${call} sid/${call} md/command#${call} x/${crypto.randomUUID()}`;
    const { clients } = createSummary(...Array.from({ length: 1000 }, (_, call) => ({ client: sdk(call) })));
    expect(clients.map(({ name, requests }) => [name, requests])).toEqual([['aws-cli/2.35.19 x', 1000]]);
  });
});

describe('the list of IMDSv1 clients', () => {
  test('the list of IMDSv1 clients contains clients that got data without a token, and no rejected clients or other shapes', () => {
    const { v1Clients } = createSummary(
      { ...METADATA, apiVersion: '1', at: START + 9000 },
      { apiVersion: '1', at: START + 1000 },
      { apiVersion: '1', at: START + 2000, status: 401, accessKeyId: null },
      { client: 'both/1', apiVersion: '1', at: START + 3000 },
      { client: 'both/1', apiVersion: '2', at: START + 4000 },
      { client: 'both/1', ...TOKEN },
      { client: 'refused/1', apiVersion: '1', status: 401, accessKeyId: null },
      { client: 'swallowed/1', apiVersion: '1', status: null, accessKeyId: null },
      { client: 'modern/1' },
      { client: 'token-only/1', ...TOKEN },
      { client: 'task/1', shape: 'ecs', apiVersion: '' },
    );
    const where = { address: '127.0.0.1', others: false };
    expect(v1Clients).toEqual([
      { name: 'both/1', ...where, responses: 1, firstAt: START + 3000, lastAt: START + 3000, usesV2: true },
      { name: CURL, ...where, responses: 2, firstAt: START + 1000, lastAt: START + 9000, usesV2: false },
    ]);
  });

  test('the list of IMDSv1 clients does not count an unused session token as use of IMDSv2', () => {
    expect(createSummary({ apiVersion: '1' }, TOKEN).v1Clients).toMatchObject([{ usesV2: false }]);
  });

  test('the list of IMDSv1 clients is empty if no client used IMDSv1, and null if no client used IMDS', () => {
    expect(createSummary({}).v1Clients).toEqual([]);
    expect(
      createSummary({ shape: 'eks', apiVersion: '' }, { shape: null, apiVersion: '' }).v1Clients,
    ).toBeNull();
  });
});

describe('limits', () => {
  test('clients above 500 are counted together, and known ones still separately', () => {
    const traffic = new Traffic();
    for (let index = 0; index < 2000; index++)
      traffic.record({ ...CREDENTIALS, client: `client/${index}`, apiVersion: '1' });
    traffic.record({ ...CREDENTIALS, client: 'client/7' });
    const { totals, clients, v1Clients } = traffic.summarise();
    expect(totals).toMatchObject({ requests: 2001, clients: 500, others: true });
    expect(clients).toHaveLength(501);
    expect(clients[0]).toMatchObject({ name: '', address: '', others: true, requests: 1500 });
    expect(clients[1]).toMatchObject({ name: 'client/7', others: false, requests: 2 });
    expect(v1Clients).toHaveLength(501);
  });

  test('a client can have the name of a built-in object property', () => {
    const names = ['__proto__', 'constructor', 'toString', 'others', 'imds', '__proto__/1 hasOwnProperty/2'];
    const { clients } = createSummary(...names.flatMap((client) => [{ client }, { client, fault: client }]));
    expect(new Set(clients.map(({ name }) => name))).toEqual(new Set(names));
    for (const { name, requests, faults } of clients) {
      expect(requests).toBe(2);
      expect(faults).toEqual([{ kind: name, count: 1 }]);
    }
    expect(({} as Record<string, unknown>).count).toBeUndefined();
  });

  test('the number of fault kinds is limited', () => {
    const kinds = Array.from({ length: 100 }, (_, index) => ({ fault: `kind-${index}` }));
    const { totals } = createSummary(...kinds);
    expect(totals.faults).toHaveLength(31);
    expect(totals.faults[0]).toEqual({ kind: 'other', count: 70 });
    expect(totals.faulted).toBe(100);
  });

  test('a name is cut to 100 characters, also with control characters', () => {
    const long = `\u001b]0;title\u0007${'x'.repeat(10_000)}`;
    expect(listNames(createSummary({ client: long }))).toEqual([long.slice(0, 100)]);
    expect(listNames(createSummary({ client: `${'p/1 '.repeat(2500)}` }))).toEqual(['p/1 '.repeat(25)]);
  });

  ciTest('memory stays small with 10 KB headers from 30,000 clients', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const traffic = new Traffic();
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let index = 0; index < 30_000; index++) {
      const client = Buffer.alloc(10_000, `another client without a version ${index} `).toString('latin1');
      traffic.record({ ...CREDENTIALS, client, accessKeyId: `ASIAEXAMPLEEXAMP${index}` });
    }
    collect();
    const grown = process.memoryUsage().heapUsed - before;
    expect(traffic.summarise().clients).toHaveLength(501);
    expect(grown).toBeLessThan(2_000_000);
  });
});
