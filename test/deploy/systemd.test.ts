import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startProcess } from '../support/cli/program-run.ts';
import { curl, startSimulation, written } from '../support/cli/running-simulation.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import { describeReader } from '../support/credential-formats/describe-reader.ts';
import { deployPath, listDeployFiles, readDeployFile } from '../support/deploy/files.ts';
import { createDeployWorkspace } from '../support/deploy/workspace.ts';
import { HOUR } from '../support/recipes/endpoints.ts';
import { startTask } from '../support/recipes/task.ts';
import { ciTest, sampleCases } from '../support/thorough.ts';

const UNITS = listDeployFiles()
  .filter((file) => file.startsWith('systemd/') && !file.endsWith('.conf'))
  .map((file) => file.slice('systemd/'.length));
const SERVICES = UNITS.filter((unit) => unit.endsWith('.service'));
const DROP_IN = 'job.service.d/cred-watch.conf';

const readUnit = (unit: string) => readDeployFile(`systemd/${unit}`);
const readSetting = (unit: string, key: string) =>
  [...readUnit(unit).matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value = '']) => value);

/** The units, with a program that systemd finds. systemd searches only folders of the system. */
function createUnits(): (unit: string) => string {
  const folder = temporaryFolder();
  chmodSync(folder, 0o755);
  for (const unit of UNITS) {
    const text = readUnit(unit).replace(/^(Exec\w+=)cred-watch /gm, '$1true ');
    writeFileSync(join(folder, unit), text, { mode: 0o644 });
  }
  return (unit) => join(folder, unit);
}

describeReader('the units of deploy', { program: 'systemd-analyze', package: 'systemd' }, () => {
  const analyze = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync('systemd-analyze', args, { encoding: 'utf8' });
    return { status, output: stdout + stderr };
  };

  test('systemd accepts all units', () => {
    const locate = createUnits();
    expect(UNITS).toHaveLength(9);
    expect(analyze('verify', '--man=no', ...UNITS.map(locate))).toEqual({ status: 0, output: '' });
  });

  test('systemd reports a misspelt setting', () => {
    const path = createUnits()('cred-watch.service');
    writeFileSync(path, readFileSync(path, 'utf8').replace('ProtectHome=', 'ProtectHouse='));
    const { output } = analyze('verify', '--man=no', path);
    expect(output).toContain("Unknown key 'ProtectHouse'");
  });

  test('systemd accepts the drop-in of a job', () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o755);
    const job = join(folder, 'load-orders.service');
    writeFileSync(job, '[Unit]\nDescription=Load\n[Service]\nType=oneshot\nExecStart=true\n', {
      mode: 0o644,
    });
    mkdirSync(`${job}.d`);
    const text = readUnit(DROP_IN).replace('=cred-watch ', '=true ');
    writeFileSync(`${job}.d/cred-watch.conf`, text, { mode: 0o644 });
    expect(analyze('verify', '--man=no', job)).toEqual({ status: 0, output: '' });
    writeFileSync(`${job}.d/cred-watch.conf`, text.replace('ExecCondition=', 'ExecConditions='));
    expect(analyze('verify', '--man=no', job).output).toContain("Unknown key 'ExecConditions'");
  });

  // The unit of `serve` opens no sockets itself, and needs the files of AWS.
  test.each(
    sampleCases(
      SERVICES.filter((unit) => unit !== 'cred-watch-serve.service'),
      4,
    ),
  )('systemd rates the exposure of %s below 2 of 10', (unit) => {
    const path = createUnits()(unit);
    const rate = () => analyze('security', '--offline=true', '--no-pager', '--threshold=20', path).status;
    expect(rate()).toBe(0);
    writeFileSync(path, readFileSync(path, 'utf8').replace(/^(Protect|Private|Restrict).*$/gm, ''));
    expect(rate()).toBe(1);
  });

  test.each([
    ['cred-watch.timer', '*-*-* *:00/5:00'],
    ['cred-watch-push.timer', '*-*-* *:00/5:00'],
    ['cred-watch-emf.timer', '*-*-* *:00/5:00'],
  ])('%s runs every five minutes', (timer, normalized) => {
    const [calendar = ''] = readSetting(timer, 'OnCalendar');
    expect(analyze('calendar', calendar).output).toContain(`Normalized form: ${normalized}\n`);
    expect(readSetting(timer, 'Persistent')).toEqual(['false']);
    expect(readSetting(timer, 'RandomizedDelaySec')).toHaveLength(1);
  });
});

test.each(SERVICES)('%s runs as a dynamic user without capabilities', (unit) => {
  expect(readSetting(unit, 'DynamicUser')).toEqual(['yes']);
  expect(readSetting(unit, 'CapabilityBoundingSet')).toEqual(['']);
  expect(readUnit(unit)).not.toContain('=+');
});

test('all units of the poller have the same user and database', () => {
  const shared = ['User', 'StateDirectory', 'StateDirectoryMode', 'CacheDirectory', 'UMask'];
  const settings = SERVICES.filter((unit) => unit !== 'cred-watch-serve.service').map((unit) =>
    shared.map((key) => readSetting(unit, key)),
  );
  expect(new Set(settings.map((each) => JSON.stringify(each))).size).toBe(1);
});

/** A host with the units. A stand-in for systemd starts them, as they are, in a folder that stands for `/`. */
function createHost(env: Readonly<Record<string, string>>) {
  const workspace = createDeployWorkspace({
    // Without a state directory of systemd, root would use the database of this machine.
    env: { CRED_WATCH_DB: undefined, XDG_STATE_HOME: temporaryFolder(), ...env },
    standIns: ['systemd-start.py'],
  });
  const installed = (name: string) => workspace.locate(`/etc/systemd/system/${name}`);
  mkdirSync(installed(''), { recursive: true });
  for (const unit of SERVICES) cpSync(deployPath(`systemd/${unit}`), installed(unit));
  return {
    ...workspace,
    installed,
    database: join(workspace.root, 'var/lib/cred-watch/samples.db'),
    start: (unit: string) => workspace.shell(`systemd-start ${installed(unit)}`),
  };
}

describe('ExecStart', () => {
  test('cred-watch.service records a sample in the database of its StateDirectory', async () => {
    const { environment } = await startSimulation([]);
    const host = createHost(environment);
    const run = await host.start('cred-watch.service');
    expect([run.code, run.output]).toEqual([0, expect.stringContaining('Deactivated successfully.')]);
    const report = await host.shell(`cred-watch report --db ${host.database} -f json`);
    expect(JSON.parse(report.stdout).series).toHaveLength(1);
  });

  ciTest('cred-watch.service fails if the poll fails, and records it', async () => {
    const host = createHost({});
    const run = await host.start('cred-watch.service');
    expect([run.code, run.output]).toEqual([1, expect.stringContaining('could not connect to the endpoint')]);
    const { output } = await host.shell(`cred-watch report --db ${host.database}`);
    expect(output).toMatch(/failed polls +1 unreachable/);
  });

  test('cred-watch-listen.service serves metrics and its health', async () => {
    const { environment } = await startSimulation([]);
    const host = createHost({ ...environment, STATE_DIRECTORY: temporaryFolder() });
    const [line = ''] = readSetting('cred-watch-listen.service', 'ExecStart');
    expect(line).toContain(' --listen 127.0.0.1:9464 ');
    const words = line.replace(':9464', ':0').split(' ');
    const program = startProcess([join(host.bin, words[0]!), ...words.slice(1)], { env: host.env });
    onTestFinished(async () => {
      program.child.kill('SIGTERM');
      await program.done;
    });
    let messages = '';
    const address = await new Promise<string>((resolve) => {
      program.child.stderr.on('data', (chunk) => {
        messages += chunk;
        const [, url] = /serving (http:\S+)/.exec(messages) ?? [];
        if (url !== undefined) resolve(url);
      });
    });
    await written(program, /simulated-role/);
    expect(await curl(`${address}healthz`)).toMatchObject({ status: 200 });
    expect((await curl(`${address}metrics`)).body).toMatch(
      /^cred_watch_job_required_seconds\{.*job_name="5h"/m,
    );
  });

  ciTest('cred-watch-push.service pushes to the destination of push.env', async () => {
    const host = createHost((await startSimulation([])).environment);
    const file = host.locate('/etc/cred-watch/push.env');
    mkdirSync(dirname(file), { recursive: true });
    const folder = join(host.folder, 'pushed');
    writeFileSync(file, `# a comment\nPUSH_TO=${folder}\n`);
    await host.start('cred-watch.service');
    expect(await host.start('cred-watch-push.service')).toMatchObject({ code: 0 });
    expect(readdirSync(folder)).toContainEqual(expect.stringMatching(/^host=/));
    // Each word of the flags is an argument.
    writeFileSync(file, `PUSH_TO=${folder}\nPUSH_FLAGS=--tag env=prod\n`);
    const tagged = await host.start('cred-watch-push.service');
    expect([tagged.code, tagged.output]).toEqual([1, expect.stringContaining('--tag needs')]);
    writeFileSync(file, 'PUSH_TO=nowhere\n');
    const run = await host.start('cred-watch-push.service');
    expect([run.code, run.output]).toEqual([
      1,
      expect.stringContaining("--to 'nowhere' is not a destination"),
    ]);
  });
});

ciTest('cred-watch-emf.service sends each line with its log group to the agent', async () => {
  const received: string[] = [];
  const agent = createServer((socket) =>
    socket.setEncoding('utf8').on('data', (text: string) => received.push(text)),
  );
  await new Promise<void>((resolve) => agent.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void agent.close());
  const host = createHost((await startSimulation([])).environment);
  const unit = host.installed('cred-watch-emf.service');
  const { port } = agent.address() as AddressInfo;
  mkdirSync(`${unit}.d`);
  writeFileSync(`${unit}.d/port.conf`, `[Service]\nEnvironment=AGENT=/dev/tcp/127.0.0.1/${port}\n`);
  await host.start('cred-watch.service');
  expect(await host.start('cred-watch-emf.service')).toMatchObject({ code: 0 });
  const lines = received
    .join('')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines).toHaveLength(2);
  for (const { _aws } of lines) {
    expect(_aws.LogGroupName).toBe('/cred-watch/metrics');
    expect(_aws.CloudWatchMetrics[0].Namespace).toBe('cred-watch');
  }
  const failing = readFileSync(unit, 'utf8').replace('report -j 5h', 'report -j 5h --no-such-flag');
  writeFileSync(unit, failing);
  expect(await host.start('cred-watch-emf.service')).toMatchObject({ code: 1 });
  agent.close();
  const { code, output } = await host.start('cred-watch-emf.service');
  expect([code, output]).toEqual([1, expect.stringContaining('Connection refused')]);
});

describe('the drop-in of a job', () => {
  /** A job with a folder of its own. The condition is as in the file, except for the duration. */
  function createJob(env: Readonly<Record<string, string>>) {
    const host = createHost(env);
    const job = host.installed('load-orders.service');
    writeFileSync(job, '[Service]\nType=oneshot\nExecStart=/bin/echo loads\n');
    mkdirSync(`${job}.d`);
    cpSync(deployPath(`systemd/${DROP_IN}`), `${job}.d/cred-watch.conf`);
    return { ...host, startJob: () => host.start('load-orders.service') };
  }

  test('a job that fits is started', async () => {
    const task = await startTask({ validSeconds: 6 * HOUR });
    const { code, output } = await createJob(task.env).startJob();
    expect([code, output]).toEqual([0, expect.stringContaining(': loads\n')]);
  });

  ciTest('a job that is too long is skipped without an error', async () => {
    const task = await startTask({ validSeconds: 2 * HOUR });
    const { code, output } = await createJob(task.env).startJob();
    expect([code, output]).toEqual([0, expect.stringContaining("Skipped due to 'exec-condition'.")]);
    expect(output).toContain('not safe: a 5h job');
    expect(output).not.toContain(': loads');
  });

  ciTest('a job that cannot be judged fails', async () => {
    const { code, output } = await createJob({}).startJob();
    expect([code, output]).toEqual([1, expect.stringContaining('status=255')]);
    expect(output).not.toContain(': loads');
  });

  test('a job fails if the program is missing', async () => {
    const task = await startTask({ validSeconds: 6 * HOUR });
    const job = createJob(task.env);
    const dropIn = join(`${job.installed('load-orders.service')}.d`, 'cred-watch.conf');
    writeFileSync(
      dropIn,
      readFileSync(dropIn, 'utf8').replace(/\bcred-watch check/, 'missing-program check'),
    );
    const { code, output } = await job.startJob();
    expect([code, output]).toEqual([1, expect.stringContaining('status=255')]);
    expect(output).not.toContain(': loads');
  });

  ciTest('a database that cannot be written prevents no start', async () => {
    const task = await startTask({ validSeconds: 6 * HOUR });
    const { code, output } = await createJob({ ...task.env, XDG_STATE_HOME: '/proc/nowhere' }).startJob();
    expect([code, output]).toEqual([0, expect.stringContaining(': loads\n')]);
    expect(output).toContain('note: ');
  });
});
