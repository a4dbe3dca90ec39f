import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { runProgram, runShell, startProgram } from '../../support/cli/built-program.ts';
import {
  documentFixture,
  grantToken,
  metadataService,
  ROLES,
  roleDocument,
} from '../../support/cli/metadata-script.ts';
import { mayBeSkipped, noNetworkNamespace, OWN_NETWORK } from '../../support/cli/namespaces.ts';
import { linesWritten } from '../../support/cli/program-run.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { succeed } from '../../support/cli/succeed.ts';
import { readFolder, temporaryFolder } from '../../support/cli/temporary-folder.ts';
import {
  type Handler,
  type ScriptedEndpoint,
  type Step,
  startEndpoint,
} from '../../support/sources/scripted-endpoint.ts';
import { ciTest, sampleCases } from '../../support/thorough.ts';

type Env = Record<string, string | undefined>;

const createEndpointEnv = ({ url }: ScriptedEndpoint): Env => ({ AWS_EC2_METADATA_SERVICE_ENDPOINT: url });

async function exported(db: string): Promise<Record<string, unknown>[]> {
  const lines = await succeed(['export', '--db', db]);
  return lines
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** Runs one poll with a new database. Returns the run and the stored data. */
async function poll(env: Env, ...args: string[]) {
  const db = join(temporaryFolder(), 'samples.db');
  const run = await runCommand(['poll', ...args], { env: { CRED_WATCH_DB: db, ...env } });
  return { run, records: await exported(db) };
}

const AT = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ`;
const EXPIRED = String.raw`EXPIRED \d+d[ \dhms]* ago`;

test('one poll of IMDSv2 writes one line and stores one sample', async () => {
  const body = documentFixture('imds-role-document.json');
  const endpoint = await startEndpoint(metadataService({ [`GET ${ROLES}loader`]: { body } }));
  const { run, records } = await poll(createEndpointEnv(endpoint));
  expect(run).toMatchObject({ code: 0, stderr: '' });
  expect(run.stdout).toMatch(
    new RegExp(
      `^${AT}  i-0abc · imds v2 · loader  ASIA…LE01  ${EXPIRED}  expires 2024-10-23 13:07:43Z  issued 2024-10-23 06:38:05Z\n$`,
    ),
  );
  expect(records).toEqual([
    {
      schema_version: 1,
      record: 'sample',
      host: 'i-0abc',
      source: 'imds',
      api_version: '2',
      role: 'loader',
      observed_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      clock_offset_seconds: expect.any(Number),
      access_key_id: 'ASIAEXAMPLEEXAMPLE01',
      last_updated: '2024-10-23T06:38:05Z',
      expiration: '2024-10-23T13:07:43Z',
      zoneless: false,
      ordinal: 0,
    },
  ]);
  expect(endpoint.seen()).toEqual([
    'PUT /latest/api/token',
    `GET ${ROLES}`,
    `GET ${ROLES}loader`,
    'GET /latest/meta-data/instance-id',
  ]);
});

test('a poll prints the remaining validity', async () => {
  const endpoint = await startEndpoint(metadataService());
  const { run } = await poll(createEndpointEnv(endpoint));
  expect(run.stdout).toMatch(/ {2}ASIA…0001 {2}5h (49|50)m(?: \d\ds)? left {2}expires /);
});

test('a poll prints times in the zone of --timezone', async () => {
  const endpoint = await startEndpoint(metadataService());
  const { run } = await poll(createEndpointEnv(endpoint), '--timezone', '+05:30');
  expect(run.stdout).toMatch(/^\S+ \S+\+05:30 .* {2}expires \S+ \S+\+05:30 .*\+05:30\n$/);
});

test('a poll falls back to IMDSv1 with a note if the token request gets a 404', async () => {
  const body = documentFixture('imds-role-document.json');
  const script = metadataService({
    'PUT /latest/api/token': { status: 404 },
    [`GET ${ROLES}loader`]: { body },
  });
  const { run, records } = await poll(createEndpointEnv(await startEndpoint(script)));
  expect(run).toMatchObject({
    code: 0,
    stderr: 'note: could not get an IMDSv2 token; fell back to IMDSv1\n',
    stdout: expect.stringMatching(/^\S+ \S+ {2}i-0abc · imds v1 · loader {2}ASIA…LE01 {2}.*\n$/),
  });
  expect(records).toMatchObject([
    { api_version: '1', role: 'loader', access_key_id: 'ASIAEXAMPLEEXAMPLE01' },
  ]);
});

test('one poll of ECS stores the role of its document and the id of its task', async () => {
  const endpoint = await startEndpoint({
    'GET /v2/credentials/some-guid': { body: documentFixture('ecs-document.json') },
    'GET /v4/meta/task': {
      body: JSON.stringify({ TaskARN: 'arn:aws:ecs:eu-west-1:123456789012:task/cluster/0a1b2c3d' }),
    },
  });
  const { run, records } = await poll({
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${endpoint.url}/v2/credentials/some-guid`,
    ECS_CONTAINER_METADATA_URI_V4: `${endpoint.url}/v4/meta`,
  });
  expect(run).toMatchObject({ code: 0, stderr: '' });
  expect(run.stdout).toMatch(
    new RegExp(
      `^${AT}  0a1b2c3d · container · task-role  account 123456789012  ASIA…LE03  ${EXPIRED}  expires 2019-08-29 16:21:26Z\n$`,
    ),
  );
  expect(records).toMatchObject([
    {
      host: '0a1b2c3d',
      source: 'container',
      api_version: '',
      role: 'task-role',
      access_key_id: 'ASIAEXAMPLEEXAMPLE03',
      last_updated: null,
      expiration: '2019-08-29T16:21:26Z',
    },
  ]);
});

/** Returns the document only to requests with this token. */
const requireToken =
  (token: string, body: string): Handler =>
  ({ headers }) =>
    headers.authorization === token ? { body } : { status: 401 };

test('one poll of EKS Pod Identity sends the content of the token file', async () => {
  const tokenFile = join(temporaryFolder(), 'eks-pod-identity-token');
  writeFileSync(tokenFile, 'pod-identity-token');
  const endpoint = await startEndpoint(
    requireToken('pod-identity-token', documentFixture('ecs-document.json')),
  );
  const { run, records } = await poll(
    {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${endpoint.url}/v1/credentials`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: tokenFile,
    },
    ...['--host', 'pod-1'],
  );
  expect(run).toMatchObject({ code: 0, stderr: '' });
  expect(run.stdout).toMatch(/^\S+ \S+ {2}pod-1 · container · task-role {2}.*\n$/);
  expect(records).toMatchObject([
    { host: 'pod-1', source: 'container', access_key_id: 'ASIAEXAMPLEEXAMPLE03' },
  ]);
});

test('one poll of CloudShell sends the token of the environment', async () => {
  const endpoint = await startEndpoint(
    requireToken('shell-token', documentFixture('cloudshell-document.json')),
  );
  const { run, records } = await poll({
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${endpoint.url}/latest/meta-data/container/security-credentials`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: 'shell-token',
    CRED_WATCH_HOST: 'cloudshell',
  });
  expect(run).toMatchObject({ code: 0, stderr: '' });
  expect(run.stdout).toMatch(
    new RegExp(`^${AT}  cloudshell · container  ASIA…LE02  ${EXPIRED}  expires 2024-10-23 12:30:35Z\n$`),
  );
  expect(records).toMatchObject([{ host: 'cloudshell', role: '', access_key_id: 'ASIAEXAMPLEEXAMPLE02' }]);
});

test('a poll in JSON prints one line with the same values, in UTC', async () => {
  const body = documentFixture('imds-role-document.json');
  const endpoint = await startEndpoint(metadataService({ [`GET ${ROLES}loader`]: { body } }));
  const { run } = await poll(createEndpointEnv(endpoint), '-f', 'json', '--timezone', '+05:30');
  expect(run.stdout).toMatch(/^[^\n]+\n$/);
  expect(JSON.parse(run.stdout)).toEqual({
    schema_version: 1,
    observed_at: expect.stringMatching(/Z$/),
    host: 'i-0abc',
    source: 'imds',
    api_version: '2',
    role: 'loader',
    account_id: null,
    access_key_id: 'ASIA…LE01',
    last_updated: '2024-10-23T06:38:05Z',
    expiration: '2024-10-23T13:07:43Z',
    remaining_seconds: expect.any(Number),
    clock_offset_seconds: expect.any(Number),
    failure: null,
    notes: [],
  });
});

const document = (step: Step) => metadataService({ [`GET ${ROLES}loader`]: step });
const changed = (changes: object) => ({
  body: JSON.stringify({ ...JSON.parse(roleDocument()), ...changes }),
});
const token = (step: Step) => metadataService({ 'PUT /latest/api/token': step });

interface Failure {
  reason: string;
  script: Handler | ReturnType<typeof metadataService>;
  env?: Env;
  isContainer?: boolean;
}

/** Failures of endpoints. Failures without an endpoint are in bad-input.test.ts. */
const FAILURES: Failure[] = [
  { reason: 'v1-disabled', script: token({ status: 404 }), env: { AWS_EC2_METADATA_V1_DISABLED: 'true' } },
  { reason: 'imds-blocked', script: document({ status: 403 }) },
  { reason: 'no-role', script: metadataService({ [`GET ${ROLES}`]: { status: 404 } }) },
  { reason: 'not-imds', script: token({ body: '<html>please log in</html>' }) },
  { reason: 'not-found', script: document({ status: 404 }) },
  { reason: 'token-empty', script: token(grantToken('')) },
  { reason: 'error-document', script: document(changed({ Code: 'AssumeRoleUnauthorizedAccess' })) },
  { reason: 'malformed', script: document({ body: '{"Code":"Succ' }) },
  { reason: 'unknown-expiry', script: document(changed({ Expiration: 'soon' })) },
  { reason: 'throttled', script: document({ status: 503 }) },
  { reason: 'server-error', script: document({ status: 500 }) },
  { reason: 'bad-request', script: document({ status: 400 }) },
  { reason: 'redirect', script: document({ status: 302, headers: { Location: 'http://192.0.2.1/' } }) },
  { reason: 'unexpected-status', script: document({ status: 418 }) },
  { reason: 'response-too-large', script: document({ body: ' '.repeat(65_537) }) },
  { reason: 'unreachable', script: document('reset') },
  { reason: 'timeout', script: document('silence') },
  {
    reason: 'no-association',
    script: () => ({ status: 404, body: '(ResourceNotFoundException): none' }),
    isContainer: true,
  },
  {
    reason: 'auth-token-expired',
    script: () => ({ status: 400, body: 'ExpiredTokenException: Token is expired' }),
    isContainer: true,
  },
];

test.for(sampleCases(FAILURES, 4))(
  'a poll that fails with $reason prints a hint and is recorded',
  async (failure) => {
    const { reason, script, env, isContainer } = failure;
    const endpoint = await startEndpoint(script);
    const db = join(temporaryFolder(), 'samples.db');
    const location = isContainer
      ? { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${endpoint.url}/creds` }
      : createEndpointEnv(endpoint);
    const timeout = reason === 'timeout' ? { AWS_METADATA_SERVICE_TIMEOUT: '0.2' } : {};
    const run = await runCommand(['poll', '--db', db], {
      env: { ...timeout, ...location, ...env },
    });
    expect(run.stderr).toMatch(new RegExp(`^(note: .+\n)*error: ${reason}: .+\nhint: .+\n$`));
    expect(run).toMatchObject({ code: 1, stdout: '' });
    const database = new Database(db, { readonly: true });
    const source = isContainer ? 'container' : 'imds';
    expect(database.prepare('SELECT source, reason FROM failed_polls').all()).toEqual([{ source, reason }]);
    database.close();
  },
);

ciTest('a container endpoint that is starting is a failure only after two minutes', async () => {
  const starting = { status: 503, body: '{"code":"CredentialsUninitialized"}' };
  const { AccessKeyId, SecretAccessKey, Token, Expiration } = JSON.parse(changed({}).body);
  const credentials = { body: JSON.stringify({ AccessKeyId, SecretAccessKey, Token, Expiration }) };
  let step: Step = starting;
  const endpoint = await startEndpoint(() => step);
  const db = join(temporaryFolder(), 'samples.db');
  const env = { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${endpoint.url}/creds` };
  const pollAgain = () => runCommand(['poll', '--db', db], { env });
  const isProblem = async () =>
    /polls? of this source failed/.test((await runCommand(['report', '--db', db], { env })).stdout);
  const passMinutes = (minutes: number) => {
    const database = new Database(db);
    database.prepare('UPDATE endpoint_starts SET started_at = started_at - ?').run(minutes * 60_000);
    database.prepare('UPDATE series SET last_polled_at = last_polled_at - ?').run(minutes * 60_000);
    database.close();
  };

  const first = await pollAgain();
  expect(first).toMatchObject({ code: 0, stdout: '' });
  expect(first.stderr).toMatch(
    /^note: starting: .+\nhint: this counts as a failed poll after two minutes\n$/,
  );
  expect((await pollAgain()).code).toBe(0);
  step = credentials;
  expect((await pollAgain()).code).toBe(0);
  expect(await isProblem()).toBe(false);

  passMinutes(3);
  step = starting;
  expect((await pollAgain()).code).toBe(0);
  passMinutes(1);
  expect((await pollAgain()).code).toBe(0);
  expect(await isProblem()).toBe(false);
  passMinutes(1);
  const late = await pollAgain();
  expect(late.code).toBe(1);
  expect(late.stderr).toMatch(/^error: starting: .+\nhint: .+\n$/);
  expect(await isProblem()).toBe(true);
});

test.each(['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', 'AWS_CONTAINER_CREDENTIALS_FULL_URI'])(
  'a poll of IMDS notes that %s is blank',
  async (name) => {
    const endpoint = await startEndpoint(metadataService());
    const { run } = await poll({ ...createEndpointEnv(endpoint), [name]: '' });
    expect(run.code).toBe(0);
    expect(run.stderr).toContain(
      `note: ${name} is set to an empty value; some SDKs use the empty value and fail`,
    );
  },
);

test.each(
  sampleCases(
    [
      ['without WebAssembly', (poll: string) => poll.replace('"$NODE"', '"$NODE" --jitless'), '--jitless'],
      [
        'without address space',
        (poll: string) => `ulimit -v 6000000; ${poll}`,
        '--disable-wasm-trap-handler',
      ],
    ],
    2,
  ),
)('a poll %s ends with exit code 2 and records nothing', async (_, change, hint) => {
  const endpoint = await startEndpoint(metadataService());
  const db = join(temporaryFolder(), 'samples.db');
  const env = { ...createEndpointEnv(endpoint), CRED_WATCH_DB: db };
  const run = await runShell(change('"$NODE" "$PROGRAM" poll'), { env });
  expect(run).toMatchObject({ code: 2, stdout: '' });
  expect(run.stderr).toMatch(/error: HTTP needs WebAssembly, which this process cannot use\nhint: .+\n$/);
  expect(run.stderr).toContain(hint);
  expect(await exported(db)).toEqual([]);
});

ciTest('a poll with too few file descriptors never counts as failed', async () => {
  const endpoint = await startEndpoint(metadataService());
  const db = join(temporaryFolder(), 'samples.db');
  const env = { ...createEndpointEnv(endpoint), CRED_WATCH_DB: db };
  for (const files of [21, 22, 23, 24]) {
    await runShell(`ulimit -n ${files}; "$NODE" "$PROGRAM" poll`, { env });
  }
  const records = await exported(db);
  expect(records.filter(({ record }) => record === 'failed_poll')).toEqual([]);
});

test('a failed poll in JSON also prints one line on stdout', async () => {
  const endpoint = await startEndpoint(document({ status: 403 }));
  const { run } = await poll(createEndpointEnv(endpoint), '--format', 'json');
  expect(run.code).toBe(1);
  expect(JSON.parse(run.stdout)).toMatchObject({
    access_key_id: null,
    failure: { reason: 'imds-blocked' },
  });
});

ciTest('a poll works with the environment of cron', async () => {
  const home = temporaryFolder();
  const endpoint = await startEndpoint(metadataService());
  const env: Env = {
    ...{ HOME: home, PATH: '/usr/bin:/bin', SHELL: '/bin/sh', LOGNAME: 'nobody' },
    ...createEndpointEnv(endpoint),
    AWS_METADATA_SERVICE_NUM_ATTEMPTS: undefined,
    AWS_METADATA_SERVICE_TIMEOUT: undefined,
    // The default of root is /var/lib, which a test must not change.
    XDG_STATE_HOME: process.getuid?.() === 0 ? join(home, '.local/state') : undefined,
  };
  const run = await runProgram(['poll'], { env, cwd: '/' });
  expect(run).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^[^\n]+\n$/) });
  const stored = readFolder(join(home, '.local/state'));
  expect(stored).toEqual({
    'cred-watch': '40700 ',
    'cred-watch/samples.db': expect.stringMatching(/^100600 /),
  });
});

const SERVER = `
  const { createServer } = require('node:http');
  const responses = JSON.parse(process.env.RESPONSES);
  createServer((request, response) => {
    const { status = 200, headers = {}, body = '' } = responses[request.method + ' ' + request.url] ?? { status: 404 };
    response.writeHead(status, headers).end(body);
  }).listen(80, '169.254.169.254', () => console.log('listening'));
`;

/** With HOME as the only variable, poll uses 169.254.169.254, and the database of root is in /var/lib. */
const IN_OWN_NETWORK = `
  set -e
  ip link set lo up
  ip addr add 169.254.169.254/32 dev lo
  mount --make-rprivate / && mount -t tmpfs none /var/lib
  mkfifo /var/lib/ready
  "$NODE" -e "$SERVER" > /var/lib/ready &
  read -r _ < /var/lib/ready
  env -i HOME=/root "$NODE" "$PROGRAM" poll < /dev/null
  stat -c '%a %n' /var/lib/cred-watch/*
`;

test.skipIf(noNetworkNamespace !== null && mayBeSkipped)(
  `a poll on an instance needs no settings${noNetworkNamespace === null ? '' : ` (skipped: ${noNetworkNamespace})`}`,
  async () => {
    expect(noNetworkNamespace).toBeNull();
    const env = { SERVER, RESPONSES: JSON.stringify(metadataService()) };
    const run = await runShell(IN_OWN_NETWORK, { prefix: [...OWN_NETWORK, '--mount'], env });
    expect(run.stderr).toBe('');
    expect(run.stdout).toMatch(
      new RegExp(
        `^${AT}  i-0abc, imds v2, loader  ASIA\\.{3}0001  .* left  .*\n600 /var/lib/cred-watch/samples.db\n$`,
      ),
    );
    expect(run.code).toBe(0);
  },
);

/** Counts concurrent requests. */
async function countingEndpoint() {
  const script = metadataService();
  const count = { now: 0, max: 0 };
  const endpoint = await startEndpoint(({ method, path }, response) => {
    count.now += 1;
    count.max = Math.max(count.max, count.now);
    const step = script[`${method} ${path}`] as { body: string; headers?: Record<string, string> };
    // Slow enough for a second poll to start meanwhile.
    void pause(50).then(() => {
      count.now -= 1;
      response.writeHead(200, step.headers).end(step.body);
    });
    return undefined;
  });
  return { endpoint, count };
}

/** Waits until the endpoint has received this many requests for the document. */
async function waitForDocuments({ seen }: ScriptedEndpoint, count: number): Promise<void> {
  while (seen().filter((request) => request === `GET ${ROLES}loader`).length < count) await pause(10);
}

const lines = (text: string) => text.split('\n').filter((line) => line !== '');

test.for(sampleCases(['SIGTERM', 'SIGINT'] as const, 2))(
  'poll --interval loses no sample when %s ends the program',
  async (signal) => {
    const { endpoint, count } = await countingEndpoint();
    const db = join(temporaryFolder(), 'samples.db');
    const env = { ...createEndpointEnv(endpoint), CRED_WATCH_DB: db };
    const program = startProgram(['poll', '--interval', '1s', '--format', 'json'], { env });
    await linesWritten(program, 2);
    program.child.kill(signal);
    const run = await program.done;
    expect(run).toMatchObject({ code: 0, signal: null, stderr: '' });
    const printed = lines(run.stdout).map((line) => JSON.parse(line).observed_at);
    expect(printed.length).toBeGreaterThanOrEqual(2);
    expect((await exported(db)).map(({ observed_at }) => observed_at)).toEqual(printed);
    expect(count.max).toBe(1);
  },
);

ciTest('poll --interval ends after --for', async () => {
  const { endpoint, count } = await countingEndpoint();
  const db = join(temporaryFolder(), 'samples.db');
  const env = { ...createEndpointEnv(endpoint), CRED_WATCH_DB: db };
  const run = await runProgram(['poll', '--interval', '1s', '--for', '2s'], { env });
  expect(run).toMatchObject({ code: 0, signal: null, stderr: '' });
  const printed = lines(run.stdout).length;
  expect(printed).toBeGreaterThanOrEqual(1);
  expect(printed).toBeLessThanOrEqual(3);
  expect(await exported(db)).toHaveLength(printed);
  expect(count.max).toBe(1);
});

test('poll --interval exits with 1 if every poll failed, and records each', async () => {
  const endpoint = await startEndpoint(document({ status: 403 }));
  const { run, records } = await poll(createEndpointEnv(endpoint), '--interval', '1s', '--for', '1s');
  expect(run).toMatchObject({ code: 1, stdout: '' });
  const errors = lines(run.stderr).filter((line) => line.startsWith('error: imds-blocked: '));
  expect(errors.length).toBeGreaterThanOrEqual(1);
  for (const error of errors) expect(error).toMatch(/; (next poll in [12]s|no further poll)$/);
  expect(records).toHaveLength(errors.length);
});

ciTest('a repeated note is printed once', async () => {
  const endpoint = await startEndpoint(metadataService({ 'PUT /latest/api/token': { status: 404 } }));
  const env = { ...createEndpointEnv(endpoint), CRED_WATCH_DB: join(temporaryFolder(), 'samples.db') };
  const program = startProgram(['poll', '--interval', '1s'], { env });
  await linesWritten(program, 2);
  program.child.kill('SIGTERM');
  const { stderr } = await program.done;
  expect(stderr).toBe('note: could not get an IMDSv2 token; fell back to IMDSv1\n');
});

ciTest('a poll of an endpoint that never responds ends at its timeout', async () => {
  const endpoint = await startEndpoint(() => 'silence');
  const { run, records } = await poll({
    ...createEndpointEnv(endpoint),
    AWS_METADATA_SERVICE_TIMEOUT: '0.2',
  });
  expect(run).toMatchObject({ code: 1, signal: null, stdout: '' });
  expect(run.stderr).toMatch(
    /^error: timeout: .*within 200 ms\)\nhint: try again in a moment, or wait for the next poll; for a slow IMDS, .*\n$/,
  );
  expect(records).toMatchObject([{ reason: 'timeout' }]);
});

ciTest('a running poll is finished and recorded after SIGTERM', async () => {
  let respond = () => {};
  const endpoint = await startEndpoint(({ method, path }, response) => {
    if (path !== `${ROLES}loader`) return metadataService()[`${method} ${path}`] as Step;
    respond = () => void response.end(roleDocument());
    return undefined;
  });
  const db = join(temporaryFolder(), 'samples.db');
  const program = startProgram(['poll', '--interval', '1m'], {
    env: { ...createEndpointEnv(endpoint), CRED_WATCH_DB: db },
  });
  await waitForDocuments(endpoint, 1);
  program.child.kill('SIGTERM');
  await pause(100);
  respond();
  const run = await program.done;
  expect(run).toMatchObject({ code: 0, signal: null, stdout: expect.stringMatching(/^[^\n]+\n$/) });
  expect(await exported(db)).toHaveLength(1);
});

test('an interval that is too short is rejected before any request', async () => {
  const folder = temporaryFolder();
  const env = {
    AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://192.0.2.1',
    CRED_WATCH_DB: join(folder, 'samples.db'),
  };
  expect(await runCommand(['poll', '--interval', '9s'], { env })).toMatchObject({ code: 2, stdout: '' });
  expect(readFolder(folder)).toEqual({});
});

ciTest('polls are recorded after the reader has closed the pipe', async () => {
  const endpoint = await startEndpoint(metadataService());
  const db = join(temporaryFolder(), 'samples.db');
  const env = { ...createEndpointEnv(endpoint), CRED_WATCH_DB: db };
  const program = startProgram(['poll', '--interval', '1s'], { env });
  await linesWritten(program, 1);
  program.child.stdout.destroy();
  await waitForDocuments(endpoint, 3);
  program.child.kill('SIGTERM');
  expect(await program.done).toMatchObject({ code: 0, signal: null, stderr: '' });
  expect((await exported(db)).length).toBeGreaterThanOrEqual(3);
});

ciTest('four concurrent polls are all recorded', async () => {
  const endpoint = await startEndpoint(metadataService());
  const db = join(temporaryFolder(), 'samples.db');
  const env = { ...createEndpointEnv(endpoint), CRED_WATCH_DB: db };
  const runs = await Promise.all([1, 2, 3, 4].map(() => runProgram(['poll'], { env })));
  expect(runs.map(({ code, stderr }) => [code, stderr])).toEqual(runs.map(() => [0, '']));
  expect(await exported(db)).toHaveLength(4);
});
