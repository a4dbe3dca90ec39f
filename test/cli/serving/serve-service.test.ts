import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PROGRAM, startProgram } from '../../support/cli/built-program.ts';
import { startNotifySocket } from '../../support/cli/notify-socket.ts';
import { noOtherUser, OTHER_USER } from '../../support/cli/other-user.ts';
import { repositoryPath } from '../../support/cli/program-run.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { getDocument, startServer, writeKeyScript } from '../../support/cli/running-server.ts';
import { curl } from '../../support/cli/running-simulation.ts';
import { activate, SOCKET_ACTIVATE } from '../../support/cli/socket-activation.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { describeReader } from '../../support/credential-formats/describe-reader.ts';
import { SHORT_TIMESTAMP } from '../../support/short-timestamp.ts';
import { ciTest, isThorough, sampleCases } from '../../support/thorough.ts';

const activateServer = (sockets: readonly string[], args: readonly string[], env: Record<string, string>) =>
  activate(sockets, [process.execPath, PROGRAM, 'serve', ...args], env);

describeReader('socket activation', SOCKET_ACTIVATE, () => {
  test('the first request starts the program and gets the credentials', async () => {
    const folder = temporaryFolder();
    const name = join(folder, 'notify');
    const socket = await startNotifySocket(name);
    // Lists the descriptors and the variables that a child process gets.
    const seen = join(folder, 'seen');
    const script = writeKeyScript(3600, 'loader', `ls -l /proc/$$/fd > ${seen}; env >> ${seen}`);
    const env = { HOME: folder, NOTIFY_SOCKET: name };
    const { endpoints, child, done } = await activateServer(['x'], ['--process', script], env);
    expect((await getDocument(endpoints[0]!)).document.AccessKeyId).toMatch(/LOADER$/);
    await socket.received('READY=1');
    await socket.received(new RegExp(`^STATUS=process is valid until ${SHORT_TIMESTAMP}$`));
    const text = readFileSync(seen, 'utf8');
    expect(text).toContain('HOME=');
    expect(text.split('\n').filter((line) => /^(LISTEN|NOTIFY|WATCHDOG)_/.test(line))).toEqual([]);
    expect(text).toContain(' 1 -> ');
    expect(text).not.toMatch(/ [3-9] -> socket:/);
    child.kill('SIGTERM');
    expect((await done).code).toBe(0);
    await socket.received('STOPPING=1');
  });

  ciTest('a socket with the name of a role serves only this role', async () => {
    const roles = ['loader', 'ops'].flatMap((name) => [
      '--serve',
      `${name}=process:${writeKeyScript(3600, name)}`,
    ]);
    const { endpoints } = await activateServer(['ops', 'loader'], roles, { HOME: temporaryFolder() });
    expect((await getDocument(endpoints[0]!)).role).toBe('ops');
    expect((await getDocument(endpoints[1]!)).role).toBe('loader');
  });
});

describeReader('the units of serve', { program: 'systemd-analyze', package: 'systemd' }, () => {
  test('systemd accepts the units', () => {
    const folder = temporaryFolder();
    const paths = ['cred-watch-serve.service', 'cred-watch-serve.socket'].map((name) => {
      const text = readFileSync(repositoryPath(`deploy/systemd/${name}`), 'utf8');
      writeFileSync(join(folder, name), text.replace('=cred-watch serve', '=true serve'), { mode: 0o644 });
      return join(folder, name);
    });
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...paths], {
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
  });

  test('the command line of the unit is valid', async () => {
    const text = readFileSync(repositoryPath('deploy/systemd/cred-watch-serve.service'), 'utf8');
    const [, line = ''] = /^ExecStart=cred-watch (.*)$/m.exec(text) ?? [];
    const { stderr } = await runCommand([...line.split(' '), '--listen', '127.0.0.1:0'], {
      env: { HOME: temporaryFolder() },
    });
    expect(stderr).toContain('could not get the credentials of loader');
  });
});

describe.skipIf(noOtherUser !== null && !isThorough)('--user', () => {
  /** A home folder that only its owner can read, with a profile. */
  function createHome(uid: number) {
    const folder = temporaryFolder();
    chmodSync(folder, 0o755);
    const config = join(folder, 'config');
    writeFileSync(config, `[profile loader]\ncredential_process = ${writeKeyScript(3600)}\n`, {
      mode: 0o600,
    });
    chownSync(config, uid, uid);
    const state = join(folder, 'state');
    mkdirSync(state);
    chownSync(state, uid, uid);
    return { config, state };
  }

  test('files are read and written as the user, and the process cannot become root again', async () => {
    const { config, state } = createHome(OTHER_USER);
    const script = writeKeyScript(
      3600,
      'loader',
      `id -u > ${state}/user; id -G >> ${state}/user; echo $HOME >> ${state}/user`,
    );
    chmodSync(dirname(script), 0o755);
    writeFileSync(config, `[profile loader]\ncredential_process = ${script}\n`);
    const env = {
      AWS_CONFIG_FILE: config,
      STATE_DIRECTORY: state,
      AWS_EC2_METADATA_SERVICE_ENDPOINT: undefined,
    };
    const path = join(state, 'serve.sock');
    const args = [
      '--profile',
      'loader',
      '--user',
      String(OTHER_USER),
      '--unix-socket',
      path,
      '--listen',
      '127.0.0.1:0',
    ];
    const server = await startServer(args, { env }, startProgram);
    expect((await getDocument(server.environment)).status).toBe(200);
    expect(readFileSync(join(state, 'user'), 'utf8')).toBe(`${OTHER_USER}\n${OTHER_USER}\n/nonexistent\n`);
    expect(statSync(join(state, 'samples.db')).uid).toBe(OTHER_USER);
    expect(statSync(path).uid).toBe(OTHER_USER);
    const status = readFileSync(`/proc/${server.child.pid}/status`, 'utf8');
    expect(status).toContain(`Uid:\t${[OTHER_USER, OTHER_USER, OTHER_USER, OTHER_USER].join('\t')}\n`);
    expect(status).toMatch(/^CapEff:\t0+$/m);
    expect(JSON.parse((await curl(`${server.origin}/healthz`)).body).user).toBe('nobody');
    expect((await server.stop()).stderr).not.toContain('runs as root');
  });

  ciTest('the socket of a server that was killed is replaced at the next start', async () => {
    const { state } = createHome(OTHER_USER);
    const path = join(state, 'serve.sock');
    const script = writeKeyScript(3600);
    chmodSync(dirname(script), 0o755);
    const args = ['--process', script, '--user', String(OTHER_USER), '--unix-socket', path];
    const env = { STATE_DIRECTORY: state };
    const killed = await startServer(args, { env }, startProgram);
    killed.child.kill('SIGKILL');
    await killed.done;
    expect(statSync(path).uid).toBe(OTHER_USER);
    const next = await startServer(args, { env }, startProgram);
    expect(next.origins).toEqual([`unix:${path}`]);
  });

  ciTest('a file that only root can read is not read', async () => {
    const { config } = createHome(0);
    const args = ['serve', '--listen', '127.0.0.1:0', '--profile', 'loader', '--user', 'nobody'];
    const env = { AWS_CONFIG_FILE: config, AWS_EC2_METADATA_SERVICE_ENDPOINT: undefined };
    const { code, stderr } = await startProgram(args, { env }).done;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: could not get the credentials of loader: .*EACCES/m);
  });

  test.each(sampleCases(['nobody-else', 'root', '0', '99999999'], 4))(
    'the user %s is an error',
    async (user) => {
      const args = ['serve', '--listen', '127.0.0.1:0', '--process', 'false', '--user', user];
      const { code, stdout, stderr } = await startProgram(args).done;
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(/^error: --user .*\nhint: .+$/m);
    },
  );

  ciTest('root without --user gets a note', async () => {
    const server = await startServer(['--process', writeKeyScript(3600)], {}, startProgram);
    expect((await server.stop()).stderr).toContain('note: the server runs as root\nhint: add --user NAME');
  });
});

test('a user who is not root cannot use --user', async () => {
  const prefix = noOtherUser === null ? ['setpriv', `--reuid=${OTHER_USER}`, '--clear-groups'] : [];
  const args = ['serve', '--listen', '127.0.0.1:0', '--process', 'false', '--user', 'nobody'];
  const { code, stderr } = await startProgram(args, { prefix }).done;
  expect(code).toBe(2);
  expect(stderr).toContain('error: --user needs root');
});

ciTest.for(sampleCases(['SIGTERM', 'SIGINT'] as const, 2))(
  '%s ends the server with exit code 0 and a summary',
  async (signal) => {
    const server = await startServer(['--process', writeKeyScript(3600)], {}, startProgram);
    await getDocument(server.environment);
    server.child.kill(signal);
    const { code, stdout } = await server.done;
    expect(code).toBe(0);
    expect(stdout).toMatch(/\n# refreshes: 0 succeeded, 0 failed\n# 4 requests from 1 client/);
  },
);
