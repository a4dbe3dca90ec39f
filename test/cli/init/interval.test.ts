/** The interval that `init` chooses, on a machine whose files are in a folder of the test. */
import { expect, test } from 'vitest';
import { findViolations } from '../../support/docs/schemas.ts';
import { createMachine } from '../../support/installation/check-machine.ts';
import { HOUR, startPlace } from '../../support/recipes/endpoints.ts';

const MINUTE = 60;

/** A machine with cron and credentials of this validity. */
async function createInstance(validity: number) {
  const machine = createMachine((await startPlace('imds', validity)).env);
  machine.addProcess(70, ['/usr/sbin/cron', '-f']);
  return machine;
}

const unwrap = (text: string) => text.replace(/\n {18}/g, ' ');

const CRON = { schedule: 'cron', write: true, yes: true } as const;

test('credentials of 6 hours are polled every 5 minutes, without a reason', async () => {
  const { init } = await createInstance(6 * HOUR);
  const { stdout } = await init();
  expect(stdout).toMatch(/^\*\/5 \* /m);
  expect(stdout).not.toMatch(/^ {2}interval/m);
  const { schedule } = JSON.parse((await init({ format: 'json' })).stdout);
  expect(schedule).toMatchObject({ interval_seconds: 300, interval_reason: null });
});

test('credentials of 10 minutes are polled every 2 minutes, with the reason', async () => {
  const { init } = await createInstance(10 * MINUTE);
  const { stdout } = await init();
  expect(stdout).toMatch(/^\*\/2 \* /m);
  expect(unwrap(stdout)).toMatch(
    /^ {2}interval {8}2m instead of 5m: these credentials are replaced within their validity of 10m$/m,
  );
  expect(unwrap(stdout)).not.toContain('can miss rotations');
  const document = JSON.parse((await init({ format: 'json' })).stdout);
  expect(findViolations('init', document)).toEqual([]);
  expect(document.schedule).toMatchObject({ interval_seconds: 120, interval_reason: 'VALIDITY' });
});

test.each([
  [
    {},
    '* * * * * ',
    /^ {2}attention {7}cron cannot poll more often than every 1m, which can miss rotations: /m,
  ],
  [{ every: 300 }, '*/5 * * * * ', /^ {2}attention {7}a poll every 5m can miss rotations: /m],
] as const)(
  'cron with %j polls credentials of a minute at %j, and says what is better',
  async (flags, times, why) => {
    const { init } = await createInstance(MINUTE);
    const { stdout } = await init(flags);
    expect(stdout).toContain(`\n${times}`);
    expect(unwrap(stdout)).toMatch(why);
    expect(unwrap(stdout)).toContain('; use --schedule process --every 10s\n');
    expect(stdout).not.toMatch(/^ {2}interval/m);
  },
);

test('a process polls credentials of a minute every 10 seconds', async () => {
  const { init } = await createInstance(MINUTE);
  const { stdout } = await init({ schedule: 'process' });
  expect(stdout).toContain(' --interval 10s ');
  expect(unwrap(stdout)).toMatch(/^ {2}interval {8}10s instead of 5m: /m);
  expect(unwrap(stdout)).not.toContain('can miss rotations');
});

test('the fix of the check has the interval of init, or the one of the user', async () => {
  const { env } = await startPlace('imds', MINUTE);
  const { check } = createMachine(env);
  const findFix = async (flags = {}) =>
    (await check(flags)).checks.find(({ code }) => code === 'NO_POLLER')?.fix;
  expect(await findFix()).toContain(' --interval 10s ');
  expect(await findFix({ every: 300 })).toContain(' --interval 5m ');
});

test('the fix of the check repeats --every', async () => {
  const { check } = await createInstance(6 * HOUR);
  const { checks } = await check({ every: 60 });
  expect(checks[0]).toMatchObject({ code: 'NO_POLLER', fix: 'run `cred-watch init --write --every 1m`' });
});

test.each([
  [
    'stays if it is short enough',
    6 * HOUR,
    60,
    '* * * * * ',
    /^ {2}interval {8}1m, as installed; --every changes it$/m,
  ],
  [
    'is replaced if it misses rotations',
    10 * MINUTE,
    900,
    '*/2 * * * * ',
    /^ {2}replaced {8}the earlier line of `init`, which polled every 15m$/m,
  ],
] as const)('without --every, an installed interval %s', async (_, validity, every, times, row) => {
  const { init, crontab } = await createInstance(validity);
  await init({ ...CRON, every });
  const { stdout } = await init(CRON);
  expect(crontab.read()).toMatch(/^# cred-watch .*\n.*\n$/);
  expect(crontab.read()).toContain(`\n${times}`);
  expect(unwrap(stdout)).toMatch(row);
});

test('systemd polls credentials of a minute every 10 seconds, and the check knows', async () => {
  const { init, check, write } = await createInstance(MINUTE);
  write('run/systemd/system/x', '');
  const { code, stdout } = await init({ schedule: 'systemd', write: true, yes: true });
  expect([code, stdout]).toEqual([0, expect.stringContaining('\nOnCalendar=*:*:0/10\n')]);
  const poller = (await check()).checks.find((each) => each.code === 'POLLER');
  expect(poller).toMatchObject({ place: { kind: 'systemd' }, interval_seconds: 10 });
});

test('the check names an installed interval that misses rotations, and its fix installs a shorter one', async () => {
  const { init, check, crontab } = await createInstance(10 * MINUTE);
  await init({ ...CRON, every: 900 });
  const result = await check();
  expect(result.code).toBe(1);
  expect(findViolations('init-check', JSON.parse(JSON.stringify({ ...result, code: undefined })))).toEqual(
    [],
  );
  expect(result.checks.find(({ code }) => code === 'POLL_INTERVAL')).toMatchObject({
    ...{ state: 'problem', interval_seconds: 900, poll_every_seconds: 120, basis: 'VALIDITY' },
    message:
      'a poll every 15m can miss rotations: these credentials are replaced within their validity of 10m',
    fix: 'poll every 2m instead: `cred-watch init --source imds --write --every 2m`',
  });
  await init({ source: 'imds', write: true, yes: true, every: 120 });
  expect(crontab.read()).toMatch(/^# cred-watch .*\n\*\/2 \* .*\n$/);
  expect((await check()).checks.find(({ code }) => code === 'POLL_INTERVAL')).toBeUndefined();
});

test('without measured rotations, the usual rotation interval is only a note of the check', async () => {
  const { init, check } = await createInstance(6 * HOUR);
  await init({ ...CRON, every: HOUR });
  const result = await check();
  expect(result.checks.find(({ code }) => code === 'POLL_INTERVAL')).toMatchObject({
    ...{ state: 'note', basis: 'GENERAL', poll_every_seconds: 300 },
    message: expect.stringContaining('a poll every 1h can miss rotations: IMDS usually rotates'),
  });
  expect(result.code).toBe(0);
});
