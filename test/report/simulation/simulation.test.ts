import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { LoggedRequest, TrafficSummary } from '../../../src/domain/simulation-traffic.ts';
import {
  formatListeningJson,
  formatListeningText,
  formatRequestJson,
  formatRequestLine,
  type StartedSimulation,
} from '../../../src/report/simulation/simulation.ts';
import { formatTrafficJson, renderTrafficText } from '../../../src/report/simulation/traffic.ts';
import { Traffic } from '../../../src/server/traffic.ts';
import { sampleCases } from '../../support/thorough.ts';

const START = Date.UTC(2026, 10, 22, 10);
const KEY = 'ASIAEXAMPLEEXAMP7QXK';
const AWS_CLI = 'aws-cli/2.9.19 Python/3.11.2 Linux/6.1 source/x86_64.debian.12 prompt/off';

const REQUEST = {
  at: START,
  client: 'curl/7.88.1',
  address: '127.0.0.1',
  shape: 'imds',
  kind: 'credentials',
  apiVersion: '2',
  method: 'GET',
  path: '/latest/meta-data/iam/security-credentials/demo',
  status: 200,
  fault: null,
  accessKeyId: KEY,
} as const;
const SERVED = { incompleteReason: null, expiration: START + 150_000 };
const EMPTY = { incompleteReason: null, expiration: null };
const NO_RESPONSE = { incompleteReason: 'no response', expiration: null };

/** Characters that a terminal may interpret. */
const DANGEROUS = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
/** A header as Node returns it, with one character per byte. */
const HOSTILE = `\u001b[2J\u009b31m\u202e${'x'.repeat(10_000)}`;

describe('the log line of a request', () => {
  test.each<[string, Partial<LoggedRequest>, Parameters<typeof formatRequestLine>[1]]>([
    [
      'GET /latest/meta-data/iam/security-credentials/demo  200  v2  ASIA…7QXK 2m 30s left  curl/7.88.1',
      {},
      SERVED,
    ],
    [
      'GET /latest/meta-data/iam/security-credentials/demo  200  v1  ASIA…7QXK EXPIRED 50s ago  ' +
        'aws-cli/2.9.19 Python/3.11.2 Linux/6.1 …  fault: expired',
      { client: AWS_CLI, apiVersion: '1', fault: 'expired' },
      { incompleteReason: null, expiration: START - 50_000 },
    ],
    [
      'GET /v2/credentials/7  200  ASIA…7QXK  curl/7.88.1',
      { apiVersion: '', path: '/v2/credentials/7' },
      EMPTY,
    ],
    [
      'PUT /latest/api/token  503  v2  no User-Agent  fault: status',
      {
        client: '',
        method: 'PUT',
        path: '/latest/api/token',
        status: 503,
        fault: 'status',
        accessKeyId: null,
      },
      EMPTY,
    ],
    [
      'GET /  reset  curl/7.88.1  fault: reset',
      { apiVersion: '', path: '/', status: null, fault: 'reset', accessKeyId: null },
      { incompleteReason: 'reset', expiration: null },
    ],
    [
      'GET /  no response  v1  curl/7.88.1',
      { apiVersion: '1', path: '/', status: null, accessKeyId: null },
      NO_RESPONSE,
    ],
  ])('a request is logged as %s', (line, request, details) => {
    expect(formatRequestLine({ ...REQUEST, ...request }, details)).toBe(`2026-11-22 10:00:00Z  ${line}`);
  });

  test('a request is logged in one short line of plain text without the key id for any client data', () => {
    const hostile = { ...REQUEST, client: HOSTILE, path: HOSTILE, method: HOSTILE, fault: HOSTILE };
    const line = formatRequestLine(hostile, SERVED);
    expect(line).not.toMatch(DANGEROUS);
    expect(line).not.toContain(KEY);
    expect(line).toMatch(/ {2}\\u\{1b\}\[2J\\u\{9b\}31m\\u\{202e\}x{13}… {2}fault: /);
    expect(line.length).toBeLessThan(320);
  });

  test('the log line of a request cuts a long client between code points', () => {
    const line = (client: string) => formatRequestLine({ ...REQUEST, client }, EMPTY);
    expect(line('😀'.repeat(40))).toMatch(/7QXK {2}(😀){40}$/u);
    expect(line('😀'.repeat(41))).toMatch(/7QXK {2}(😀){39}…$/u);
  });

  test('a request as JSON has all fields, and null for missing values', () => {
    expect(JSON.parse(formatRequestJson(REQUEST, SERVED))).toEqual({
      schema_version: 1,
      event: 'request',
      at: '2026-11-22T10:00:00Z',
      method: 'GET',
      path: '/latest/meta-data/iam/security-credentials/demo',
      status: 200,
      incomplete_reason: null,
      shape: 'imds',
      kind: 'credentials',
      api_version: '2',
      access_key_id: 'ASIA…7QXK',
      expiration: '2026-11-22T10:02:30Z',
      remaining_seconds: 150,
      fault: null,
      client: 'curl/7.88.1',
      address: '127.0.0.1',
    });
    const unanswered = { ...REQUEST, status: null, client: '', accessKeyId: null };
    expect(JSON.parse(formatRequestJson(unanswered, NO_RESPONSE))).toMatchObject({
      status: null,
      incomplete_reason: 'no response',
      client: null,
      access_key_id: null,
      expiration: null,
      remaining_seconds: null,
    });
    const hostile = formatRequestJson(
      { ...REQUEST, client: HOSTILE, fault: HOSTILE, path: '__proto__\n' },
      SERVED,
    );
    expect(hostile).not.toMatch(DANGEROUS);
    expect(JSON.parse(hostile).path).toBe('__proto__\\u{a}');
    expect(JSON.parse(hostile).client).toHaveLength(100);
  });
});

const STARTED: StartedSimulation = {
  startedAt: START,
  endpoints: ['http://127.0.0.1:1338/'],
  role: 'demo',
  lifetimeSeconds: 180,
  rotateEverySeconds: 60,
  jitterSeconds: 0,
  seed: '42',
  scenario: null,
  faults: [],
  shapes: [
    {
      shape: 'imds',
      environment: { AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:1338/' },
    },
  ],
};

describe('the text at the start', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cred-watch-simulation-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('the text at the start exports the variables of one shape', () => {
    expect(formatListeningText(STARTED)).toBe(
      [
        '# these credentials are false: AWS rejects them',
        '# role demo: credentials valid for 3m, rotated every 1m',
        '# seed 42, started 2026-11-22 10:00:00Z',
        '# listening on http://127.0.0.1:1338/',
        '# AWS_ACCESS_KEY_ID, AWS_PROFILE and AWS_WEB_IDENTITY_TOKEN_FILE take precedence over these variables:',
        '# unset them in the shell of the client',
        '',
        '# imds',
        'export AWS_EC2_METADATA_SERVICE_ENDPOINT=http://127.0.0.1:1338/',
        'unset AWS_CONTAINER_CREDENTIALS_RELATIVE_URI AWS_CONTAINER_CREDENTIALS_FULL_URI AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE AWS_CONTAINER_AUTHORIZATION_TOKEN AWS_EC2_METADATA_DISABLED',
        '',
      ].join('\n'),
    );
  });

  test('the text at the start shows several shapes, a scenario and faults', () => {
    const text = formatListeningText({
      ...STARTED,
      jitterSeconds: 5,
      scenario: { name: 'outage', description: 'the role is detached' },
      faults: ['status=503 share=10%', 'reset'],
      shapes: [...STARTED.shapes, { shape: 'ecs', environment: { AWS_A: '', AWS_B: "it's" } }],
    });
    expect(text).toContain(', rotated every 1m ± 5s\n');
    expect(text).toContain('# scenario outage: the role is detached\n');
    expect(text).toContain('# fault status=503 share=10%\n# fault reset\n');
    expect(text).toContain('# use exactly one of these blocks per client\n\n# imds\n');
    expect(text).toMatch(/\n\n# ecs\nexport AWS_A=''\nexport AWS_B='it'\\''s'\nunset AWS_[A-Z_ 0-9]+\n$/);
  });

  test.each(
    sampleCases(
      [
        `it's a $(touch pwned) \`touch pwned\` "role"; touch pwned & touch pwned | * ~ \\ $HOME !! #x`,
        "'; touch pwned; '",
        '\n touch pwned\n',
        '$(touch pwned)',
        'two words',
        'a\nb',
        'a;b',
        '~',
        '',
        '-n',
        'plain-Role_1@x,y.z=w+%',
        'größe 日本',
      ],
      4,
    ),
  )('the text at the start is safe for a shell with the value %j', (value) => {
    const file = join(folder, 'environment.sh');
    writeFileSync(
      file,
      formatListeningText({
        ...STARTED,
        role: value,
        seed: value,
        endpoints: [value],
        scenario: { name: value, description: value },
        faults: [value],
        shapes: [{ shape: value, environment: { VALUE: value, AFTER: 'reached' } }],
      }),
    );
    const script = '. ./environment.sh; exec "$0" -p "process.env.VALUE + process.env.AFTER"';
    const env = { PATH: process.env.PATH, HOME: folder };
    const out = execFileSync('sh', ['-eu', '-c', script, process.execPath], { cwd: folder, env });
    expect(out.toString()).toBe(`${value}reached\n`);
    expect(existsSync(join(folder, 'pwned'))).toBe(false);
  });

  test('the start as JSON has all facts and the environment of each shape', () => {
    const scenario = { name: 'outage', description: 'the role is detached' };
    const environment = { AWS_A: "it's $(x)" };
    const shapes = [...STARTED.shapes, { shape: '__proto__', environment }];
    const text = formatListeningJson({ ...STARTED, scenario, faults: ['reset'], shapes });
    expect(text).not.toContain('\n');
    const { environment: variables, ...rest } = JSON.parse(text);
    expect(rest).toEqual({
      schema_version: 1,
      event: 'listening',
      started_at: '2026-11-22T10:00:00Z',
      endpoints: ['http://127.0.0.1:1338/'],
      role: 'demo',
      lifetime_seconds: 180,
      rotate_every_seconds: 60,
      jitter_seconds: 0,
      seed: '42',
      scenario,
      faults: ['reset'],
    });
    expect(Object.entries(variables)).toEqual([
      ['imds', STARTED.shapes[0]?.environment],
      ['__proto__', environment],
    ]);
  });
});

/** A summary from the server. */
function summariseTraffic(...requests: Partial<Parameters<Traffic['record']>[0]>[]): TrafficSummary {
  const traffic = new Traffic();
  for (const request of requests) traffic.record({ ...REQUEST, ...request });
  return traffic.summarise();
}

const times = <T>(count: number, request: T): T[] => Array.from({ length: count }, () => request);

describe('the traffic summary', () => {
  test('the traffic summary without requests is one sentence', async () => {
    expect(await renderTrafficText(summariseTraffic())).toBe('no client made a request\n');
    expect(JSON.parse(formatTrafficJson(summariseTraffic()))).toMatchObject({
      event: 'report',
      request_count: 0,
      clients: [],
      first_at: null,
      last_at: null,
      imds_v1_clients: null,
    });
  });

  test('the traffic summary shows two clients, one of which used both IMDS versions', async () => {
    const traffic = summariseTraffic(
      ...times(3, { apiVersion: '1' as const }),
      { apiVersion: '1', at: START + 65_000, accessKeyId: 'ASIAEXAMPLEEXAMP0002' },
      { client: AWS_CLI, kind: 'token', accessKeyId: null },
      { client: AWS_CLI },
      { client: AWS_CLI, apiVersion: '1', status: 200, kind: 'metadata', accessKeyId: null },
      { client: AWS_CLI, status: null, fault: 'reset', accessKeyId: null },
      { client: AWS_CLI, status: 503, fault: 'status', accessKeyId: null },
      { client: AWS_CLI, status: 503, fault: 'status', accessKeyId: null },
    );
    expect(await renderTrafficText(traffic)).toBe(
      `10 requests from 2 clients in 1m 05s; 2 sets of credentials served 5 times

  client                        shape       requests   tokens credentials  over v1   failed   faults
  aws-cli/2.9.19 Python/3.11.2  imds               6        1           1        0        3        3
  Linux/6.1
  source/x86_64.debian.12
  curl/7.88.1                   imds               4        0           4        4        0        0

  faults: status 2, reset 1

clients that used IMDSv1
  aws-cli/2.9.19 Python/3.11.2 Linux/6.1 source/x86_64.debian.12: 1 response at 2026-11-22
  10:00:00Z; also uses IMDSv2
  curl/7.88.1: 4 responses from 2026-11-22 10:00:00Z to 10:01:05Z
`,
    );
  });

  test('the traffic summary shows addresses only if clients have different ones', async () => {
    expect(await renderTrafficText(summariseTraffic({ client: '' }))).toBe(
      `1 request from 1 client; 1 set of credentials served 1 time

  client                        shape       requests   tokens credentials  over v1   failed   faults
  no User-Agent                 imds               1        0           1        0        0        0

no client used IMDSv1
`,
    );
    const text = await renderTrafficText(
      summariseTraffic(
        { shape: 'cloudshell', apiVersion: '', accessKeyId: null, status: 403 },
        { shape: null, apiVersion: '', accessKeyId: null, status: 404, address: '::1' },
      ),
    );
    expect(text).toBe(
      `2 requests from 2 clients; no credentials served

  client                        shape       requests   tokens credentials  over v1   failed   faults
  curl/7.88.1 from 127.0.0.1    cloudshell         1        0           0        0        1        0
  curl/7.88.1 from ::1          none               1        0           0        0        1        0
`,
    );
  });

  test('the traffic summary is plain text of 100 columns for any client data', async () => {
    const names = [HOSTILE, '__proto__', 'constructor', '\u001b[31m/1 \u009b/2', 'w'.repeat(100)];
    const traffic = summariseTraffic(
      ...names.flatMap((client) =>
        times(20, { client, apiVersion: '1' as const, fault: client.slice(0, 30) }),
      ),
    );
    const lines = (await renderTrafficText(traffic)).split('\n');
    expect(lines.filter((line) => DANGEROUS.test(line))).toEqual([]);
    expect(lines.filter((line) => line.length > 100)).toEqual([]);
    expect(lines).toContain(
      '  constructor                   imds              20        0          20       20        0       20',
    );
    expect(formatTrafficJson(traffic)).not.toMatch(DANGEROUS);
    const { clients, faults } = JSON.parse(formatTrafficJson(traffic));
    expect(clients).toHaveLength(5);
    expect(faults).toContainEqual({ kind: '__proto__', count: 20 });
  });

  test('the traffic summary separates counts of eight digits', async () => {
    const { totals, clients, v1Clients } = summariseTraffic({});
    const many = 87_654_321;
    const busy = { requests: many, tokens: many, credentials: many, credentialsV1: many, failed: many };
    const text = await renderTrafficText({
      totals,
      clients: clients.map((each) => ({ ...each, ...busy, faulted: many })),
      v1Clients,
    });
    expect(text).toContain('imds        87654321 87654321    87654321 87654321 87654321 87654321\n');
  });

  test('the traffic summary shows clients above the limit in one row', async () => {
    const traffic = summariseTraffic(
      ...Array.from({ length: 600 }, (_, index) => ({ client: `client/${index}` })),
    );
    const text = await renderTrafficText(traffic);
    expect(text).toMatch(/^600 requests from more than 500 clients; /);
    expect(text).toContain('\n  other clients                 imds             100 ');
    expect(JSON.parse(formatTrafficJson(traffic))).toMatchObject({ client_count: 500, more_clients: true });
    expect(JSON.parse(formatTrafficJson(traffic)).clients[0]).toMatchObject({
      client: null,
      address: null,
      others: true,
      request_count: 100,
    });
  });

  test('the traffic summary as JSON has all counts', () => {
    const traffic = summariseTraffic(
      { apiVersion: '1' },
      { status: null, fault: 'reset', accessKeyId: null },
    );
    const counts = {
      request_count: 2,
      token_request_count: 0,
      credentials_count: 1,
      credentials_v1_count: 1,
      credentials_v2_count: 0,
      metadata_v1_count: 0,
      metadata_v2_count: 0,
      failed_count: 1,
      fault_count: 1,
      credential_set_count: 1,
      responses: [
        { status: 200, count: 1 },
        { status: null, count: 1 },
      ],
      faults: [{ kind: 'reset', count: 1 }],
      first_at: '2026-11-22T10:00:00Z',
      last_at: '2026-11-22T10:00:00Z',
    };
    const client = { client: 'curl/7.88.1', address: '127.0.0.1', others: false };
    const text = formatTrafficJson(traffic);
    expect(text).not.toContain(KEY);
    expect(JSON.parse(text)).toEqual({
      schema_version: 1,
      event: 'report',
      client_count: 1,
      more_clients: false,
      ...counts,
      clients: [{ ...client, shape: 'imds', ...counts }],
      imds_v1_clients: [
        {
          ...client,
          response_count: 1,
          first_at: '2026-11-22T10:00:00Z',
          last_at: '2026-11-22T10:00:00Z',
          uses_v2: false,
        },
      ],
    });
  });
});
