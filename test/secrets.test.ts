import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, describe, expect, test } from 'vitest';
import { startProgram } from './support/cli/built-program.ts';
import { CANARIES, canariesIn } from './support/cli/canaries.ts';
import { findCanaries, makeHome } from './support/cli/canary-home.ts';
import { grantToken, metadataService, ROLES } from './support/cli/metadata-script.ts';
import { linesWritten } from './support/cli/program-run.ts';
import {
  curl,
  DOCUMENT,
  sessionToken as grantedToken,
  startSimulation,
  withToken,
} from './support/cli/running-simulation.ts';
import { pathsIn, temporaryFolder } from './support/cli/temporary-folder.ts';
import { type Handler, type Script, type Step, startEndpoint } from './support/sources/scripted-endpoint.ts';
import { ciTest, sampleCases } from './support/thorough.ts';

const { secretKey, sessionToken, imdsToken, authorization, credentialsPath, word } = CANARIES;

const document = (changes: object = {}) =>
  JSON.stringify({
    Code: 'Success',
    LastUpdated: '2026-11-22T00:00:00Z',
    Type: 'AWS-HMAC',
    AccessKeyId: 'ASIATESTTESTTEST0001',
    SecretAccessKey: secretKey,
    Token: sessionToken,
    Expiration: '2026-11-22T06:23:11Z',
    ...changes,
  });

const everything = `${secretKey} ${sessionToken} ${imdsToken} ${authorization} ${credentialsPath} ${word}`;

/** Pieces of this length are never equal by chance. */
const PIECE = 24;

/** The secrets with a piece in this text, plain or URL-encoded. */
function piecesIn(text: string, secrets: readonly string[]): string[] {
  const plain = text.replace(/%([\dA-Fa-f]{2})/g, (_, code) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
  return secrets.filter((secret) => {
    for (let from = 0; from + PIECE <= secret.length; from += 1) {
      const piece = secret.slice(from, from + PIECE);
      if (text.includes(piece) || plain.includes(piece)) return true;
    }
    return false;
  });
}

/** Every command that reads the database. */
const READERS = [
  ['status', '--debug', '-j', '5h', '-f', 'json'],
  ['status', '-j', '5h', '--exit-codes', 'nagios'],
  ['report', '-j', '5h'],
  ['report', '--debug', '-j', '5h', '-f', 'json'],
  ['export'],
  ['export', '--debug', '-f', 'csv'],
  ['key', '--debug', 'ASIATESTTESTTEST0001', '-f', 'json'],
];

/** Responses with a document: a valid one, and one for each reason to reject it. */
const RESPONSES: Record<string, Step> = {
  'a good document': { body: document() },
  'a document under other names': { body: document({ Token: undefined, SessionToken: sessionToken }) },
  'an expired document': { body: document({ Expiration: '2020-01-01T00:00:00Z' }) },
  'an error document that quotes secrets': {
    body: document({ Code: `Failed ${secretKey}`, Message: `${sessionToken} ${secretKey}` }),
  },
  'a document without a key id': { body: document({ AccessKeyId: undefined }) },
  'a document without an expiration': { body: document({ Expiration: undefined }) },
  'a document whose expiration is a secret': { body: document({ Expiration: sessionToken }) },
  'a document whose key id is the secret': { body: document({ AccessKeyId: secretKey }) },
  'a document whose key id is a secret without punctuation': { body: document({ AccessKeyId: word }) },
  'a document that was cut off': { body: document().slice(0, -20) },
  'a document in a list': { body: `[${document()}]` },
  'a document in a text': { body: JSON.stringify(document()) },
  'a document after other text': { body: `noise ${document()}` },
  'a document with status 500': { status: 500, body: document() },
  'a document with status 404': { status: 404, body: document() },
  'a document with status 403': { status: 403, body: document() },
  'half a document with status 400': { status: 400, body: document().slice(0, 200) },
  'a bad gateway whose message quotes a document': {
    status: 502,
    body: JSON.stringify({ code: 'BadGateway', message: `upstream failed: ${document()}` }),
  },
  'an error document whose message is a document': {
    body: JSON.stringify({ Code: 'Failed', Message: document() }),
  },
  'an error document whose message is an escaped document': {
    body: JSON.stringify({ Code: 'Failed', Message: JSON.stringify(document()) }),
  },
  'assignments with status 500': {
    status: 500,
    body: `AWS_SECRET_ACCESS_KEY=${secretKey}\nAWS_SESSION_TOKEN=${sessionToken}`,
  },
  'YAML with status 500': {
    status: 500,
    body: `error:\n  session_token: ${sessionToken}\n  secret: ${secretKey}`,
  },
  'a page whose title quotes a document': {
    status: 503,
    body: `<html><title>${document().replaceAll('"', '&quot;')}</title></html>`,
  },
  'a document in percent encoding': { status: 400, body: encodeURIComponent(document()) },
  'a document in base64': { status: 400, body: Buffer.from(document()).toString('base64') },
  'a document with a strange status': { status: 299, body: document() },
  'a redirect to a secret': { status: 302, headers: { Location: `http://127.0.0.1:1/${credentialsPath}` } },
  'a document that is too large': { body: document() + ' '.repeat(70_000) },
  'a document that is not UTF-8': { body: Buffer.concat([Buffer.from(document()), Buffer.from([0xff])]) },
};

const echo: Handler = ({ headers, path }) => ({
  status: 400,
  body: JSON.stringify({
    code: 'InvalidRequest',
    message: `no: ${headers['x-aws-ec2-metadata-token']} ${headers.authorization} ${path}`,
  }),
});
const echoInText: Handler = ({ headers, path }) => ({
  status: 401,
  body: `no: ${headers['x-aws-ec2-metadata-token']} ${headers.authorization} at ${path}`,
});

/** Quotes the secrets of the request in other forms. */
const ECHOES: [string, (secret: string) => string][] = [
  ['in percent encoding', encodeURIComponent],
  ['in base64', (secret) => Buffer.from(secret).toString('base64')],
  ['without the first characters', (secret) => secret.slice(7)],
  ['without the last characters', (secret) => secret.slice(0, -7)],
  ['in two lines', (secret) => `${secret.slice(0, 12)}\n${secret.slice(12)}`],
];
const createEcho =
  (write: (secret: string) => string): Handler =>
  ({ headers, path }) => ({
    status: 400,
    body: [headers['x-aws-ec2-metadata-token'], headers.authorization, path.slice(1)]
      .flatMap((secret) => (typeof secret === 'string' ? [`no: ${write(secret)}`] : []))
      .join('; '),
  });

/** IMDS with a secret token, and with this response to the request for the document. */
const createInstance = (response: Step): Script =>
  metadataService({ 'PUT /latest/api/token': grantToken(imdsToken), [`GET ${ROLES}loader`]: response });

const POLLS = [['poll'], ['poll', '--debug', '-f', 'json', '--extended-api']];

/** Commands that poll once. */
const POLLING_COMMANDS = [
  ...POLLS,
  ['init', '--debug', '--schedule', 'process'],
  ['init', '--debug', '--check', '-f', 'json'],
];

/** Polls all endpoints of one kind into one database, then reads the database with every command. */
describe('no secret of IMDS is printed or stored', () => {
  const { home, run, runAlone } = makeHome(afterAll);
  const poll = async (script: Handler | Script, way = run) => {
    const endpoint = await startEndpoint(script);
    const env = { AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint.url };
    const runs = await Promise.all(POLLING_COMMANDS.map((args) => way(args, env)));
    // Make sure that the canaries were present.
    expect(endpoint.requests.some(({ headers }) => headers['x-aws-ec2-metadata-token'] === imdsToken)).toBe(
      true,
    );
    expect(findCanaries(home, runs)).toEqual([]);
    return { endpoint, runs };
  };

  test.for(sampleCases(Object.keys(RESPONSES), 8))(
    'no secret of IMDS is printed or stored with %s',
    async (name) => {
      const { endpoint } = await poll(
        createInstance(RESPONSES[name]!),
        name === 'a good document' ? runAlone : run,
      );
      expect(endpoint.seen()).toContain(`GET ${ROLES}loader`);
    },
  );

  const quotes: [string, Handler, typeof run][] = [
    ['in JSON', echo, runAlone],
    ['in a text', echoInText, runAlone],
    ...ECHOES.map(([form, write]): [string, Handler, typeof run] => [form, createEcho(write), run]),
  ];
  test.for(sampleCases(quotes, 4))(
    'no secret of an IMDS response that quotes the request %s is printed or stored',
    async ([, quote, way]) => {
      const { runs } = await poll(
        (request, response) => (request.method === 'PUT' ? grantToken(imdsToken) : quote(request, response)),
        way,
      );
      expect(runs[0]?.stderr).toContain('[redacted]');
    },
  );

  test('no secret of IMDS is printed or stored by a command that reads the database', async () => {
    const runs = await Promise.all(READERS.map((args) => runAlone(args)));
    expect(runs.map(({ stdout }) => stdout)).not.toContain('');
    expect(findCanaries(home, runs)).toEqual([]);
    expect(pathsIn(home)).toContain('state/cred-watch/samples.db');
  });

  test('by a Parquet export', async () => {
    const { code } = await runAlone(['export', '-f', 'parquet', '-o', join(home, 'history')]);
    expect(code).toBe(0);
    expect(pathsIn(home).filter((path) => path.endsWith('.parquet')).length).toBeGreaterThan(0);
    expect(findCanaries(home, [])).toEqual([]);
  });
});

describe('no secret of a container endpoint is printed or stored', () => {
  const { home, run } = makeHome(afterAll);
  const cases: [string, Handler][] = [
    ...Object.entries(RESPONSES).map(([name, step]): [string, Handler] => [`with ${name}`, () => step]),
    ['that quotes the request in JSON', echo],
    ['that quotes the request in a text', echoInText],
    ...ECHOES.map(([form, write]): [string, Handler] => [
      `that quotes the request ${form}`,
      createEcho(write),
    ]),
  ];
  test.for(sampleCases(cases, 10))(
    'no secret of a container endpoint is printed or stored: %s',
    async ([name, handler]) => {
      const endpoint = await startEndpoint(handler);
      const env = {
        AWS_CONTAINER_CREDENTIALS_FULL_URI: `${endpoint.url}/${credentialsPath}?id=${credentialsPath}`,
        AWS_CONTAINER_AUTHORIZATION_TOKEN: authorization,
      };
      // Both sources share the parser of documents.
      const only = await run(POLLS[cases.findIndex(([each]) => each === name) % POLLS.length]!, env);
      expect(findCanaries(home, [only])).toEqual([]);
      expect(endpoint.requests[0]).toMatchObject({ headers: { authorization } });
    },
  );

  test('no secret of a container endpoint is printed or stored by a command that reads the database', async () => {
    const runs = await Promise.all(READERS.map((args) => run(args)));
    expect(runs.map(({ stdout }) => stdout)).not.toContain('');
    expect(findCanaries(home, runs)).toEqual([]);
  });
});

describe('no secret of the environment is printed or stored', () => {
  const full = 'AWS_CONTAINER_CREDENTIALS_FULL_URI';
  const environments: [string, Record<string, string>][] = [
    [
      'static keys',
      { AWS_ACCESS_KEY_ID: 'ASIASTATIC', AWS_SECRET_ACCESS_KEY: secretKey, AWS_SESSION_TOKEN: sessionToken },
    ],
    [
      'a password of the endpoint',
      { AWS_EC2_METADATA_SERVICE_ENDPOINT: `http://user:${credentialsPath}@127.0.0.1:1` },
    ],
    [
      'a query of the endpoint',
      { AWS_EC2_METADATA_SERVICE_ENDPOINT: `http://127.0.0.1:1/?${credentialsPath}` },
    ],
    ['a path on a host that is not allowed', { [full]: `http://192.0.2.1/${credentialsPath}` }],
    ['a path that is not a URL', { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: credentialsPath }],
    ['a path on a closed port', { [full]: `http://127.0.0.1:1/${credentialsPath}` }],
    [
      'a token with a line break',
      {
        [full]: `http://127.0.0.1:1/${credentialsPath}`,
        AWS_CONTAINER_AUTHORIZATION_TOKEN: `${authorization}\nx`,
      },
    ],
    [
      'the name of a token file',
      { [full]: 'http://127.0.0.1:1/', AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: `/${credentialsPath}` },
    ],
  ];
  test.for(sampleCases(environments, 3))(
    'no secret of the environment is printed or stored with %s',
    async ([, env]) => {
      const { home, run } = makeHome();
      const runs = await Promise.all(POLLING_COMMANDS.map((args) => run(args, env)));
      runs.push(...(await Promise.all(READERS.map((args) => run(args, env)))));
      expect(runs[0]!.code).toBe(1);
      expect(findCanaries(home, runs)).toEqual([]);
    },
  );

  test('no secret of the environment is printed or stored with an invalid token file', async () => {
    const { home, run } = makeHome();
    const file = join(temporaryFolder(), 'token');
    writeFileSync(file, `${authorization}\u0007\n`);
    const env = { [full]: 'http://127.0.0.1:1/', AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file };
    const runs = [await run(['poll'], env), await run(['poll', '--debug'], env), await run(['export'])];
    expect(runs[0]!.stderr).toContain('auth-token-invalid');
    expect(findCanaries(home, runs)).toEqual([]);
  });
});

describe('no secret of files, variables and processes is printed or stored', () => {
  const { home, run } = makeHome(afterAll);
  const keys = `aws_access_key_id = ASIATESTTESTTEST0001\naws_secret_access_key = ${secretKey}`;
  const profile = (lines: string) => `[default]\n${lines}\n[profile default]\n${lines}\n`;
  const variables = { AWS_ACCESS_KEY_ID: 'ASIATESTTESTTEST0001', AWS_SECRET_ACCESS_KEY: secretKey };
  const printed = JSON.stringify({ ...JSON.parse(document()), Version: 1, SessionToken: sessionToken });
  const print = (text: string) => `printf %s '${text.replaceAll("'", String.raw`'\''`)}'`;
  interface Row {
    args: string[];
    env?: Record<string, string>;
    file?: string;
    error?: string;
  }
  const ofProfile = (file: string, error = ''): Row => ({ args: ['--source', 'profile'], file, error });
  const ofProcess = (command: string, error = ''): Row => ({ args: ['--process', command], error });
  const ofEnvironment = (env: Record<string, string>, error = ''): Row => ({
    ...{ args: ['--source', 'environment'], env, error },
  });
  const rows: [string, Row][] = [
    [
      'a profile',
      ofProfile(profile(`${keys}\naws_session_token = ${sessionToken}\nexpiration = 2027-01-01T00:00:00Z`)),
    ],
    [
      'keys without an expiration',
      ofProfile(profile(`${keys}\naws_session_token = ${sessionToken}`), 'unknown-expiry'),
    ],
    [
      'an expiration that is a secret',
      ofProfile(
        profile(`${keys}\naws_session_token = ${sessionToken}\nexpiration = ${sessionToken}`),
        'unknown-expiry',
      ),
    ],
    [
      'the key of a session without its token',
      ofProfile(profile(`${keys}\nexpiration = ${sessionToken}`), 'invalid-configuration'),
    ],
    [
      'keys with exchanged values',
      ofProfile(
        profile(`aws_access_key_id = ${secretKey}\naws_secret_access_key = x`),
        'invalid-configuration',
      ),
    ],
    ['a secret key of two words', ofProfile(profile(`${keys} ${sessionToken}`), 'invalid-configuration')],
    [
      'a secret key without a key id',
      ofProfile(profile(`aws_secret_access_key = ${secretKey}`), 'invalid-configuration'),
    ],
    ['a file of another kind', ofProfile(everything, 'not-configured')],
    [
      'a process of a profile',
      ofProfile(profile(`credential_process = A=${word} false ${authorization}`), 'process-failed'),
    ],
    [
      'settings of IMDS that are secrets',
      {
        args: [],
        file: profile(`ec2_instance_profile_name = ${credentialsPath}/${word}`),
        error: 'invalid-configuration',
      },
    ],
    [
      'files with secret names',
      {
        args: ['--source', 'profile'],
        env: { AWS_CONFIG_FILE: `/${credentialsPath}`, AWS_SHARED_CREDENTIALS_FILE: home },
        error: 'invalid-configuration',
      },
    ],
    ['the output of a process', ofProcess(print(printed))],
    [
      'process output with another version',
      ofProcess(print(printed.replace('"Version":1', '"Version":2')), 'malformed'),
    ],
    ['process output that is not a document', ofProcess(print(everything), 'malformed')],
    ['too much process output', ofProcess(`yes ${word}`, 'response-too-large')],
    ['stderr of a process', ofProcess(`echo '${secretKey}' '${word}' >&2; exit 1`, 'process-failed')],
    ['a command with secrets', ofProcess(`TOKEN=${word} '${authorization}'`, 'process-failed')],
    [
      'variables',
      ofEnvironment({
        ...variables,
        AWS_SESSION_TOKEN: sessionToken,
        AWS_SECURITY_TOKEN: word,
        AWS_CREDENTIAL_EXPIRATION: '2027-01-01T00:00:00Z',
      }),
    ],
    [
      'a variable that is not a time',
      ofEnvironment(
        { ...variables, AWS_SESSION_TOKEN: sessionToken, AWSUME_EXPIRATION: sessionToken },
        'unknown-expiry',
      ),
    ],
    [
      'a variable with a line break',
      ofEnvironment({ ...variables, AWS_SESSION_TOKEN: `${sessionToken}\n` }, 'invalid-configuration'),
    ],
    [
      'a secret without punctuation as key id',
      ofEnvironment({ ...variables, AWS_ACCESS_KEY_ID: word }, 'long-lived'),
    ],
    [
      'variables with exchanged values',
      ofEnvironment({ ...variables, AWS_ACCESS_KEY_ID: secretKey }, 'invalid-configuration'),
    ],
  ];

  test.for(
    sampleCases(
      rows.map(([name, row], index) => ({ name, row, index })),
      6,
    ),
  )(
    'no secret of files, variables and processes is printed or stored with $name',
    async ({ row: { args, env, file, error }, index }) => {
      const files = temporaryFolder();
      for (const name of ['config', 'credentials']) writeFileSync(join(files, name), file ?? '');
      const named = {
        AWS_CONFIG_FILE: join(files, 'config'),
        AWS_SHARED_CREDENTIALS_FILE: join(files, 'credentials'),
        ...env,
      };
      const [command, ...more] = POLLS[index % POLLS.length]!;
      const only = await run([command!, ...more, ...args], named);
      expect(only.code).toBe(error ? 1 : 0);
      expect(only.stderr).toContain(error ?? '');
      expect(findCanaries(home, [only])).toEqual([]);
    },
  );

  test('no secret of files, variables and processes is printed or stored by a command that reads the database', async () => {
    const runs = await Promise.all(READERS.map((args) => run(args)));
    expect(runs.map(({ stdout }) => stdout)).not.toContain('');
    expect(findCanaries(home, runs)).toEqual([]);
  });
});

describe('no secret of an imported file is printed or stored', () => {
  const { home, run } = makeHome(afterAll);
  const at = '[2015/11/18 00:00:01]';
  const good = `${at} "LastUpdated" : "2015-11-17T23:48:25Z",\n${at} "Expiration" : "2015-11-18T06:09:50Z"\n`;
  const members = [`"SecretAccessKey" : "${secretKey}",`, `"Token" : "${sessionToken}",`];
  const files: [string, string][] = [
    ['a log of whole documents', `${members.map((member) => `${at} ${member}\n`).join('')}${good}`],
    ['a log of PowerShell', `${at} SecretAccessKey: ${secretKey}\n${at} Token: ${sessionToken}\n${good}`],
    [
      'a log without line breaks',
      `${members.map((member) => `${at} ${member}`).join(' ')} ${good.replaceAll('\n', ' ')}`,
    ],
    [
      'a log with malformed lines',
      [
        good,
        ...members.map((member) => `${at} ${member} ${member}`),
        ...members.map((member) => `[2015/13/45 99:00:01] ${member}`),
        ...members,
        ...members.map((member) => `${at} ${member.slice(0, -2)}`),
        `${at} "LastUpdated" : "${sessionToken}",`,
        `${at} "Expiration" : "${sessionToken}"`,
        `${at} "AccessKeyId" : "${secretKey}"`,
        ...[secretKey, word].map((member) => `${at} "${member}" : "x"`),
        everything,
        good,
      ].join('\n'),
    ],
    ['a log with a secret as key id', `${at} "AccessKeyId" : "${word}",\n${good}`],
    ['a document', JSON.stringify(JSON.parse(document()), null, 2)],
    ['a document in one line', document()],
    ['documents that are cut off', `${document().slice(0, 200)}\n${document().slice(0, 180)}`],
    [
      'an export to which secrets were added',
      JSON.stringify({
        ...{ schema_version: 1, record: 'sample', host: 'h', source: 'imds', api_version: '2', role: 'r' },
        ...{
          observed_at: '2026-01-01T00:00:00Z',
          access_key_id: 'ASIA1',
          expiration: '2026-01-01T06:00:00Z',
        },
        ...{ secret_access_key: secretKey, token: sessionToken, last_updated: null },
      }),
    ],
    [
      'an export with secrets in place of values',
      `{"schema_version":"${secretKey}"}\n{"schema_version":1,"host":"h","source":"${sessionToken}"}`,
    ],
    [
      'a CSV with secrets',
      `schema_version,record,host,source,token\n1,sample,h,imds,"${sessionToken}"\n1,"${sessionToken}\n`,
    ],
    ['a file of unknown kind', everything],
  ];
  test.for(sampleCases(files, 6))(
    'no secret of an imported file is printed or stored with %s',
    async ([, content]) => {
      const imports = [['--debug', '--strict'], []].map((more) => ['import', '-', '--host', 'h', ...more]);
      const runs = await Promise.all(imports.map((args) => run(args, {}, content)));
      expect(findCanaries(home, runs)).toEqual([]);
    },
  );

  test('no secret of an imported file is printed or stored by a command that reads the database', async () => {
    const runs = await Promise.all(READERS.map((args) => run(args)));
    expect(runs.map(({ stdout }) => stdout)).not.toContain('');
    expect(findCanaries(home, runs)).toEqual([]);
  });
});

describe('no secret remains', () => {
  ciTest('no secret remains after a crash during a poll', async () => {
    const endpoint = await startEndpoint(createInstance({ body: document() }));
    const { home, runAlone } = makeHome();
    // An unexpected error happens right after the sample was stored.
    const preload = join(temporaryFolder(), 'crash.cjs');
    writeFileSync(preload, "Date.prototype.toISOString = () => { throw new TypeError('crashed') };");
    const env = { AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint.url, NODE_OPTIONS: `--require=${preload}` };
    const runs = [await runAlone(['poll'], env), await runAlone(['poll', '--debug', '-f', 'json'], env)];
    expect(runs[0]).toMatchObject({
      code: 2,
      stdout: '',
      stderr: 'error: unexpected TypeError: crashed\nhint: run again with --debug and report the output\n',
    });
    expect(runs[1]!.stderr).toMatch(/^error: unexpected TypeError: crashed\n( +at .*\n)+$/);
    expect(findCanaries(home, runs)).toEqual([]);
  });

  test('no secret remains after a poller was killed', async () => {
    const endpoint = await startEndpoint(createInstance({ body: document() }));
    const { home, env } = makeHome();
    const more = { AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint.url };
    const program = startProgram(['poll', '--interval', '1s'], { env: { ...env, ...more }, cwd: home });
    await linesWritten(program, 2);
    program.child.kill('SIGKILL');
    const run = await program.done;
    expect(run.signal).toBe('SIGKILL');
    expect(statSync(join(home, 'state/cred-watch/samples.db-wal')).size).toBeGreaterThan(0);
    expect(findCanaries(home, [run])).toEqual([]);
  });
});

describe('no secret of a simulator is printed or stored', () => {
  /** Secrets that only the client that received them may have. */
  const findServedSecrets = (documents: readonly { body: string }[]) =>
    documents.flatMap(({ body }) => {
      const { SecretAccessKey, Token } = JSON.parse(body);
      return [SecretAccessKey, Token] as string[];
    });

  const outputs = [
    ['text', []],
    ['json', ['--debug']],
    ['text', ['--debug', '--variant', 'bad-token=ignored']],
  ] as const;
  test.for(sampleCases(outputs, 6))(
    'no secret of a simulator is printed or stored as %s, with %j',
    async ([format, flags]) => {
      const { home, env } = makeHome();
      const args = ['-f', format, '--shape', 'imds,ecs,eks,cloudshell', '--seed', 'seed', ...flags];
      const faults = [
        'error,path=/latest/meta-data/iam/broken*',
        '503,path=/broken/*',
        'reset,path=/reset/*',
      ];
      const { environments, started, stop } = await startSimulation(
        [...args, ...faults.flatMap((fault) => ['--fault', fault])],
        { env, cwd: home },
        startProgram,
      );
      const { imds, ecs, eks, cloudshell } = environments;
      const endpoint = imds!.AWS_EC2_METADATA_SERVICE_ENDPOINT!;
      const [taskUrl, podUrl, shellUrl] = [ecs, eks, cloudshell].map(
        (each) => each!.AWS_CONTAINER_CREDENTIALS_FULL_URI!,
      );
      const taskId = new URL(taskUrl!).pathname.split('/').at(-1)!;
      const podToken = readFileSync(eks!.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE!, 'utf8');
      const shellToken = cloudshell!.AWS_CONTAINER_AUTHORIZATION_TOKEN!;
      const token = await grantedToken(imds!);
      const documents = [
        await curl(`${endpoint}${DOCUMENT}`, withToken(token)),
        await curl(`${endpoint}${DOCUMENT}`),
        await curl(taskUrl!),
        await curl(podUrl!, { Authorization: podToken }),
        await curl(shellUrl!, { Authorization: shellToken }),
      ];
      const { body: task } = await curl(`${endpoint}latest/meta-data/iam-ecs-0/security-credentials/`);
      documents.push(await curl(`${endpoint}latest/meta-data/iam-ecs-0/security-credentials/${task}`));
      // Make sure that the secrets were present and different.
      const secrets = [...findServedSecrets(documents.slice(0, 5)), token, podToken];
      expect(new Set(secrets).size).toBe(12);
      const ids = [taskId, taskId.replaceAll('-', ''), shellToken];

      // Clients send secrets of this and other simulators in wrong places.
      const strays = [...secrets, ...ids, imdsToken, authorization, credentialsPath, word];
      for (const stray of strays) {
        const header = {
          'User-Agent': 'CANARYagent/1.0',
          Cookie: `token=${stray}`,
          'X-Forwarded-For': stray,
        };
        for (const url of [endpoint, podUrl!, shellUrl!, taskUrl!]) {
          await curl(url, { ...header, Authorization: `Bearer ${stray}` });
          await curl(url, { 'User-Agent': 'CANARYagent/1.0', ...withToken(stray) });
        }
        await curl(`${endpoint}${DOCUMENT}?token=${encodeURIComponent(stray)}&${stray}`, withToken(stray));
        await curl(`${endpoint}latest/api/token`, { 'X-aws-ec2-metadata-token-ttl-seconds': stray }, 'PUT');
        await curl(`${endpoint}v2/credentials/${encodeURIComponent(stray)}`);
        await curl(`${endpoint}v1/credentials?id=${encodeURIComponent(stray)}`);
        await curl(endpoint, { Host: stray.replace(/[^\w-]/g, '').slice(0, 60) });
      }
      // Paths also contain unencoded secrets, with slashes.
      for (const stray of [...secrets, ...ids, credentialsPath, word]) {
        for (const folder of [
          '',
          'latest/',
          'latest/meta-data/',
          'v2/credentials/',
          'v2//credentials//',
          'broken/',
        ]) {
          await curl(`${endpoint}${folder}${stray}`);
          await curl(`${endpoint}${folder}${encodeURIComponent(stray)}`, {}, 'PUT');
        }
        await expect(curl(`${endpoint}reset/${stray}`)).rejects.toThrow();
      }

      const run = await stop();
      expect(run.code).toBe(0);
      const rest = run.stdout.slice(started.length) + run.stderr;
      expect(rest).toContain('CANARYagent/1.0');
      expect(rest.split('\n').length).toBeGreaterThan(strays.length);
      expect(findCanaries(home, [run])).toEqual([]);
      expect(piecesIn(started, secrets)).toEqual([]);
      expect(piecesIn(rest, [...secrets, ...ids])).toEqual([]);
      // Clients need these two, so the printed variables contain them.
      expect(piecesIn(started, [taskId, shellToken])).not.toEqual([]);
    },
  );

  test('no secret of a simulator is printed or stored with a file of another kind', async () => {
    const { home, run } = makeHome();
    const file = join(temporaryFolder(), 'secrets.json');
    const contents = [
      everything,
      `{"steps": ${everything}}`,
      document(),
      `{"meta-data": {"a": ${everything}}}`,
    ];
    const listen = ['simulate', '--debug', '--listen', '127.0.0.1:0'];
    for (const content of contents) {
      writeFileSync(file, content);
      const runs = [await run([...listen, '--scenario', file]), await run([...listen, '--tree', file])];
      expect(runs.map(({ code }) => code)).toEqual([2, 2]);
      expect(findCanaries(home, runs)).toEqual([]);
    }
  });
});

describe('the search for secrets', () => {
  const entries = Object.entries(CANARIES);
  const ENCODINGS: [string, (canary: string) => string | Buffer][] = [
    ['as it is', (canary) => `before ${canary} after`],
    ['in base64', (canary) => Buffer.from(canary).toString('base64')],
    ['in base64 with text around it', (canary) => Buffer.from(`{"a":"${canary}"}`).toString('base64')],
    ['in base64url', (canary) => Buffer.from(`?${canary}`).toString('base64url')],
    ['URL-encoded', (canary) => encodeURIComponent(canary)],
    ['in JSON', (canary) => JSON.stringify({ canary })],
    ['in JSON in JSON', (canary) => JSON.stringify(JSON.stringify({ canary }))],
    ['in hexadecimal', (canary) => Buffer.from(canary).toString('hex')],
    ['in UTF-16', (canary) => Buffer.from(canary, 'utf16le')],
    ['cut off', (canary) => canary.slice(0, -8)],
  ];
  test.for(ENCODINGS)('the search for secrets finds a canary %s in outputs and files', ([, write]) => {
    const home = temporaryFolder();
    for (const [name, canary] of entries) {
      expect(canariesIn(Buffer.concat([Buffer.from([0, 255, 128]), Buffer.from(write(canary))]))).toEqual([
        name,
      ]);
      writeFileSync(join(home, 'file'), write(canary));
      const run = { code: 0, signal: null, stdout: write(canary).toString('latin1'), stderr: '' };
      expect(findCanaries(home, [run])).toEqual([`${name} in stdout: ${run.stdout}`, `${name} in file`]);
    }
  });

  test('the search for secrets finds a canary in a database and in its write-ahead log', () => {
    const home = temporaryFolder();
    const database = new Database(join(home, 'samples.db'));
    database.exec('CREATE TABLE leak (text)');
    database.prepare('INSERT INTO leak VALUES (?)').run(document());
    database.pragma('journal_mode = WAL');
    database.prepare('INSERT INTO leak VALUES (?)').run(authorization);
    expect(findCanaries(home, [])).toEqual([
      ...['secretKey in samples.db', 'sessionToken in samples.db'],
      ...['secretKey in samples.db-wal', 'sessionToken in samples.db-wal', 'authorization in samples.db-wal'],
    ]);
    database.close();
  });

  test('the search for secrets finds any piece of a long secret', () => {
    const secret = Array.from({ length: 200 }, (_, index) =>
      String.fromCharCode(33 + ((index * 7) % 90)),
    ).join('');
    for (const from of [0, 100, 200 - PIECE]) {
      expect(piecesIn(`before ${secret.slice(from, from + PIECE)} after`, [secret])).toEqual([secret]);
      expect(piecesIn(secret.slice(from, from + PIECE - 1), [secret])).toEqual([]);
    }
    expect(piecesIn(encodeURIComponent(secret.slice(50, 90)), [secret])).toEqual([secret]);
  });

  test('the search for secrets finds nothing in clean text', () => {
    expect(canariesIn(JSON.stringify(metadataService()))).toEqual([]);
  });
});
