import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type LoopbackServer,
  type ServiceResponse,
  startLoopbackServer,
} from './support/aws/loopback-server.ts';
import { storeSsoToken } from './support/aws/portal.ts';
import type { ReceivedRequest } from './support/aws/request-signature.ts';
import { buildStsError } from './support/aws/sts.ts';
import { CANARIES } from './support/cli/canaries.ts';
import { findCanaries, makeHome } from './support/cli/canary-home.ts';
import { pathsIn, temporaryFolder } from './support/cli/temporary-folder.ts';
import { ciTest, sampleCases } from './support/thorough.ts';

const { secretKey, sessionToken, imdsToken, authorization, credentialsPath, word } = CANARIES;

const ARN = 'arn:aws:iam::111122223333:role/loader';
const EXTERNAL_ID = credentialsPath;
const START = 'https://corp.example/start';
const HOUR_MS = 3_600_000;

const BASE_KEYS = {
  AWS_ACCESS_KEY_ID: 'ASIATESTTESTTEST0002',
  AWS_SECRET_ACCESS_KEY: imdsToken,
  AWS_SESSION_TOKEN: word,
};

const CONFIG = `[profile role]
role_arn = ${ARN}
source_profile = base
external_id = ${EXTERNAL_ID}
[profile base]
aws_access_key_id = ASIATESTTESTTEST0002
aws_secret_access_key = ${imdsToken}
aws_session_token = ${word}
[profile sso]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Analyst
[sso-session corp]
sso_start_url = ${START}
sso_region = eu-west-1
`;

/** What each source sends to AWS, and the flags and variables that select it. */
const SOURCES: Record<string, { args: string[]; sent: readonly string[]; env?: Record<string, string> }> = {
  'web identity': { args: ['--source', 'web-identity'], sent: [authorization] },
  'role of a profile': {
    args: ['--source', 'role', '--profile', 'role'],
    sent: [word, EXTERNAL_ID],
  },
  'chosen role': {
    args: ['--source', 'role', '--role-arn', ARN, '--external-id', EXTERNAL_ID],
    sent: [word, EXTERNAL_ID],
    env: { ...BASE_KEYS, AWS_WEB_IDENTITY_TOKEN_FILE: '' },
  },
  'IAM Identity Center': { args: ['--source', 'sso', '--profile', 'sso'], sent: [authorization] },
  'GitHub Actions': { args: ['--source', 'github', '--role-arn', ARN], sent: [imdsToken, authorization] },
};

const escapeXml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

type Members = Readonly<Record<string, string | number | undefined>>;

/** A response of STS to a POST, and of the portal to a GET. */
function buildCredentials({ method, body }: ReceivedRequest, changes: Members = {}): string {
  const members: Members = {
    AccessKeyId: 'ASIATESTTESTTEST0001',
    SecretAccessKey: secretKey,
    SessionToken: sessionToken,
    Expiration: method === 'GET' ? Date.now() + HOUR_MS : new Date(Date.now() + HOUR_MS).toISOString(),
    ...changes,
  };
  const set = Object.entries(members).filter(([, value]) => value !== undefined);
  if (method === 'GET') {
    const named = set.map(([name, value]) => [`${name[0]?.toLowerCase()}${name.slice(1)}`, value]);
    return JSON.stringify({ roleCredentials: Object.fromEntries(named) });
  }
  const action = new URLSearchParams(body).get('Action');
  const elements = set.map(([name, value]) => `<${name}>${escapeXml(String(value))}</${name}>`).join('');
  return `<${action}Response><${action}Result><Credentials>${elements}</Credentials></${action}Result></${action}Response>`;
}

const buildError = (
  { method }: ReceivedRequest,
  code: string,
  message: string,
  status: number,
): ServiceResponse =>
  method === 'POST'
    ? buildStsError(code, message, status)
    : { status, headers: { 'x-amzn-ErrorType': `${code}Exception` }, body: JSON.stringify({ message }) };

/** The secrets in a request, and those that AWS knows. */
const listSecrets = ({ body, headers, url }: ReceivedRequest) => [
  ...new URLSearchParams(body).values(),
  ...new URL(url, 'http://unused').searchParams.values(),
  ...Object.values(headers).map(String),
  secretKey,
  sessionToken,
];

type Respond = (request: ReceivedRequest) => ServiceResponse;

const respondWith =
  (changes: Members, status = 200): Respond =>
  (request) => ({
    status,
    body: buildCredentials(request, changes),
  });

const quote =
  (code: string, write: (secret: string) => string, status = 400): Respond =>
  (request) =>
    buildError(
      request,
      code,
      listSecrets(request)
        .map((secret) => `no: '${write(secret)}'`)
        .join('; '),
      status,
    );

const RESPONSES: Record<string, Respond> = {
  'good credentials': respondWith({}),
  'expired credentials': respondWith({ Expiration: 0 }),
  'credentials without an expiration': respondWith({ Expiration: undefined }),
  'an expiration that is a secret': respondWith({ Expiration: sessionToken }),
  'a key id that is the secret': respondWith({ AccessKeyId: secretKey }),
  'a key id that is a word': respondWith({ AccessKeyId: word }),
  'a document without a key id': respondWith({ AccessKeyId: undefined }),
  'a document with status 500': respondWith({}, 500),
  'a document with status 403': respondWith({}, 403),
  'a truncated document': (request) => ({ status: 200, body: buildCredentials(request).slice(0, -90) }),
  'a document without markup': () => ({ status: 400, body: `${secretKey} ${sessionToken}` }),
  'a redirect to a secret': () => ({
    status: 302,
    headers: { Location: `http://127.0.0.1:1/${credentialsPath}` },
    body: '',
  }),
  'an error that quotes the request': quote('ValidationError', (secret) => secret),
  'a denial that quotes the request': quote('AccessDenied', (secret) => secret, 403),
  'an error that quotes the request in percent encoding': quote('ValidationError', encodeURIComponent),
  'an error that quotes the request in base64': quote('InvalidIdentityToken', (secret) =>
    Buffer.from(secret).toString('base64'),
  ),
  'an error that quotes half of each secret': quote('ExpiredToken', (secret) =>
    secret.slice(0, Math.ceil(secret.length / 2) + 1),
  ),
  'an error whose code is a secret': (request) => buildError(request, word, 'no', 400),
  'a validation error whose code is a secret': (request) =>
    buildError(request, `Validation${word}`, 'DurationSeconds', 400),
};

const COMMANDS = [
  ['poll'],
  ['poll', '--debug', '-f', 'json'],
  ['init', '--debug', '--schedule', 'process'],
  ['check', '-j', '10m', '--debug'],
  ['check', '-j', '10m', '-f', 'json'],
  // A longer job than the credentials allow, because `env` prints the credentials for a safe start.
  ['env', '-j', '5h', '-f', 'env', '--debug'],
  ['env', '-j', '5h', '-f', 'json'],
];

/** The provider of the SDKs that is the source. GitHub Actions is none. */
const VERIFIED: Record<string, { args: string[]; env?: Record<string, string> }> = {
  'web identity': { args: [] },
  'role of a profile': { args: ['--profile', 'role'], env: { AWS_WEB_IDENTITY_TOKEN_FILE: '' } },
  'chosen role': { args: [] },
  'IAM Identity Center': { args: ['--profile', 'sso'], env: { AWS_WEB_IDENTITY_TOKEN_FILE: '' } },
};

describe.each(Object.entries(SOURCES))('no secret of the source %s is printed or stored', (name, source) => {
  const { home, run, runAlone } = makeHome(afterAll);
  let aws: LoopbackServer;
  let respond: Respond;
  let env: Record<string, string>;
  let secretHome: string;

  beforeAll(async () => {
    const answer: Respond = (request) =>
      request.url.startsWith('/runner')
        ? { status: 200, body: JSON.stringify({ value: authorization }) }
        : respond(request);
    aws = await startLoopbackServer(answer, Date.now, afterAll);
    secretHome = temporaryFolder(afterAll);
    mkdirSync(join(secretHome, '.aws'));
    writeFileSync(join(secretHome, '.aws/config'), CONFIG);
    writeFileSync(join(secretHome, 'token'), `${authorization}\n`);
    const token = { accessToken: authorization, refreshToken: imdsToken, clientSecret: secretKey };
    const expiresAt = new Date(Date.now() + HOUR_MS).toISOString();
    storeSsoToken(secretHome, 'corp', { ...token, startUrl: START, region: 'eu-west-1', expiresAt });
    env = {
      HOME: secretHome,
      AWS_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL_STS: aws.url,
      AWS_ENDPOINT_URL_SSO: aws.url,
      AWS_ROLE_ARN: ARN,
      AWS_WEB_IDENTITY_TOKEN_FILE: join(secretHome, 'token'),
      ACTIONS_ID_TOKEN_REQUEST_URL: `${aws.url}/runner?id=${credentialsPath}`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: imdsToken,
      ...source.env,
    };
  });

  // All sources share the parser of responses.
  test.for(sampleCases(Object.keys(RESPONSES), name === 'web identity' ? 10 : 20))(
    `no secret of the source ${name} is printed or stored with %s`,
    async (response) => {
      respond = RESPONSES[response]!;
      const before = aws.requests.length;
      const index = Object.keys(RESPONSES).indexOf(response);
      // `init` refuses an external id, because the id would be in the schedule. Then it sends nothing.
      const usable = COMMANDS.filter(([command]) => name !== 'chosen role' || command !== 'init');
      const commands = response === 'good credentials' ? usable : [usable[index % usable.length]!];
      const runs = [];
      for (const [command = '', ...args] of commands)
        runs.push(await run([command, ...source.args, ...args], env));
      // Make sure that the secrets were sent.
      const sent = JSON.stringify(aws.requests.slice(before).map((request) => listSecrets(request)));
      for (const secret of source.sent) expect(sent).toContain(JSON.stringify(secret).slice(1, -1));
      const verified = VERIFIED[name];
      if (verified !== undefined) {
        const format = index % 2 === 0 ? 'text' : 'json';
        const args = ['sources', '--verify', '--debug', '-f', format, ...verified.args];
        runs.push(await run(args, { ...env, ...verified.env }));
      }
      expect(findCanaries(home, runs)).toEqual([]);
      expect(pathsIn(secretHome).filter((path) => path.includes('cred-watch'))).toEqual([]);
    },
  );

  const testJob = name === 'web identity' ? test : ciTest;
  testJob(
    `no secret of the source ${name} is printed or stored by a job or a reader of the database`,
    async () => {
      respond = RESPONSES['good credentials']!;
      const child = ['--', process.execPath, '-p', 'process.env.AWS_SECRET_ACCESS_KEY'];
      const job = await runAlone(
        ['exec', '-j', '10m', '--job', 'load', '--debug', ...source.args, ...child],
        env,
      );
      expect(job).toMatchObject({ code: 0, stdout: `${secretKey}\n` });
      const runs = [{ ...job, stdout: '' }];
      for (const args of [
        ['export'],
        ['report', '--debug', '-j', '5h', '-f', 'json'],
        ['sources', '--debug'],
      ])
        runs.push(await run(args, env));
      expect(findCanaries(home, runs)).toEqual([]);
    },
  );
});

// Too short to be searched for in every byte of every file.
test.each(sampleCases(['zq', 'zq7w', 'zq7-wx'], 3))(
  'the short external id %s is not printed or stored',
  async (externalId) => {
    const { home, run } = makeHome();
    const aws = await startLoopbackServer((request) =>
      quote(
        'ValidationError',
        (secret) => secret,
      )({ ...request, headers: {}, body: `ExternalId=${externalId}` }),
    );
    const flags = ['--source', 'role', '--role-arn', ARN, '--external-id', externalId, '--debug'];
    const env = { ...BASE_KEYS, AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL_STS: aws.url };
    const runs = [];
    for (const args of [
      ['poll', ...flags],
      ['poll', '-f', 'json', ...flags],
      ['check', '-j', '1h', '-f', 'json', ...flags],
      ['env', '-j', '1h', ...flags],
      ['export'],
      ['report', '-f', 'json'],
    ])
      runs.push(await run(args, env));
    expect(aws.requests.map(({ body }) => new URLSearchParams(body).get('ExternalId'))).toContain(externalId);
    const outputs = runs.map(({ stdout, stderr }) => stdout + stderr);
    expect(outputs[0]).toContain('ValidationError: no: [redacted]');
    expect(outputs.filter((output) => output.includes(externalId))).toEqual([]);
    expect(findCanaries(home, runs)).toEqual([]);
  },
);

test('a usage error quotes no external id and no password', async () => {
  const { home, run } = makeHome();
  const runs = [
    await run(['poll', '--source', 'role', '--external-id', secretKey]),
    await run(['poll', '--source', 'role', '--sts-endpoint', `loader:${secretKey}@sts.example`]),
    await run(['poll', '--source', 'role', '--sts-endpoint', `https://loader:${word}@127.0.0.1:1`]),
  ];
  expect(runs.map(({ code }) => code)).toEqual([2, 2, 1]);
  expect(runs[0]?.stderr).toContain('--external-id is not an external id');
  expect(findCanaries(home, runs)).toEqual([]);
});
