import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { prepareUnits } from '../../../src/cli/init/install/units.ts';
import { runRemove } from '../../../src/cli/init/remove/run-remove.ts';
import { readUserName } from '../../../src/cli/init/user.ts';
import { main } from '../../../src/cli/main.ts';
import { buildCronLine, CRON_COMMENT } from '../../../src/domain/installation/cron-line.ts';
import type { Schedule } from '../../../src/domain/installation/schedule.ts';
import { buildSchedule } from '../../../src/report/installation/schedule.ts';
import { minimalEnvironment } from '../../support/cli/program-run.ts';
import { pathsIn, temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { createTestIo } from '../../support/cli/test-io.ts';
import { findViolations } from '../../support/docs/schemas.ts';
import { createHost, createPoll } from '../../support/installation/poll-command.ts';
import { recorder } from '../../support/installation/recorder.ts';
import { writeCrontabStandIn, writeSystemctlStandIn } from '../../support/installation/stand-ins.ts';

type SystemdSchedule = Extract<Schedule, { kind: 'systemd' }>;

/** A machine whose files are in a folder, with stand-ins for `crontab` and `systemctl`, and two databases. */
function createMachine({ isRoot = false, hasSystemd = true } = {}) {
  const folder = temporaryFolder();
  const crontab = writeCrontabStandIn(folder);
  const systemctl = writeSystemctlStandIn(folder);
  const root = join(folder, 'root');
  if (hasSystemd) mkdirSync(join(root, 'run/systemd/system'), { recursive: true });
  const database = join(folder, 'samples.db');
  writeFileSync(database, '');
  const unitFolder = isRoot ? join(root, 'etc/systemd/system') : join(folder, 'config/systemd/user');
  const env = minimalEnvironment({
    HOME: folder,
    PATH: crontab.path,
    XDG_CONFIG_HOME: join(folder, 'config'),
    XDG_RUNTIME_DIR: '/nonexistent',
  });
  const createIo = (answer: string | null) => {
    const output = recorder();
    const canAsk = () => answer !== null;
    const io = createTestIo(env, answer ?? '', { ...output.outputs, home: folder, isRoot, canAsk });
    return { io, output };
  };
  return {
    ...{ folder, crontab, systemctl, root, database, unitFolder, createIo },
    line: (every = 300, db = database) => buildCronLine(createPoll({ database: db }), every),
    async installUnits(every = 300, changes: Parameters<typeof createPoll>[0] = {}) {
      const options = { poll: createPoll({ database, ...changes }), every, unitFolder };
      const host = createHost({ isRoot });
      const schedule = buildSchedule('systemd', { ...options, host, user: 'loader', version: '1.0.0' });
      await (await prepareUnits(schedule as SystemdSchedule, env, 1000)).install();
      writeFileSync(join(folder, 'systemctl.log'), '');
    },
    remove: async (flags: object = { yes: true }, answer: string | null = null) => {
      const { io, output } = createIo(answer);
      const usual = { source: 'auto', format: 'text', remove: true } as const;
      const code = await runRemove({ ...usual, ...flags }, io, root);
      return { code, stdout: output.stdout(), stderr: output.stderr() };
    },
  };
}

const unwrap = (text: string) => text.replace(/\n {18}/g, ' ');

describe('a crontab', () => {
  test('loses the line of init and its comment, and keeps the bytes of other lines', async () => {
    const { crontab, line, remove, database } = createMachine();
    const others = [
      'MAILTO=ops\n# caf\xe9\r\n0 1 * * * /srv/a.sh\n\n',
      '0 2 * * * /srv/caf\xe9.sh\n#',
    ] as const;
    crontab.write(Buffer.from(`${others[0]}${CRON_COMMENT}\n${line()}\n${others[1]}`, 'latin1'));
    const { code, stdout, stderr } = await remove();
    expect([code, stderr]).toEqual([0, '']);
    expect(crontab.readBytes().toString('latin1')).toBe(others.join(''));
    expect(stdout).toContain(`\n\n${line()}\n\n`);
    expect(stdout).toContain('  schedule        removed: the line of the crontab\n');
    expect(unwrap(stdout)).toContain(`  database        ${database} stays.`);
    expect(readFileSync(database, 'utf8')).toBe('');
  });

  test('loses every line of init', async () => {
    const { crontab, line, remove, folder } = createMachine();
    const other = line(3600, join(folder, 'other.db'));
    crontab.write(`${CRON_COMMENT}\n${line()}\n0 1 * * * /srv/a.sh\n${CRON_COMMENT}\n${other}\n`);
    expect((await remove()).code).toBe(0);
    expect(crontab.read()).toBe('0 1 * * * /srv/a.sh\n');
  });

  test('can leave other lines that poll, and the result names them', async () => {
    const { crontab, line, remove } = createMachine();
    crontab.write(`${CRON_COMMENT}\n${line()}\n* * * * * cred-watch poll\n`);
    const { code, stdout } = await remove();
    expect([code, unwrap(stdout)]).toEqual([
      0,
      expect.stringContaining('removed: the line of the crontab; the others above may still poll\n'),
    ]);
    expect(crontab.read()).toBe('* * * * * cred-watch poll\n');
  });

  test('keeps a line that polls into another database than --db', async () => {
    const { crontab, line, remove, folder, database } = createMachine();
    const other = line(3600, join(folder, 'other.db'));
    crontab.write(`${CRON_COMMENT}\n${line()}\n${CRON_COMMENT}\n${other}\n`);
    const { code, stdout } = await remove({ yes: true, db: database });
    expect([code, stdout]).toEqual([0, expect.stringContaining(`another database, so it stays.`)]);
    expect(crontab.read()).toBe(`${CRON_COMMENT}\n${other}\n`);
  });

  test.each([
    ['an edited line', (line: string) => `${CRON_COMMENT}\n${line} 2>&1\n`, 1],
    ['a line without its comment', (line: string) => `${line}\n`, 0],
    ['a line below another line', (line: string) => `${CRON_COMMENT}\nMAILTO=ops\n${line}\n`, 0],
    ['a line with a carriage return', (line: string) => `${CRON_COMMENT}\r\n${line}\r\n`, 1],
  ])('keeps %s, and the output names it', async (_, write, expected) => {
    const { crontab, line, remove } = createMachine();
    const text = write(line(300, '/srv/samples.db'));
    crontab.write(text);
    const { code, stdout } = await remove();
    expect([code, stdout]).toEqual([
      expected,
      expect.stringMatching(/^nothing to remove: .*\n\n.*crontab -e`:$/m),
    ]);
    expect(stdout).toContain(line(300, '/srv/samples.db'));
    expect(crontab.read()).toBe(text);
  });

  test('keeps its unusual paths in the output, and no secrets', async () => {
    const { crontab, remove, folder } = createMachine();
    const home = join(folder, 'xqzk9vw2');
    mkdirSync(home);
    const secret = 'Zq8TmB4xWv7RkL2pYc9N';
    const program = join(home, 'cred-watch');
    for (const path of [program, join(home, secret)]) writeFileSync(path, '');
    const own = buildCronLine(
      createPoll({ node: process.execPath, program, database: '/srv/zq8tmb4xwv7rkl2pyc9n.db' }),
      300,
    );
    const others = [
      `* * * * * cd ${home} && cred-watch poll`,
      `* * * * * AWS_SECRET_ACCESS_KEY=${home} cred-watch poll`,
      `* * * * * cat ${home}/${secret} ; cred-watch poll`,
    ] as const;
    crontab.write(`${CRON_COMMENT}\n${own}\n${others.join('\n')}\n`);
    const { stdout } = await remove({ dryRun: true });
    for (const shown of [own, others[0]]) expect(stdout).toContain(`\n\n${shown}\n\n`);
    expect(stdout).toContain('\n\n* * * * * AWS_SECRET_ACCESS_KEY= [redacted]\n\n');
    expect(stdout).toContain('\n\n* * * * * cat [redacted] ; cred-watch poll\n\n');
    expect((await remove({ dryRun: true, format: 'json' })).stdout).not.toContain(secret);
  });

  test('keeps a line that was edited during the question', async () => {
    const { crontab, line, createIo, root } = createMachine();
    crontab.write(`${CRON_COMMENT}\n${line()}\n`);
    const { io } = createIo('');
    async function* answer() {
      crontab.write(`0 2 * * * /srv/new.sh\n${CRON_COMMENT}\n${line(60)}\n`);
      yield Buffer.from('y\n');
    }
    const flags = { source: 'auto', format: 'text', remove: true } as const;
    await runRemove(flags, { ...io, stdin: answer(), canAsk: () => true }, root);
    expect(crontab.read()).toBe(`0 2 * * * /srv/new.sh\n${CRON_COMMENT}\n${line(60)}\n`);
  });

  test('with carriage returns that cannot be read stays', async () => {
    const { crontab, line, remove } = createMachine();
    const before = `MAILTO=ops\\r\n${CRON_COMMENT}\n${line()}\n`;
    crontab.write(before);
    await expect(remove()).rejects.toMatchObject({
      message: expect.stringMatching(/^lines of the crontab end with a carriage return, /),
    });
    expect(crontab.read()).toBe(before);
  });

  test('that cannot be read is a note', async () => {
    const { crontab, remove } = createMachine();
    crontab.break('you are not allowed');
    const { code, stderr } = await remove();
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining('note: `crontab -l` failed: you are not allowed'),
    ]);
  });
});

describe('units', () => {
  test.each([true, false])('are removed after their timer was stopped (root: %s)', async (isRoot) => {
    const { installUnits, remove, unitFolder, systemctl } = createMachine({ isRoot });
    const variables = [['AWS_CONFIG_FILE', `/srv/50% "my" $config`]] as const;
    const words = ['poll', '--source', 'imds', '--role', `50% "$loader'`];
    await installUnits(1800, { words, variables, node: '/opt/a$$b%/node' });
    const { code, stdout, stderr } = await remove();
    expect([code, stderr, pathsIn(unitFolder)]).toEqual([0, '', []]);
    const command = isRoot ? 'systemctl' : 'systemctl --user';
    expect(systemctl.readLog()).toEqual([
      `${command} disable --now cred-watch.timer`,
      `${command} daemon-reload`,
      `${command} reset-failed cred-watch.service`,
    ]);
    expect(stdout).toContain('removed: the timer and its service\n');
    expect(stdout.includes('disable-linger')).toBe(!isRoot);
  });

  test.each([
    ['an edited timer', 'cred-watch.timer', (text: string) => text.replace('0/5', '0/7'), 1, 'edited'],
    ['an edited service', 'cred-watch.service', (text: string) => `${text}Nice=5\n`, 1, 'edited'],
  ])('stay with %s, and the output has the commands', async (_, name, edit, expected, reason) => {
    const { installUnits, remove, unitFolder, systemctl } = createMachine({ isRoot: true });
    await installUnits();
    const path = join(unitFolder, name);
    writeFileSync(path, edit(readFileSync(path, 'utf8')));
    const { code, stdout } = await remove();
    expect([code, pathsIn(unitFolder)]).toEqual([expected, ['cred-watch.service', 'cred-watch.timer']]);
    expect(stdout).toContain(`${path}: ${reason}`);
    expect(stdout).toContain(
      `\n\nsystemctl disable --now cred-watch.timer\nrm ${unitFolder}/cred-watch.service ${unitFolder}/cred-watch.timer\nsystemctl daemon-reload\n\n`,
    );
    expect(systemctl.readLog()).toEqual(['']);
  });

  test('of others stay', async () => {
    const { remove, unitFolder } = createMachine({ isRoot: true });
    mkdirSync(unitFolder, { recursive: true });
    writeFileSync(join(unitFolder, 'cred-watch.service'), '[Service]\nExecStart=/srv/mine\n');
    const { code, stdout } = await remove();
    expect([code, pathsIn(unitFolder)]).toEqual([0, ['cred-watch.service']]);
    expect(stdout).toContain(
      'cred-watch.service: `init` did not write this, so the units stay. To remove them:',
    );
  });

  test('are removed without their drop-in files, which are named', async () => {
    const { installUnits, remove, unitFolder } = createMachine({ isRoot: true });
    await installUnits();
    mkdirSync(join(unitFolder, 'cred-watch.timer.d'));
    writeFileSync(join(unitFolder, 'cred-watch.timer.d/override.conf'), '');
    const { code, stdout } = await remove();
    expect([code, pathsIn(unitFolder)]).toEqual([
      0,
      ['cred-watch.timer.d', 'cred-watch.timer.d/override.conf'],
    ]);
    expect(stdout).toContain(`rm -r ${unitFolder}/cred-watch.timer.d`);
  });

  test('are removed with the link of an enabled timer while systemd is not running', async () => {
    const { installUnits, remove, unitFolder, systemctl } = createMachine({ hasSystemd: false });
    await installUnits();
    const links = join(unitFolder, 'timers.target.wants');
    mkdirSync(links);
    symlinkSync('../cred-watch.timer', join(links, 'cred-watch.timer'));
    systemctl.fail('Failed to connect to bus');
    expect((await remove()).code).toBe(0);
    expect(pathsIn(unitFolder)).toEqual(['timers.target.wants']);
    expect(systemctl.readLog()).toEqual(['']);
  });

  test('stay if the timer cannot be stopped', async () => {
    const { installUnits, remove, unitFolder, systemctl, crontab, line } = createMachine();
    await installUnits();
    crontab.write(`${CRON_COMMENT}\n${line()}\n`);
    systemctl.fail('Failed to connect to bus');
    await expect(remove()).rejects.toMatchObject({
      message: '`systemctl --user disable --now cred-watch.timer` failed: Failed to connect to bus',
      hint: expect.stringContaining('the units stay'),
    });
    expect(pathsIn(unitFolder)).toHaveLength(2);
    expect(crontab.read()).toContain(line());
  });

  test('of root are named for another user', async () => {
    const { remove, root } = createMachine();
    mkdirSync(join(root, 'etc/systemd/system'), { recursive: true });
    writeFileSync(join(root, 'etc/systemd/system/cred-watch.timer'), '');
    expect((await remove()).stdout).toContain('run `sudo cred-watch init --remove`');
  });
});

test('without a schedule, nothing changes, and the exit code is 0', async () => {
  const { remove, crontab, systemctl } = createMachine();
  const user = readUserName({ userId: process.getuid?.() ?? null });
  const { code, stdout, stderr } = await remove();
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain(
    `nothing to remove: found no line and no unit that \`init --write\` installed for the user ${user}`,
  );
  expect([crontab.read(), systemctl.readLog()]).toEqual([null, []]);
});

test('--dry-run shows everything, and changes nothing', async () => {
  const { remove, crontab, line, installUnits, unitFolder, systemctl } = createMachine();
  await installUnits();
  crontab.write(`${CRON_COMMENT}\n${line()}\n`);
  const { code, stdout } = await remove({ dryRun: true });
  expect([code, stdout]).toEqual([0, expect.stringContaining('nothing changed, because of --dry-run')]);
  expect([crontab.read(), pathsIn(unitFolder).length]).toEqual([`${CRON_COMMENT}\n${line()}\n`, 2]);
  expect(systemctl.readLog()).toEqual(['']);
});

test.each([
  ['y\n', 'removed: the line of the crontab', false],
  ['n\n', 'nothing changed', true],
  ['', 'nothing changed', true],
])('the answer %j decides whether the line stays', async (answer, message, stays) => {
  const { remove, crontab, line } = createMachine();
  crontab.write(`${CRON_COMMENT}\n${line()}\n`);
  const { code, stdout, stderr } = await remove({}, answer);
  expect([code, stderr]).toEqual([0, 'Remove this line from your crontab? [y/N] ']);
  expect(stdout).toContain(message);
  expect(crontab.read()?.includes(line())).toBe(stays);
});

test.each([
  ['removed', { yes: true }],
  ['printed', { dryRun: true }],
])('-f json of a removal that is %s is valid', async (removal, flags) => {
  const { remove, crontab, line, installUnits, database } = createMachine();
  await installUnits();
  crontab.write(`${CRON_COMMENT}\n${line()}\n${line(60, '/srv/a.db')}\n`);
  const { code, stdout } = await remove({ ...flags, format: 'json' });
  const document = JSON.parse(stdout);
  expect([code, findViolations('init-remove', document)]).toEqual([0, []]);
  expect(document).toMatchObject({
    removal,
    schedules: [
      { kind: 'systemd', scope: 'user', database },
      { kind: 'cron', text: line(), database },
    ],
    kept: [{ kind: 'cron', reason: 'foreign', text: line(60, '/srv/a.db') }],
    databases: [database],
  });
});

test('-f json without a schedule is valid', async () => {
  const document = JSON.parse((await createMachine().remove({ yes: true, format: 'json' })).stdout);
  expect([findViolations('init-remove', document), document.removal]).toEqual([[], 'nothing']);
});

test.each([
  [['--write'], '--write and --remove cannot be combined'],
  [['--check'], '--check and --remove cannot be combined'],
  [['--schedule', 'cron', '--yes'], '--schedule and --remove cannot be combined'],
  [['--profile', 'a', '--yes'], '--profile and --remove cannot be combined'],
  [['-f', 'json'], '--remove with -f json needs --yes or --dry-run'],
  [[], '--remove asks first, and standard input is not a terminal'],
])('init --remove %j is wrong usage', async (args, message) => {
  const { createIo, crontab, line } = createMachine();
  crontab.write(`${CRON_COMMENT}\n${line()}\n`);
  const { io, output } = createIo(null);
  expect(await main(['init', '--remove', ...args], io)).toBe(2);
  expect(output.stderr()).toMatch(/^error: .*\nhint: .+\n$/);
  expect(output.stderr()).toContain(message);
  expect(crontab.read()).toBe(`${CRON_COMMENT}\n${line()}\n`);
});

test.each([[], ['-f', 'json']])(
  'init --remove asks nothing if nothing is installed (%s)',
  async (...args) => {
    const { io, output } = createMachine().createIo(null);
    expect(await main(['init', '--remove', ...args], io)).toBe(0);
    expect(output.stderr()).toBe('');
  },
);

test('init --dry-run needs --remove', async () => {
  const { io, output } = createMachine().createIo(null);
  expect(await main(['init', '--dry-run'], io)).toBe(2);
  expect(output.stderr()).toBe(
    'error: --dry-run needs --remove\nhint: run `cred-watch init` without --write, which installs nothing\n',
  );
});
