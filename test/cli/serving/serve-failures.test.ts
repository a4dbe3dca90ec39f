import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createAccount, KEYS, MIDDLE } from '../../support/aws/role-account.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { getDocument, startServer, writeKeyScript } from '../../support/cli/running-server.ts';
import { curl } from '../../support/cli/running-simulation.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { findFreePort } from '../../support/free-port.ts';
import { sampleCases } from '../../support/thorough.ts';

const FREE = ['--listen', '127.0.0.1:0'];
const createEnv = (more: Record<string, string> = {}) => ({
  CRED_WATCH_DB: join(temporaryFolder(), 'samples.db'),
  AWS_EC2_METADATA_SERVICE_ENDPOINT: undefined,
  ...more,
});
const serve = (args: readonly string[], env = createEnv()) =>
  runCommand(['serve', ...FREE, ...args], { env });

describe('a first request that fails', () => {
  test('the error of STS and a hint are printed, and nothing is served', async () => {
    const { sts, home } = await createAccount(`[profile base]\n${KEYS}`);
    sts.failures.push({
      status: 403,
      headers: { 'Content-Type': 'text/xml' },
      body: '<ErrorResponse><Error><Code>AccessDenied</Code><Message>not authorized to perform: sts:AssumeRole</Message></Error></ErrorResponse>',
    });
    const env = createEnv({ HOME: home, AWS_ENDPOINT_URL_STS: sts.url, AWS_REGION: 'eu-west-1' });
    const { code, stdout, stderr } = await serve(['--role-arn', MIDDLE, '--profile', 'base'], env);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /^error: could not get the credentials of middle: aws-access-denied: .*AccessDenied: not authorized to perform: sts:AssumeRole.*\nhint: .+$/m,
    );
  });

  test('the errors of all roles are printed', async () => {
    const roles = ['a=process:false', 'b=process:/nonexistent/program', `c=process:${writeKeyScript(3600)}`];
    const { code, stdout, stderr } = await serve(roles.flatMap((each) => ['--serve', each]));
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^error: could not get the credentials of a: .+\nhint: .+$/m);
    expect(stderr).toMatch(/^error: could not get the credentials of b: .+\nhint: .+$/m);
    expect(stderr).not.toContain('credentials of c');
  });

  test.each([
    [
      'long-term keys',
      { AWS_ACCESS_KEY_ID: 'AKIATESTTESTTEST0001', AWS_SECRET_ACCESS_KEY: 'CANARY' },
      'long-lived',
    ],
    [
      'keys without an expiration',
      {
        AWS_ACCESS_KEY_ID: 'ASIATESTTESTTEST0001',
        AWS_SECRET_ACCESS_KEY: 'CANARY',
        AWS_SESSION_TOKEN: 'CANARY',
      },
      'unknown-expiry',
    ],
  ])('%s are not served', async (_, keys, reason) => {
    const { code, stdout, stderr } = await serve(['--source', 'environment'], createEnv(keys));
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`could not get the credentials of environment: ${reason}: `);
    expect(stderr).not.toContain('CANARY');
  });

  test.each(
    sampleCases(
      [
        [['--profile', 'loader'], 'loader'],
        [['--profile', '2021-03-23'], 'profile'],
        [['--profile', 'Metrics'], 'profile'],
        [['--profile', 'a/b'], 'profile'],
        [['--source', 'container'], 'container'],
        [[], 'default'],
      ],
      3,
    ),
  )('%j serves a role with the name %s', async (args, name) => {
    const env = createEnv({ HOME: temporaryFolder(), AWS_EC2_METADATA_DISABLED: 'true' });
    const { code, stderr } = await serve(args, env);
    expect(code).toBe(1);
    expect(stderr).toContain(`error: could not get the credentials of ${name}: `);
  });

  test('keys without an expiration are served with --expires', async () => {
    const env = createEnv({
      AWS_ACCESS_KEY_ID: 'ASIATESTTESTTEST0001',
      AWS_SECRET_ACCESS_KEY: 'CANARY-secret',
      AWS_SESSION_TOKEN: 'CANARY-token',
    });
    const server = await startServer(['--source', 'environment', '--expires', '2h'], { env });
    expect((await getDocument(server.environment)).document.AccessKeyId).toBe('ASIATESTTESTTEST0001');
    expect((await server.stop()).stderr).toContain(
      'note: the keys of environment are in environment variables and cannot be refreshed',
    );
  });
});

describe('the hint of a first request that fails', () => {
  const ARN = 'arn:aws:iam::111122223333:role/x';
  test.each<[args: string[], hint: string]>([
    [
      [],
      'check that the server at this address, for example `cred-watch simulate`, has started and listens, or unset AWS_EC2_METADATA_SERVICE_ENDPOINT; if this machine is not an EC2 instance with a role, name the credentials to serve: --profile NAME, ',
    ],
    [['--role-arn', ARN], 'name the profile whose credentials assume the role: --profile NAME'],
    [
      ['--serve', 'a=role'],
      'name the role with --serve a=role:ARN, or a profile that has one with --serve a=',
    ],
    [['--source', 'sso'], 'name the profile: --profile NAME'],
    [['--serve', 'a=environment'], 'serve other credentials: --serve a=profile:NAME or --serve a=process:'],
    [
      ['--source', 'container'],
      'check that the server at this address, for example `cred-watch simulate`, has started and listens, or unset AWS_CONTAINER_CREDENTIALS_FULL_URI, or serve other credentials: ',
    ],
    [['--process', 'exit 2'], 'run the command by hand and read its error message, which is hidden here'],
  ])('with %j names the flags of serve', async (args, hint) => {
    const env = createEnv({
      HOME: temporaryFolder(),
      AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:9/',
      ...(args.includes('container') && { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:9/' }),
    });
    const { code, stderr } = await serve(args, env);
    expect([code, stderr]).toEqual([1, expect.stringContaining(`\nhint: ${hint}`)]);
  });
});

describe('an address in use', () => {
  test('the owner and the roles of a running server are named', async () => {
    const { origin } = await startServer(['--process', writeKeyScript(3600)], { env: createEnv() });
    const args = ['serve', '--listen', new URL(origin).host, '--process', writeKeyScript(3600, 'other')];
    const { code, stdout, stderr } = await runCommand(args, { env: createEnv() });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(
      new RegExp(
        `^error: ${origin} is already in use: cred-watch serve of user \\S+ \\(pid \\d+\\) serves process \\(role loader\\) there\\nhint: stop the other server with \`kill \\d+\`, or use another .+$`,
        'm',
      ),
    );
  });

  test('a running server on a Unix socket is named', async () => {
    const path = join(temporaryFolder(), 'serve.sock');
    await startServer(['--process', writeKeyScript(3600), '--unix-socket', path], { env: createEnv() });
    const args = ['serve', '--unix-socket', path, '--process', writeKeyScript(3600)];
    const { code, stderr } = await runCommand(args, { env: createEnv() });
    expect(code).toBe(2);
    expect(stderr).toMatch(/is already in use: cred-watch serve of user \S+ \(pid \d+\) serves/);
  });

  test('a program at the address is named as another program, and the source is not polled', async () => {
    const other = createServer((socket) => void socket.destroy());
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void other.close());
    const address = Object(other.address());
    const marker = join(temporaryFolder(), 'asked');
    const script = writeKeyScript(3600, 'loader', `: > ${marker}`);
    const args = ['serve', '--listen', `127.0.0.1:${address.port}`, '--process', script];
    const { code, stderr } = await runCommand(args, { env: createEnv() });
    expect(code).toBe(2);
    expect(stderr).toContain('is already in use: another program listens there\n');
    expect(() => writeFileSync(marker, '', { flag: 'wx' })).not.toThrow();
  });
});

describe('wrong usage', () => {
  const ARN = 'arn:aws:iam::111122223333:role/x';
  test.each([
    [['--serve', 'a=imds', '--profile', 'x'], '--profile and --serve cannot be combined'],
    [['--serve', 'a=imds', '--role-arn', ARN], '--role-arn and --serve cannot be combined'],
    [
      ['--serve', 'a=imds', '--duration', '1h'],
      '--duration has no effect: no source of --serve assumes a role',
    ],
    [['--serve', 'a=imds', '--serve', 'a=container'], '--serve a=… was given twice'],
    [['--serve', 'a=imds', '--default-role', 'b'], '--default-role b names no role of --serve'],
    [['--default-role', 'b'], '--default-role needs --serve'],
    [['--serve', 'a=imds', '--listen', 'b=127.0.0.1:0'], '--listen b=127.0.0.1:0 names no role of --serve'],
    [['--listen', '0.0.0.0:0'], 'other machines can reach 0.0.0.0'],
    [['--unix-socket', 'serve.sock'], "--unix-socket 'serve.sock' is not an absolute path"],
    [['--unix-socket-mode', '0x1ff'], "--unix-socket-mode '0x1ff' is not a mode of a file"],
    [['--shape', 'imds,lambda'], "--shape 'imds,lambda' is unknown"],
    [['--shape', 'imds,,ecs'], "--shape 'imds,,ecs' has an empty name"],
    [['--shape', 'ecs', '--allow-v1'], '--allow-v1 needs the shape imds'],
    [['--unix-socket-mode', '660'], '--unix-socket-mode needs --unix-socket'],
    [
      ['--unix-socket', '/nonexistent/s.sock'],
      'could not listen on /nonexistent/s.sock: the folder /nonexistent does not exist',
    ],
    [['--region', 'europe'], "--region 'europe' is not a region"],
    [['--role-arn', ARN, '--process', 'x'], '--role-arn and --process cannot be combined'],
    [['--tree', '/nonexistent'], '/nonexistent'],
  ])('%j is an error with a hint', async (args, message) => {
    const { code, stdout, stderr } = await serve(
      [...args, '--process', 'false'].slice(
        0,
        args.includes('--serve') || args.includes('--process') ? args.length : undefined,
      ),
    );
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^error: .*\nhint: .+$/m);
    expect(stderr).toContain(message);
  });

  test('a server whose source is itself is refused', async () => {
    const port = await findFreePort();
    const env = createEnv({ AWS_EC2_METADATA_SERVICE_ENDPOINT: `http://127.0.0.1:${port}/` });
    const args = ['serve', '--listen', `127.0.0.1:${port}`, '--source', 'imds'];
    const { code, stderr } = await runCommand(args, { env });
    expect(code).toBe(2);
    expect(stderr).toContain('the source of imds is the server itself');
  });

  test('a server that a route leads to itself says so', async () => {
    const port = await findFreePort();
    // Another name of the same address, as with a route of the firewall.
    const env = createEnv({ AWS_EC2_METADATA_SERVICE_ENDPOINT: `http://localhost:${port}/` });
    const { code, stderr } = await runCommand(['serve', '--listen', `127.0.0.1:${port}`], { env });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^error: the source of default is the server itself: requests to http:\/\/localhost:\d+ reach this server\nhint: name the credentials to serve: --profile NAME, /m,
    );
  });
});

test('a role that no address serves is named', async () => {
  const port = await findFreePort();
  const script = writeKeyScript(3600);
  const roles = ['--serve', `etl=process:${script}`, '--serve', `ops=process:${script}`];
  const server = await startServer([...roles, '--listen', `etl=127.0.0.1:${port}`], { env: createEnv() });
  expect((await server.stop()).stderr).toContain(
    'warning: no address serves ops: each address serves another role only\nhint: add --listen ops=ADDRESS\n',
  );
});

describe('recording', () => {
  test('the first credentials are recorded like a poll', async () => {
    const env = createEnv({ CRED_WATCH_HOST: 'vm' });
    const server = await startServer(['--process', writeKeyScript(3600)], { env });
    await server.stop();
    const { stdout } = await runCommand(['report', '-f', 'json'], { env });
    expect(JSON.parse(stdout).series).toMatchObject([{ host: 'vm', source: 'process', role: 'loader' }]);
  });

  test('a database that cannot be written is reported, and the credentials are served', async () => {
    const folder = join(temporaryFolder(), 'file');
    writeFileSync(folder, '');
    const env = createEnv({ CRED_WATCH_DB: join(folder, 'samples.db') });
    const server = await startServer(['--process', writeKeyScript(3600)], { env });
    expect((await getDocument(server.environment)).status).toBe(200);
    expect((await curl(`${server.origin}/metrics`)).body).toContain(
      'cred_watch_served_credentials_valid{role_name="process"} 1',
    );
    expect((await server.stop()).stderr).toContain('note: continuing without the database: ');
  });

  test('a profile of the environment is served without a note about IMDS', async () => {
    const HOME = temporaryFolder();
    mkdirSync(join(HOME, '.aws'));
    writeFileSync(
      join(HOME, '.aws', 'config'),
      `[profile etl]\ncredential_process = ${writeKeyScript(3600)}\n`,
    );
    const AWS_EC2_METADATA_SERVICE_ENDPOINT = 'http://127.0.0.1:9/';
    const env = createEnv({ HOME, AWS_PROFILE: 'etl', AWS_EC2_METADATA_SERVICE_ENDPOINT });
    const { stderr } = await (await startServer([], { env })).stop();
    expect(stderr).not.toContain('SDKs use');
  });

  test('a file that is no database is not changed, and the consequence is named', async () => {
    const path = join(temporaryFolder(), 'creds.sh');
    writeFileSync(path, 'echo\n', { mode: 0o755 });
    const env = createEnv({ CRED_WATCH_DB: path });
    const { stderr } = await (await startServer(['--process', writeKeyScript(3600)], { env })).stop();
    expect(stderr).toMatch(/^note: continuing without the database: .+\nhint: correct --db .+--who.+ lack /m);
    expect(stderr).not.toContain('chmod');
  });

  test('a home folder without permissions does not prevent serving', async () => {
    const home = temporaryFolder();
    mkdirSync(join(home, '.local'));
    chmodSync(join(home, '.local'), 0o500);
    onTestFinished(() => chmodSync(join(home, '.local'), 0o700));
    const env = { HOME: home, AWS_EC2_METADATA_SERVICE_ENDPOINT: undefined };
    const server = await startServer(['--process', writeKeyScript(3600)], { env });
    expect((await getDocument(server.environment)).status).toBe(200);
  });
});
