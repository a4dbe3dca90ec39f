import { spawn } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { analyseChains } from '../../../src/domain/provider-chain/findings/findings.ts';
import { probeProviders } from '../../../src/sources/probe/probe.ts';
import { observeProcess } from '../../../src/sources/probe/process-view.ts';
import { readProfileFiles } from '../../../src/sources/profile/files.ts';
import { NOWHERE } from '../../support/cli/program-run.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { options } from '../../support/sources/polling.ts';
import { startEndpoint } from '../../support/sources/scripted-endpoint.ts';

interface FakeProcess {
  environ?: string | null;
  uid?: number;
  mount?: string;
  network?: string;
  exe?: boolean;
  /** Contents by their paths below the root of the process. `-> TARGET` makes a link. */
  files?: Record<string, string>;
  cwd?: string;
}

/** A folder like /proc with the process 7, below its own root if `files` are given. */
function createProc({
  environ = 'HOME=/home/app\0',
  uid = 1000,
  mount = 'mnt:[1]',
  network = 'net:[1]',
  exe = true,
  files,
  cwd = '/',
}: FakeProcess): string {
  const proc = temporaryFolder();
  const root = temporaryFolder();
  for (const [path, content] of Object.entries(files ?? {})) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    if (content.startsWith('-> ')) symlinkSync(content.slice(3), join(root, path));
    else writeFileSync(join(root, path), content);
  }
  const create = (name: string, id: number, links: Record<string, string>) => {
    mkdirSync(join(proc, name, 'ns'), { recursive: true });
    writeFileSync(join(proc, name, 'status'), `Name:\tx\nUid:\t${id}\t${id}\t${id}\t${id}\n`);
    for (const [link, target] of Object.entries(links)) symlinkSync(target, join(proc, name, link));
  };
  create('self', 1000, { 'ns/mnt': 'mnt:[1]', 'ns/net': 'net:[1]' });
  create('7', uid, {
    'ns/mnt': mount,
    'ns/net': network,
    cwd: files === undefined ? cwd : join(root, cwd),
    root: files === undefined ? '/' : root,
    ...(exe ? { exe: '/bin/sh' } : {}),
  });
  if (environ !== null) writeFileSync(join(proc, '7', 'environ'), environ);
  return proc;
}

describe('the environment of a process', () => {
  test('values can contain any character, the first of repeated variables counts, and other text is ignored', async () => {
    const environ = 'HOME=/h\0A==b=\n c\0AWS_PROFILE=first\0AWS_PROFILE=second\0no value\0=x\0EMPTY=\0';
    const { observed, options: seen } = await observeProcess(7, createProc({ environ }));
    expect(seen.env).toEqual({ HOME: '/h', A: '=b=\n c', AWS_PROFILE: 'first', EMPTY: '' });
    expect(observed).toEqual({ pid: 7, isOtherUser: false, hasOtherFiles: false, hasOtherNetwork: false });
  });

  test('a program without variables has an empty environment', async () => {
    const { options: seen } = await observeProcess(7, createProc({ environ: '', files: {} }));
    expect(seen).toMatchObject({ env: {}, home: '' });
  });

  test('without HOME, the home folder of the user of the process is used', async () => {
    const files = { 'etc/passwd': 'root:x:0:0::/root:/bin/sh\napp:x:1234:9::/srv/app:/bin/sh\n' };
    const proc = createProc({ environ: 'A=b', uid: 1234, files });
    const { options: seen, observed } = await observeProcess(7, proc);
    expect(seen.home).toBe(join(proc, '7/root/srv/app'));
    expect(observed.isOtherUser).toBe(true);
  });

  test('relative paths of files start at the working folder of the process', async () => {
    const environ = 'HOME=home\0AWS_CONFIG_FILE=a/config\0AWS_SHARED_CREDENTIALS_FILE=~/b';
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'token'), 'text');
    const { options: seen } = await observeProcess(7, createProc({ environ, cwd }));
    expect(seen.env).toEqual({
      HOME: join(cwd, 'home'),
      AWS_CONFIG_FILE: join(cwd, 'a/config'),
      AWS_SHARED_CREDENTIALS_FILE: '~/b',
    });
    expect(await seen.readFile?.('token')).toBe('text');
    expect(await seen.readFile?.(join(cwd, 'token'))).toBe('text');
  });
});

describe('files below another root', () => {
  const files = {
    'run/secrets/token': 'of the container',
    'var/run': '-> /run',
    'home/app/.aws/config': '[default]\nregion = eu-west-1\n',
    'work/up': '-> ../run/secrets',
    'work/loop': '-> loop',
    'work/file': 'relative',
  };

  test.each([
    ['/run/secrets/token', 'of the container'],
    ['/var/run/secrets/token', 'of the container'],
    ['/../../var/./run//secrets/token', 'of the container'],
    ['/work/up/token', 'of the container'],
    ['file', 'relative'],
    ['up/token', 'of the container'],
    ['../run/secrets/token', 'of the container'],
  ])('%s is the file of the process', async (path, content) => {
    const { options: seen } = await observeProcess(7, createProc({ files, cwd: '/work' }));
    expect(await seen.readFile?.(path)).toBe(content);
  });

  test.each(['HOME=/home/app', 'HOME=/home/app\0AWS_CONFIG_FILE=~/.aws/config'])(
    'a link below the home folder leads to files of the process (%j)',
    async (environ) => {
      // Both files exist, and only the second one below the root of the process.
      const ours = join(temporaryFolder(), 'aws');
      mkdirSync(ours);
      writeFileSync(join(ours, 'config'), '[profile ours]\nregion = x\n');
      const theirs = {
        [`${ours}/config`]: '[profile theirs]\nregion = x\n',
        [`${ours}/token`]: 'of the container',
      };
      const proc = createProc({ environ, files: { ...theirs, 'home/app/.aws': `-> ${ours}` } });
      const { options: seen } = await observeProcess(7, proc);
      expect([...(await readProfileFiles(seen)).profiles.keys()]).toEqual(['theirs']);
      expect(await seen.readFile?.(join(seen.home ?? '', '.aws/token'))).toBe('of the container');
    },
  );

  test('a loop of links ends', async () => {
    const { options: seen } = await observeProcess(7, createProc({ files, cwd: '/work' }));
    await expect(seen.readFile?.('loop')).rejects.toMatchObject({ code: 'ELOOP' });
  });

  test('the home folder is below the other root, and findings name the namespaces', async () => {
    const proc = createProc({
      files,
      mount: 'mnt:[2]',
      network: 'net:[2]',
      environ: `HOME=/home/app\0AWS_EC2_METADATA_SERVICE_ENDPOINT=${NOWHERE}`,
    });
    const view = await observeProcess(7, proc);
    expect(view.options.home).toBe(join(proc, '7/root/home/app'));
    const facts = await probeProviders(
      { ...options({}), ...view.options },
      { offline: true, observed: view.observed },
    );
    expect(facts.profile).toMatchObject({ name: 'default', exists: true });
    expect(analyseChains(facts).findings).toContainEqual({
      code: 'PROCESS_IN_OTHER_NAMESPACE',
      severity: 'note',
      pid: 7,
      namespaces: ['mount', 'network'],
    });
  });
});

describe('the environment of a process cannot be read', () => {
  test.each<[string, FakeProcess, number, string, RegExp]>([
    ['no such process', {}, 8, 'process 8 does not exist', /ps -e/],
    ['a kernel thread', { environ: null, exe: false }, 7, 'process 7 has no environment', /running program/],
    [
      'a process that has ended',
      { environ: '', exe: false },
      7,
      'process 7 has no environment',
      /running program/,
    ],
  ])('%s', async (_, fake, pid, message, hint) => {
    await expect(observeProcess(pid, createProc(fake))).rejects.toMatchObject({
      message: expect.stringContaining(message),
      hint: expect.stringMatching(hint),
    });
  });

  test('a system without /proc', async () => {
    const proc = join(temporaryFolder(), 'proc');
    await expect(observeProcess(7, proc)).rejects.toMatchObject({
      message: expect.stringMatching(/^--pid needs .*, which this system does not have$/),
      hint: 'use --pid on Linux',
    });
  });
});

/** The environment of a child that waits, as the kernel shows it. */
async function startChild(env: Record<string, string>, cwd: string): Promise<number> {
  const child = spawn('sleep', ['60'], { env, cwd, stdio: 'ignore' });
  onTestFinished(() => void child.kill());
  await new Promise((resolve) => child.once('spawn', resolve));
  return child.pid ?? 0;
}

describe.runIf(process.platform === 'linux')('a real process', () => {
  test('keys, profile and files are those of the process', async () => {
    const folder = temporaryFolder();
    const home = join(folder, 'home');
    mkdirSync(join(home, '.aws'), { recursive: true });
    writeFileSync(
      join(home, '.aws/config'),
      `[profile job]\nweb_identity_token_file = token\nrole_arn = arn:aws:iam::111122223333:role/loader\n`,
    );
    writeFileSync(join(folder, 'token'), 'no JWT');
    const pid = await startChild(
      { HOME: home, AWS_PROFILE: 'job', AWS_EC2_METADATA_SERVICE_ENDPOINT: NOWHERE },
      folder,
    );
    const view = await observeProcess(pid);
    expect(view.observed).toEqual({ pid, isOtherUser: false, hasOtherFiles: false, hasOtherNetwork: false });
    const facts = await probeProviders(
      { ...options({}), ...view.options },
      { offline: false, observed: view.observed },
    );
    expect(facts.profile).toMatchObject({ name: 'job', isNamed: true, exists: true });
    expect(facts.providers['profile-web-identity']).toMatchObject({ state: 'untried', role: 'loader' });
  });
});

describe('a probe with the environment of a process', () => {
  const observed = { pid: 7, isOtherUser: true, hasOtherFiles: false, hasOtherNetwork: false };

  test('its credential_process is not run', async () => {
    const home = temporaryFolder();
    const proof = join(home, 'proof');
    mkdirSync(join(home, '.aws'));
    writeFileSync(join(home, '.aws/config'), `[default]\ncredential_process = touch ${proof}\n`);
    const env = { HOME: home, AWS_EC2_METADATA_SERVICE_ENDPOINT: NOWHERE };
    const facts = await probeProviders(options(env), {
      offline: false,
      observed: { ...observed, isOtherUser: false },
    });
    expect(facts.providers.process.state).toBe('untried');
    await expect(import('node:fs/promises').then(({ access }) => access(proof))).rejects.toThrow('ENOENT');
  });

  test.each([
    [true, 'untried', 0],
    [false, 'answers', 1],
  ])(
    'a token file is sent only if the user is the same: other user %s',
    async (isOtherUser, state, count) => {
      const home = temporaryFolder();
      writeFileSync(join(home, 'token'), 'false-token');
      const endpoint = await startEndpoint({
        'GET /v1': {
          body: JSON.stringify({
            AccessKeyId: 'ASIAFALSE00000000001',
            SecretAccessKey: 'false',
            Token: 'false',
            Expiration: '2100-01-01T00:00:00Z',
          }),
        },
      });
      const env = {
        HOME: home,
        AWS_EC2_METADATA_SERVICE_ENDPOINT: NOWHERE,
        AWS_CONTAINER_CREDENTIALS_FULL_URI: `${endpoint.url}/v1`,
        AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: join(home, 'token'),
      };
      const facts = await probeProviders(options(env), {
        offline: false,
        observed: { ...observed, isOtherUser },
      });
      expect(facts.providers.container.state).toBe(state);
      expect(endpoint.requests).toHaveLength(count);
      const codes = analyseChains(facts).findings.map(({ code }) => code);
      expect(codes.includes('PROCESS_OF_OTHER_USER')).toBe(isOtherUser);
    },
  );
});
