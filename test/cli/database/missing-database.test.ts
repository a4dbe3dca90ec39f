import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runProgram } from '../../support/cli/built-program.ts';
import { mayBeSkipped, noMountNamespace, OWN_MOUNTS } from '../../support/cli/namespaces.ts';
import { AS_OTHER_USER, noOtherUser, OTHER_USER } from '../../support/cli/other-user.ts';
import { fixturePath } from '../../support/cli/program-run.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { succeed } from '../../support/cli/succeed.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { isThorough } from '../../support/thorough.ts';

/** Both logs of 2015, without roles. No test changes it. */
const db = join(temporaryFolder(afterAll), 'samples.db');
beforeAll(async () => {
  await succeed(['import', fixturePath('curl.log'), '--host', 'linux', '--db', db]);
  await succeed(['import', fixturePath('invoke.log'), '--host', 'windows', '--db', db]);
});

const OFFLINE = ['check', '--offline', '--source', 'imds', '-j', '5h'];

/** Each command that only reads, and its exit code for an empty file. */
const READERS: [args: string[], codeIfEmpty: number][] = [
  [['report'], 0],
  [['report', '-j', '5h'], 3],
  [['report', '--fleet'], 0],
  [['status'], 0],
  [['status', '-j', '5h'], 3],
  [['export'], 2],
  [['prune', '--older-than', '3d'], 2],
  [OFFLINE, 3],
];

describe.each(READERS)('%j', (args, codeIfEmpty) => {
  test(`${args.join(' ')}: a file of --db that does not exist is an error`, async () => {
    const path = join(temporaryFolder(), 'typo.db');
    const { code, stdout, stderr } = await runCommand([...args, '--db', path]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe(
      `error: ${path} does not exist\nhint: correct --db, or record samples in this file with \`cred-watch poll\`\n`,
    );
    expect(existsSync(path)).toBe(false);
  });

  test(`${args.join(' ')}: a file of CRED_WATCH_DB that does not exist is an error`, async () => {
    const path = join(temporaryFolder(), 'folder', 'typo.db');
    const { code, stderr } = await runCommand(args, { env: { CRED_WATCH_DB: path } });
    expect(code).toBe(2);
    expect(stderr).toContain(`error: ${path} does not exist\nhint: correct CRED_WATCH_DB, or record samples`);
  });

  test(`${args.join(' ')}: an empty file is called empty`, async () => {
    const path = join(temporaryFolder(), 'empty.db');
    writeFileSync(path, '');
    const { code, stderr } = await runCommand([...args, '--db', path]);
    expect(code).toBe(codeIfEmpty);
    expect(stderr).toContain(`${path} is empty (0 bytes)`);
    expect(stderr).not.toContain('does not exist');
  });
});

test.each([
  [['report'], 0],
  [['report', '-j', '5h'], 3],
  [['status'], 0],
  [OFFLINE, 3],
])('%j: without a name, a missing file only means that there are no samples', async (args, code) => {
  const env = { CRED_WATCH_DB: '', XDG_STATE_HOME: temporaryFolder() };
  const run = await runCommand(args, { env });
  expect(run.code).toBe(code);
  expect(run.stderr).toContain('samples.db does not exist');
});

test('a blank CRED_WATCH_DB names no file', async () => {
  const env = { CRED_WATCH_DB: '', XDG_STATE_HOME: temporaryFolder() };
  expect((await runCommand(['report'], { env })).code).toBe(0);
});

describe('check --offline without samples of the credentials', () => {
  const check = (...args: string[]) =>
    runCommand(['check', '--offline', '-j', '5h', '--max-age', '36000d', '--db', db, ...args]);

  test.each([
    ['host', ['--host', 'lunix', '--source', 'imds'], 'host lunix', 'hosts with samples: linux, windows'],
    [
      'source',
      ['--host', 'linux', '--source', 'container'],
      'host linux and source container',
      'sources with samples of host linux: imds',
    ],
    [
      'role',
      ['--host', 'linux', '--source', 'imds', '--role', 'app'],
      'host linux, source imds and role app',
      'remove --role: the samples of host linux and source imds have no role',
    ],
  ])(
    'a wrong %s gets a note with the stored names, and the verdict is unknown',
    async (_, args, wanted, hint) => {
      const { code, stdout, stderr } = await check(...args);
      expect(code).toBe(3);
      expect(stdout).toMatch(/^unknown: /);
      expect(stderr).toBe(`note: no samples of ${wanted} in ${db}\nhint: ${hint}\n`);
    },
  );

  test('this machine without samples gets the hosts to choose from', async () => {
    const { stderr } = await check('--source', 'imds');
    expect(stderr).toMatch(/^note: no samples of host \S+ in /);
    expect(stderr).toContain('hint: hosts with samples: linux, windows; choose one with --host\n');
  });

  test('a host with samples gets no note', async () => {
    expect((await check('--host', 'linux', '--source', 'imds')).stderr).toBe('');
  });
});

test.each([
  [['--host', 'lunix'], 'hosts with samples: linux, windows'],
  [['--host', 'lunix', '--fleet'], 'hosts with samples: linux, windows'],
  [['--host', 'linux', '--source', 'container'], 'sources with samples of host linux: imds'],
  [['--host', 'linux', '--since', '7d'], 'remove --since'],
])('report %j without matching samples says why', async (args, hint) => {
  const { code, stderr } = await runCommand(['report', '--db', db, ...args]);
  expect(code).toBe(0);
  expect(stderr).toBe(`note: no samples in ${db} match the filters\nhint: ${hint}\n`);
});

describe('samples of root', () => {
  const problem = noOtherUser ?? noMountNamespace;
  const skipped = problem === null ? '' : ` (skipped: ${problem})`;

  /** A separate /var/lib, where root has polled. The command runs as another user, who has no database. */
  const SCRIPT = `mount -t tmpfs tmpfs /var/lib && mkdir -m "$1" /var/lib/cred-watch &&
    cp "$2" /var/lib/cred-watch/samples.db && chmod 600 /var/lib/cred-watch/samples.db &&
    mkdir -m 700 /var/lib/home && chown ${OTHER_USER} /var/lib/home && shift 2 && exec "$@"`;

  const runAsOther = (mode: string, args: string[], env: Record<string, string> = {}) =>
    runProgram(args, {
      env: { HOME: '/var/lib/home', CRED_WATCH_DB: undefined, XDG_STATE_HOME: undefined, ...env },
      prefix: [...OWN_MOUNTS, 'sh', '-c', SCRIPT, 'sh', mode, db, ...AS_OTHER_USER],
    });

  test.skipIf(!isThorough || (problem !== null && mayBeSkipped))(
    `a hint tells another user to run the command as root${skipped}`,
    async () => {
      expect(problem).toBeNull();
      for (const args of [
        ['report'],
        ['report', '--fleet', '--since', '7d'],
        ['status'],
        OFFLINE,
        ['export', '--format', 'csv'],
        ['prune', '--older-than', '3d'],
        ['push', '--to', '/tmp/destination'],
        ['serve', '--who'],
      ]) {
        const { stderr } = await runAsOther('700', args);
        expect(stderr).toContain(
          `hint: root may have samples in /var/lib/cred-watch, which this user cannot read: run \`sudo cred-watch ${args.join(' ')}\`\n`,
        );
      }
    },
  );

  test.skipIf(problem !== null && mayBeSkipped)(
    `the command of the hint has all flags of the user, and no secrets${skipped}`,
    async () => {
      expect(problem).toBeNull();
      const variables = { CRED_WATCH_JOB_DURATION: '4h', CRED_WATCH_HOST: 'db 1', CRED_WATCH_ROLE: '' };
      const process = ['check', '--offline', '-j', '4h', '--source', 'process'];
      const role = [
        'check',
        '--offline',
        '-j',
        '4h',
        '--source',
        'role',
        '--role-arn',
        'arn:aws:iam::123456789012:role/loader',
      ];
      const given = "CRED_WATCH_JOB_DURATION=4h 'CRED_WATCH_HOST=db 1'";
      for (const [args, env, command] of [
        [OFFLINE, {}, `cred-watch ${OFFLINE.join(' ')}`],
        [['report', '--job', "night's job"], {}, "cred-watch report --job 'night'\\''s job'"],
        [
          [...role, '--sts-endpoint', 'http://me:hunter2@127.0.0.1:9', '--external-id', 'hunter2'],
          {},
          `cred-watch ${role.join(' ')} --sts-endpoint 'http://[redacted]@127.0.0.1:9' --external-id '[redacted]'`,
        ],
        [['check', '--offline'], variables, `${given} cred-watch check --offline`],
        [
          [...process, '--process', 'get --password hunter2'],
          {},
          `cred-watch ${process.join(' ')} --process '[redacted]'`,
        ],
        [
          [...process, '--process=get --password hunter2'],
          {},
          `cred-watch ${process.join(' ')} '--process=[redacted]'`,
        ],
      ] as [string[], Record<string, string>, string][]) {
        const { stderr } = await runAsOther('755', args, env);
        expect(stderr).toContain(`: run \`sudo ${command}\`\n`);
        expect(stderr).not.toContain('hunter2');
      }
    },
  );

  test.skipIf(problem !== null && mayBeSkipped)(`a visible file is named in the hint${skipped}`, async () => {
    expect(problem).toBeNull();
    const { code, stderr } = await runAsOther('755', ['report', '-j', '5h']);
    expect(code).toBe(3);
    expect(stderr).toContain(
      "hint: root's samples are in /var/lib/cred-watch/samples.db: run `sudo cred-watch report -j 5h`\n",
    );
  });

  test.skipIf(problem !== null && mayBeSkipped)(
    `a file that this user may not read is not called missing${skipped}`,
    async () => {
      expect(problem).toBeNull();
      const path = '/var/lib/cred-watch/samples.db';
      const { code, stderr } = await runAsOther('700', ['report', '--db', path]);
      expect(code).toBe(2);
      expect(stderr).toContain(`error: no permission to use ${path}\n`);
    },
  );
});
