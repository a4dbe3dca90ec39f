import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createServiceManager } from '../../../src/cli/serving/systemd/service-manager.ts';
import { systemClock } from '../../../src/clock.ts';
import { startNotifySocket } from '../../support/cli/notify-socket.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { describeReader } from '../../support/credential-formats/describe-reader.ts';
import { sampleCases } from '../../support/thorough.ts';

const PATH = process.env.PATH ?? '';
const PID = 4711;

function create(env: Record<string, string>) {
  const problems: string[] = [];
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const manager = createServiceManager({
    ...{ env: { PATH, ...env }, pid: PID, clock: systemClock, stop: stop.signal },
    onProblem: (message, hint) => problems.push(`${message}; ${hint}`),
  });
  return { manager, problems, stop };
}

const SYSTEMD_NOTIFY = { program: 'systemd-notify', package: 'systemd' };

describeReader('messages to systemd', SYSTEMD_NOTIFY, () => {
  test.each(
    sampleCases(
      [
        ['a path', () => join(temporaryFolder(), 'notify')],
        ['an abstract name', () => `@cred-watch-test-${process.pid}-${Math.random()}`],
      ],
      2,
    ),
  )('systemd gets the messages in order at %s', async (_, createName) => {
    const name = createName();
    const socket = await startNotifySocket(name);
    const { manager, problems } = create({ NOTIFY_SOCKET: name });
    void manager.notifyReady('serving loader');
    void manager.notifyStatus('serving loader');
    void manager.notifyStatus('cannot refresh\nREADY=0');
    await manager.notifyStopping();
    expect(socket.messages()).toEqual([
      'READY=1\nSTATUS=serving loader',
      'STATUS=cannot refresh\\u{a}READY=0',
      'STOPPING=1\nSTATUS=stopping',
    ]);
    expect(problems).toEqual([]);
  });

  test('the watchdog gets a message at half of its time until the stop', async () => {
    const name = join(temporaryFolder(), 'notify');
    const socket = await startNotifySocket(name);
    const env = { NOTIFY_SOCKET: name, WATCHDOG_USEC: '400000', WATCHDOG_PID: String(PID) };
    const { manager, stop } = create(env);
    await manager.notifyReady('');
    const startedAt = Date.now();
    await socket.received('WATCHDOG=1');
    expect(Date.now() - startedAt).toBeGreaterThan(150);
    stop.abort();
    await manager.notifyStopping();
    const count = () => socket.messages().filter((each) => each === 'WATCHDOG=1').length;
    const before = count();
    await systemClock.sleep(500);
    expect(count()).toBe(before);
  });

  test.each(
    sampleCases(
      [
        ['without a watchdog', {}],
        ['for the watchdog of another process', { WATCHDOG_USEC: '200000', WATCHDOG_PID: '1' }],
        ['with an invalid time', { WATCHDOG_USEC: 'x' }],
      ],
      3,
    ),
  )('no message of the watchdog is sent %s', async (_, env) => {
    const name = join(temporaryFolder(), 'notify');
    const socket = await startNotifySocket(name);
    const { manager } = create({ NOTIFY_SOCKET: name, ...env });
    await manager.notifyReady('');
    await systemClock.sleep(300);
    expect(socket.messages()).toHaveLength(1);
  });

  test('a socket that does not exist is reported once', async () => {
    const { manager, problems } = create({ NOTIFY_SOCKET: join(temporaryFolder(), 'missing') });
    await manager.notifyReady('');
    await manager.notifyStopping();
    expect(problems).toEqual([
      expect.stringContaining('could not send a message to systemd: systemd-notify ended with exit code 1; '),
    ]);
  });
});

test('a missing systemd-notify is reported with a hint', async () => {
  const { manager, problems } = create({ NOTIFY_SOCKET: '/nonexistent', PATH: temporaryFolder() });
  await manager.notifyReady('');
  expect(problems).toEqual([
    expect.stringMatching(
      /^could not send a message to systemd: systemd-notify is not installed; .*Type=exec/,
    ),
  ]);
});

test('without NOTIFY_SOCKET no program is started', async () => {
  const { manager, problems } = create({ PATH: temporaryFolder() });
  await manager.notifyReady('');
  await manager.notifyStatus('x');
  await manager.notifyStopping();
  expect(problems).toEqual([]);
});
