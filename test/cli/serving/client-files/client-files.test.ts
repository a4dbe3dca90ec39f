import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { minimalEnvironment } from '../../../support/cli/program-run.ts';
import { runCommand } from '../../../support/cli/run-command.ts';
import { getContainerCredentials, startServer, writeKeyScript } from '../../../support/cli/running-server.ts';
import { curl } from '../../../support/cli/running-simulation.ts';
import { temporaryFolder } from '../../../support/cli/temporary-folder.ts';
import { startJavaScript } from '../../../support/peers/javascript-sdk.ts';
import { ciTest } from '../../../support/thorough.ts';

const SHAPES = 'imds,ecs,eks,cloudshell';
const newFolder = () => join(temporaryFolder(), 'clients');
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

/** The variables as docker reads them. */
const readEnvFile = (path: string): Record<string, string> =>
  Object.fromEntries(
    readFileSync(path, 'utf8')
      .split('\n')
      .flatMap((line) => (line === '' || line.startsWith('#') ? [] : [line.split(/=(.*)/s).slice(0, 2)])),
  );

const startWith = (folder: string, args: readonly string[], listen = '127.0.0.1:0') =>
  startServer(['--client-files', folder, '--listen', listen, ...args], { env: { HOME: temporaryFolder() } });

const serveLoader = () => ['--serve', `loader=process:${writeKeyScript(3600)}`];

describe('--client-files', () => {
  test('a client with the variables of an earlier server gets credentials after a restart', async () => {
    const folder = newFolder();
    const args = ['--shape', SHAPES, ...serveLoader()];
    const first = await startWith(folder, args);
    const files = Object.fromEntries(
      SHAPES.split(',').map((shape) => [shape, join(folder, `loader-${shape}.env`)]),
    );
    const variables = Object.values(files).map(readEnvFile);
    const [, ecs, eks, shell] = variables as [unknown, ...Record<string, string>[]];
    const client = startJavaScript(ecs!, onTestFinished);
    const key = await client.getCredentials();
    expect(key?.accessKeyId).toMatch(/LOADER$/);
    const token = readFileSync(eks!.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE!, 'utf8');
    expect((await first.stop()).code).toBe(0);

    await startWith(folder, args, new URL(first.origin).host);
    expect(Object.values(files).map(readEnvFile)).toEqual(variables);
    // Two hours later, the SDK requests new credentials.
    const later = await client.getCredentials(2 * 3_600_000);
    expect(later?.accessKeyId).toMatch(/LOADER$/);
    expect(later?.accessKeyId).not.toBe(key?.accessKeyId);
    expect((await getContainerCredentials(ecs!)).status).toBe(200);
    expect((await getContainerCredentials(shell!)).status).toBe(200);
    const { AWS_CONTAINER_CREDENTIALS_FULL_URI: url = '' } = eks!;
    expect((await curl(url, { Authorization: token })).status).toBe(200);
  });

  ciTest('without the flag, a restart makes the tokens invalid', async () => {
    const args = ['--shape', 'ecs', ...serveLoader()];
    const options = { env: { HOME: temporaryFolder() } };
    const first = await startServer(args, options);
    await first.stop();
    await startServer([...args, '--listen', new URL(first.origin).host], options);
    expect((await getContainerCredentials(first.environment)).status).toBe(403);
  });

  ciTest('another secret makes the tokens invalid', async () => {
    const folder = newFolder();
    const args = ['--shape', 'ecs', ...serveLoader()];
    const first = await startWith(folder, args);
    const variables = readEnvFile(join(folder, 'loader-ecs.env'));
    await first.stop();
    rmSync(join(folder, '.secret'));
    await startWith(folder, args, new URL(first.origin).host);
    expect((await getContainerCredentials(variables)).status).toBe(403);
  });

  test('a token of one role is invalid for another role', async () => {
    const folder = newFolder();
    const ops = ['--serve', `ops=process:${writeKeyScript(3600, 'ops')}`];
    await startWith(folder, ['--shape', 'ecs', ...serveLoader(), ...ops]);
    const loader = readEnvFile(join(folder, 'loader-ecs.env'));
    const other = readEnvFile(join(folder, 'ops-ecs.env'));
    const mixed = {
      ...loader,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: other.AWS_CONTAINER_AUTHORIZATION_TOKEN!,
    };
    expect((await getContainerCredentials(mixed)).status).toBe(403);
    expect(loader.AWS_CONTAINER_CREDENTIALS_FULL_URI).not.toBe(other.AWS_CONTAINER_CREDENTIALS_FULL_URI);
  });

  test('the output names the files, and has none of the secrets', async () => {
    const folder = newFolder();
    const { started, stop } = await startWith(folder, ['--shape', 'ecs,eks', ...serveLoader()]);
    const file = join(folder, 'loader-ecs.env');
    expect(started).toContain(`set -a; . ${file}; set +a\nunset `);
    const script = started.slice(started.indexOf('# ecs'), started.indexOf('# eks'));
    const shell = spawnSync('sh', ['-e', '-c', `${script}\nenv`], {
      encoding: 'utf8',
      env: minimalEnvironment(),
    });
    const variables = readEnvFile(file);
    for (const [name, value] of Object.entries(variables)) expect(shell.stdout).toContain(`${name}=${value}`);
    const { stdout, stderr } = await stop();
    const token = readFileSync(join(folder, 'loader-eks.token'), 'utf8');
    const path = new URL(variables.AWS_CONTAINER_CREDENTIALS_FULL_URI!).pathname.split('/').at(-1)!;
    const secrets = [
      variables.AWS_CONTAINER_AUTHORIZATION_TOKEN!,
      ...[token, path, readFileSync(join(folder, '.secret'), 'utf8').trim()],
    ];
    for (const secret of secrets) expect(`${stdout}${stderr}`).not.toContain(secret);
  });

  test('JSON names the files, and has no variables', async () => {
    const folder = newFolder();
    const { started } = await startWith(folder, ['--shape', 'ecs', '-f', 'json', ...serveLoader()]);
    expect(JSON.parse(started).environments).toEqual([
      { role_name: 'loader', shape: 'ecs', file: join(folder, 'loader-ecs.env'), variables: {} },
    ]);
  });

  test('only this user can read the folder and the files', async () => {
    const folder = newFolder();
    await startWith(folder, ['--shape', 'ecs,eks', ...serveLoader()]);
    expect(modeOf(folder)).toBe('700');
    expect(readdirSync(folder).sort()).toEqual([
      ...['.secret', 'loader-ecs.env', 'loader-eks.env', 'loader-eks.token'],
    ]);
    for (const name of readdirSync(folder)) expect([name, modeOf(join(folder, name))]).toEqual([name, '600']);
  });

  test('with mode 640, the group of the folder can read all files but the secret', async () => {
    const folder = newFolder();
    await startWith(folder, ['--shape', 'eks', '--client-files-mode', '640', ...serveLoader()]);
    expect(modeOf(folder)).toBe('750');
    expect(modeOf(join(folder, '.secret'))).toBe('600');
    expect(modeOf(join(folder, 'loader-eks.env'))).toBe('640');
    expect(modeOf(join(folder, 'loader-eks.token'))).toBe('640');
    expect(statSync(join(folder, 'loader-eks.token')).gid).toBe(statSync(folder).gid);
  });

  test('files of roles and shapes that are gone are removed, and no other files', async () => {
    const folder = newFolder();
    const ops = ['--serve', `ops=process:${writeKeyScript(3600, 'ops')}`];
    const first = await startWith(folder, ['--shape', 'ecs,eks', ...serveLoader(), ...ops]);
    await first.stop();
    writeFileSync(join(folder, 'foreign-ecs.env'), 'AWS_REGION=eu-west-1\n');
    writeFileSync(join(folder, 'foreign-eks.token'), 'token');
    writeFileSync(join(folder, 'notes'), '# Written by cred-watch serve');
    await startWith(folder, ['--shape', 'ecs', ...serveLoader()]);
    expect(readdirSync(folder).sort()).toEqual([
      ...['.secret', 'foreign-ecs.env', 'foreign-eks.token', 'loader-ecs.env', 'notes'],
    ]);
  });

  test('a failed start keeps the files of other roles', async () => {
    const folder = newFolder();
    const first = await startWith(folder, ['--shape', 'ecs', ...serveLoader()]);
    await first.stop();
    const args = ['--client-files', folder, '--listen', '127.0.0.1:0', '--process', 'false'];
    expect((await runCommand(['serve', ...args])).code).toBe(1);
    expect(readdirSync(folder)).toContain('loader-ecs.env');
  });
});

describe('flags', () => {
  test.each([
    [['--client-files', 'clients'], 'is not an absolute path'],
    [['--client-files', '/tmp/a b'], 'would need quotes in env files'],
    [['--client-files', '/tmp/x', '--client-files-mode', '644'], 'is not 600 or 640'],
    [['--client-files-mode', '640'], 'needs --client-files'],
  ])('%j are rejected', async (flags, message) => {
    const { code, stderr } = await runCommand([
      ...['serve', '--listen', '127.0.0.1:0', '--process', 'false', ...flags],
    ]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});
