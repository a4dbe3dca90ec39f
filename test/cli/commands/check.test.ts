import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Sample } from '../../../src/domain/model.ts';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { startProgram } from '../../support/cli/built-program.ts';
import { metadataService, ROLES, roleDocument } from '../../support/cli/metadata-script.ts';
import { errorWritten, type Run } from '../../support/cli/program-run.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { startSimulation } from '../../support/cli/running-simulation.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { SHORT_TIMESTAMP } from '../../support/short-timestamp.ts';
import { type Step, startEndpoint } from '../../support/sources/scripted-endpoint.ts';
import { ciTest, isThorough } from '../../support/thorough.ts';

const SERIES = { host: 'i-0abc', source: 'imds', apiVersion: '2' } as const;

/** Records a history with rotations at this interval, the last one `age` ago. All values are seconds. */
function record(
  db: string,
  { interval = 3600, validity = 21_600, age = 600, rotations = 6, role = 'loader' } = {},
): void {
  const store = SampleStore.open(db);
  const now = Date.now();
  for (let number = 0; number <= rotations; number += 1) {
    const issued = Math.floor(now / 1000) * 1000 - (age + (rotations - number) * interval) * 1000;
    const sample: Omit<Sample, 'observedAt'> = {
      accessKeyId: `ASIAHISTORY${String(number).padStart(9, '0')}`,
      lastUpdated: issued,
      expiration: issued + validity * 1000,
      zoneless: false,
      clockOffset: 0,
    };
    const last = Math.min(now, issued + interval * 900);
    for (const observedAt of [issued + interval * 100, last]) {
      if (observedAt <= now) store.recordSample({ ...SERIES, role }, { ...sample, observedAt }, 'machine');
    }
  }
  store.close();
}

const issuedNow = (expiresIn: number, issuedIn = -600) =>
  metadataService({ [`GET ${ROLES}loader`]: { body: roleDocument({ expiresIn, issuedIn }) } });

interface CheckOptions {
  env?: Record<string, string | undefined>;
  history?: Parameters<typeof record>[1] | null;
}

/** Checks credentials that were issued ten minutes ago and expire in `expiresIn` seconds. */
async function check(
  expiresIn: number,
  args: readonly string[],
  { env, history = {} }: CheckOptions = {},
): Promise<Run> {
  const endpoint = await startEndpoint(issuedNow(expiresIn));
  const db = join(temporaryFolder(), 'samples.db');
  if (history !== null) record(db, { age: 4200, ...history });
  return runCommand(['check', ...args], {
    env: { AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint.url, CRED_WATCH_DB: db, ...env },
  });
}

const AT = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ`;

describe('check', () => {
  test('check prints the spare validity and the credentials of a safe start', async () => {
    const run = await check(20_000, ['-j', '4h30m']);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toMatch(
      new RegExp(
        `^safe: a 4h 30m job with a margin of 5m that starts now, 58m(?: \\d\\ds)? to spare
  credentials     i-0abc · imds v2 · loader  ASIA…0001
  expire          ${AT}, 5h 33m(?: \\d\\ds)? left
  required        4h 35m: the job and a margin of 5m
  a safe start    now; with these credentials until ${SHORT_TIMESTAMP}
  at any time     not judged here: run \`cred-watch report -j 4h30m\`
$`,
      ),
    );
  });

  test('the report that check names has the margin and the database of --db', async () => {
    const db = join(temporaryFolder(), 'samples.db');
    const run = await check(20_000, ['-j', '1h', '--margin', '10m', '--db', db]);
    expect(run.stdout.replace(/\s+/g, ' ')).toContain(
      `at any time not judged here: run \`cred-watch report -j 1h --margin 10m --db ${db}\``,
    );
  });

  test('check prints when a start will be safe, and how to wait for it', async () => {
    const run = await check(21_000, ['-j', '5h50m']);
    expect(run).toMatchObject({ code: 1, stderr: '' });
    expect(run.stdout).toMatch(
      new RegExp(
        `^not safe: a 5h 50m job with a margin of 5m that starts now, 5m(?: 0\\ds)? short
  credentials     i-0abc · imds v2 · loader  ASIA…0001
  expire          ${AT}, 5h 49m 5\\ds left
  required        5h 55m: the job and a margin of 5m
  next rotation   expected ${SHORT_TIMESTAMP} \\(in (49m 5\\ds|50m)\\).*
  validity then   (5h 59m 59s to )?6h( to 6h 00m 01s)?, as measured so far
  a safe start    after the next rotation, because all new credentials so far had enough validity
  what to do      wait for the rotation: --wait 1h(05m)? \\(measured waits were at most 55m( 0\\ds)?\\)
$`,
      ),
    );
  });

  test('check does not wait if no start will ever be safe', async () => {
    const run = await check(20_000, ['-j', '9h', '--wait', '2h']);
    expect(run).toMatchObject({ code: 1, stderr: '' });
    expect(run.stdout).toMatch(
      /\n {2}a safe start {4}never, because new credentials were valid for 6h at most\n/,
    );
    expect(run.stdout).toMatch(/\n {2}what to do {6}let the job refresh its credentials /);
  });

  test('check records the sample, and uses the earliest expiration ever stated for a key', async () => {
    const endpoint = await startEndpoint({
      ...issuedNow(0),
      [`GET ${ROLES}loader`]: [
        { body: roleDocument({ expiresIn: 3600 }) },
        { body: roleDocument({ expiresIn: 20_000 }) },
      ],
    });
    const db = join(temporaryFolder(), 'samples.db');
    const env = { AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint.url, CRED_WATCH_DB: db };
    expect(await runCommand(['check', '-j', '30m'], { env })).toMatchObject({ code: 0 });
    const run = await runCommand(['check', '-j', '4h', '-f', 'json'], { env });
    expect(run.code).toBe(1);
    expect(JSON.parse(run.stdout).remaining_seconds).toBeLessThanOrEqual(3600);
    expect(Date.parse(JSON.parse(run.stdout).later_expiration)).toBeGreaterThan(Date.now() + 19_000_000);
    const text = await runCommand(['check', '-j', '4h'], { env });
    expect(text.stdout).toMatch(/\n {18}as an earlier poll of this key stated; this poll states /);
    const report = await runCommand(['report', '-f', 'json'], { env });
    expect(JSON.parse(report.stdout).series[0]).toMatchObject({ sample_count: 3, generation_count: 1 });
  });

  test('check prints findings from history that matter now', async () => {
    // Rotations came every hour, and the last one was three hours ago.
    const body = roleDocument({ expiresIn: 10_800, issuedIn: -10_800 });
    const endpoint = await startEndpoint(metadataService({ [`GET ${ROLES}loader`]: { body } }));
    const db = join(temporaryFolder(), 'samples.db');
    record(db, { age: 14_400 });
    const env = { AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint.url, CRED_WATCH_DB: db };
    const run = await runCommand(['check', '-j', '2h'], { env });
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(
      /\n {2}note {12}the current credentials have been served for 3h(?: 00m 0\ds)?; /,
    );
    const json = JSON.parse((await runCommand(['check', '-j', '2h', '-f', 'json'], { env })).stdout);
    expect(json.findings).toMatchObject([{ code: 'ROTATION_OVERDUE', severity: 'problem' }]);
  });

  test('check is unknown with the reason if the source does not respond', async () => {
    const run = await runCommand(['check', '-j', '1h'], {
      env: { CRED_WATCH_DB: join(temporaryFolder(), 'd') },
    });
    expect(run).toMatchObject({ code: 3, stderr: '' });
    expect(run.stdout).toMatch(
      /^unknown: a 1h job with a margin of 5m that starts now\n {2}because {9}unreachable: could not connect/,
    );
  });

  test('check writes all fields of the JSON contract', async () => {
    const run = await check(15_000, ['-j', '5h', '--margin', '0', '-f', 'json']);
    const json = JSON.parse(run.stdout);
    const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/);
    expect(json).toEqual({
      schema_version: 1,
      judged_at: instant,
      clock_offset_seconds: expect.any(Number),
      verdict: 'not-safe',
      job: { duration_seconds: 18_000, margin_seconds: 0, required_seconds: 18_000 },
      host: 'i-0abc',
      source: 'imds',
      api_version: '2',
      role: 'loader',
      access_key_id: 'ASIA…0001',
      expiration: instant,
      later_expiration: null,
      returned_credentials: null,
      remaining_seconds: expect.any(Number),
      safe_until: null,
      spare_seconds: expect.any(Number),
      unknown_reason: null,
      outlook: 'perhaps-after-rotation',
      next_rotation: { expected_at: instant, earliest_at: instant, latest_at: instant },
      validity_after_rotation: { min_seconds: expect.any(Number), max_seconds: expect.any(Number) },
      findings: [],
      notes: [],
      general_knowledge: [],
    });
  });
});

describe('check with a wrong clock', () => {
  const dated = (date: string, lifetime: { expiresIn: number; issuedIn: number }) => (): Step => ({
    headers: { Date: date },
    body: roleDocument(lifetime),
  });
  const at = (seconds: number) => new Date(Date.now() + seconds * 1000).toUTCString();
  const checkDated = (date: string, args: readonly string[]) =>
    runDated(date, ['check', ...args, '-f', 'json']);
  async function runDated(
    date: string,
    args: readonly string[],
    lifetime = { expiresIn: 3600, issuedIn: -10 },
  ) {
    const script = metadataService();
    const endpoint = await startEndpoint(({ method, path }) => {
      const requested = `${method} ${path}`;
      const step = requested === `GET ${ROLES}loader` ? dated(date, lifetime)() : script[requested];
      return step === undefined ? { status: 404 } : (step as Step);
    });
    const env = {
      AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint.url,
      CRED_WATCH_DB: join(temporaryFolder(), 'samples.db'),
    };
    return runCommand(args, { env });
  }

  test.each([
    ['behind', -600, 'ahead of'],
    ['ahead of', 600, 'behind'],
  ])(
    'poll uses the later time and prints a note if the Date header is %s the clock',
    async (_, seconds, relation) => {
      const run = await runDated(at(seconds), ['poll', '-f', 'json']);
      expect(run.code).toBe(0);
      expect(run.stderr).toMatch(
        new RegExp(
          `^note: the host's clock was [\\dms ]+ ${relation} AWS's clock; the later time is used\nhint: correct the clock`,
        ),
      );
      const { remaining_seconds: remaining } = JSON.parse(run.stdout);
      expect(remaining).toBeLessThanOrEqual(3600 - Math.max(0, seconds) + 2);
      expect(remaining).toBeGreaterThan(3500 - Math.max(0, seconds));
    },
  );

  test.each([
    ['behind', 2700, 0],
    ['ahead of', -2700, 0],
  ])('check says first that the clock is %s AWS, which rejects requests', async (relation, seconds, code) => {
    const lifetime = { expiresIn: 3600, issuedIn: -10_800 };
    const run = await runDated(at(seconds), ['check', '-j', '1s', '--margin', '1s'], lifetime);
    expect(run.code).toBe(code);
    expect(run.stdout).toMatch(
      new RegExp(
        `^safe: .*\\n {2}attention +the host's clock is 4[45]m[\\d s]* ${relation} AWS's clock, and AWS rejects[^]*what to do +correct the clock`,
      ),
    );
  });

  test('check states the last safe start by the clock that the operator reads', async () => {
    const lifetime = { expiresIn: 7200, issuedIn: -60 };
    const run = await runDated(at(1200), ['check', '-j', '1h', '--margin', '0'], lifetime);
    const text = run.stdout.replaceAll(/\s+/g, ' ');
    expect(text).toMatch(
      / expire [^,]*, 1h (?:3\dm(?: \d+s)?|40m) left by AWS's clock; this host's clock is (20m|19m 5\ds)/,
    );
    const times = /until ([\d: -]+Z) by this host's clock \(([\d: -]+Z) by AWS's clock\)/.exec(text);
    const [host = 0, aws = 0] = (times ?? [])
      .slice(1)
      .map((each) => Date.parse(`2026-01-01 ${each.slice(-9)}`));
    // The interval may contain a midnight.
    const difference = (aws - host + 86_400_000) % 86_400_000;
    expect(Math.abs(difference / 1000 - 1200)).toBeLessThanOrEqual(2);
  });

  test('the clock of a deadline is not named if the host has the right time', async () => {
    const { stdout } = await runDated(at(0), ['check', '-j', '10m']);
    expect(stdout).toMatch(/a safe start +now; with these credentials until [\d: -]+Z\n/);
  });

  test('credentials that only the wrong clock lets expire blame the clock, not the endpoint', async () => {
    const lifetime = { expiresIn: -600, issuedIn: -14_400 };
    const run = await runDated(at(-7200), ['check', '-j', '1h'], lifetime);
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/^not safe: .*, the host's clock is 2h.* ahead of AWS's clock\n/);
    expect(run.stdout).toMatch(/ {2}what to do +correct the clock of the host/);
    expect(run.stdout).not.toMatch(/trust policy|proxy or emulator/);
  });

  test('sources names the wrong clock', async () => {
    const run = await runDated(at(2700), ['sources']);
    expect(run.stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /the host's clock is 4[45]m[\d s]* behind AWS's clock: correct it/,
    );
  });

  test('a Date header that contradicts the document is ignored', async () => {
    const run = await checkDated('Thu, 01 Jan 1970 00:00:00 GMT', ['-j', '2h']);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(
      /^note: the Date header differs from the host's clock by \d+d .* it was ignored\n/,
    );
    expect(JSON.parse(run.stdout)).toMatchObject({
      clock_offset_seconds: null,
      notes: ['DATE_NOT_BELIEVED'],
    });
  });

  test.each([
    ['behind', -9],
    ['ahead', 1800],
  ])('a Date header %s of this clock never makes credentials last longer', async (_, seconds) => {
    const { stdout } = await checkDated(at(seconds), ['-j', '1s']);
    const json = JSON.parse(stdout);
    expect(json.remaining_seconds).toBeLessThanOrEqual(3600 - Math.max(0, seconds - 1));
    expect(Math.abs(json.clock_offset_seconds + seconds)).toBeLessThanOrEqual(2);
  });
});

test('check notes what hides the credentials from SDKs, in text and JSON', async () => {
  const file = join(temporaryFolder(), 'credentials');
  writeFileSync(file, '[default]\naws_access_key_id = AKIASTALE\naws_secret_access_key = stale\n');
  const flags = ['-j', '4h', '--source', 'imds'];
  const hidden = await check(20_000, [...flags, '-f', 'json'], {
    env: { AWS_SHARED_CREDENTIALS_FILE: file },
  });
  expect(hidden.stderr).toMatch(/^note: profile default has aws_access_key_id, so SDKs use the profile/);
  expect(JSON.parse(hidden.stdout)).toMatchObject({ verdict: 'safe', notes: ['PROFILE_HIDES_SOURCE'] });
  const missing = await check(20_000, [...flags, '-f', 'json'], { env: { AWS_PROFILE: 'missing' } });
  expect(JSON.parse(missing.stdout).notes).toEqual(['NAMED_PROFILE_MISSING']);
});

test.each([
  [{ AWS_PROFILE: 'old' }, 'SDKs use profile old instead'],
  [{ AWS_PROFILE: 'gone' }, 'some SDKs fail, because AWS_PROFILE names the missing profile gone'],
  [
    { AWS_ACCESS_KEY_ID: 'ASIAFALSE', AWS_SECRET_ACCESS_KEY: 'false' },
    'SDKs use the keys in AWS_ACCESS_KEY_ID instead',
  ],
  [
    { AWS_WEB_IDENTITY_TOKEN_FILE: '/no', AWS_ROLE_ARN: 'arn:aws:iam::111122223333:role/job' },
    'SDKs use the role of AWS_WEB_IDENTITY_TOKEN_FILE instead',
  ],
  [
    { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:9/' },
    'most SDKs use the container endpoint instead',
  ],
])('the line of --exit-codes nagios names what SDKs use instead of the source: %j', async (env, text) => {
  const file = join(temporaryFolder(), 'credentials');
  writeFileSync(file, '[old]\naws_access_key_id = AKIASTALE\naws_secret_access_key = stale\n');
  const flags = ['-j', '4h', '--source', 'imds', '--exit-codes', 'nagios'];
  const run = await check(20_000, flags, { env: { AWS_SHARED_CREDENTIALS_FILE: file, ...env } });
  expect(run.code).toBe(0);
  expect(run.stdout).toMatch(/^CREDWATCH OK - imds\/.* left, needs 4h 05m; [^|]* \| 'remaining'=/);
  expect(run.stdout).toContain(`; ${text} | `);
});

describe('check --wait', () => {
  test.each([
    ['missing variables', ['--source', 'environment']],
    ['a missing profile', ['--profile', 'missing']],
    ['a container endpoint without a variable', ['--source', 'container']],
  ])('check --wait does not wait for %s', async (_, source) => {
    const env = { CRED_WATCH_DB: join(temporaryFolder(), 'samples.db') };
    const run = await runCommand(['check', '-j', '1h', '--wait', '10h', ...source], { env });
    expect(run.code).toBe(3);
  });

  ciTest('check --wait exits with 143 and no output after SIGTERM', async () => {
    const endpoint = await startEndpoint(issuedNow(3600));
    const env = {
      AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint.url,
      CRED_WATCH_DB: join(temporaryFolder(), 'samples.db'),
    };
    const program = startProgram(['check', '-j', '70m', '--margin', '0', '--wait', '10h'], { env });
    await errorWritten(program, 'waiting until');
    program.child.kill('SIGTERM');
    expect(await program.done).toMatchObject({
      code: 143,
      stdout: '',
      stderr: expect.stringMatching(/\nerror: SIGTERM received while waiting for a safe start\nhint: .*\n$/),
    });
  });

  test('check --wait is safe after a rotation', async () => {
    const endpoint = await startEndpoint({
      ...issuedNow(0),
      [`GET ${ROLES}loader`]: [
        { body: roleDocument({ expiresIn: 3600, issuedIn: -11 }) },
        { body: roleDocument({ expiresIn: 3600, issuedIn: -11 }) },
        { body: roleDocument({ keyId: 'ASIATESTTESTTEST0002', expiresIn: 21_000, issuedIn: 0 }) },
      ],
    });
    const db = join(temporaryFolder(), 'samples.db');
    // Rotations every ten seconds, and one is due, so check polls every second.
    record(db, { interval: 10, age: 21 });
    const env = { AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint.url, CRED_WATCH_DB: db };
    const run = await runCommand(['check', '-j', '5h', '--wait', '1h'], { env });
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/^safe: a 5h job .*\n {2}credentials .*ASIA…0002\n/);
    expect(run.stderr).toMatch(
      /^note: 4h 05m(?: \d\ds)? short; the next rotation is .*; waiting until .* at most\n$/,
    );
  });

  // This test waits for several seconds. The test before it has the same rotation without a wait.
  test.runIf(isThorough)('check --wait waits for a rotation of the simulator', async () => {
    const simulation = await startSimulation([
      '--lifetime',
      '60s',
      '--rotate-every',
      '6s',
      '--jitter',
      '0',
      '-f',
      'json',
    ]);
    const { started_at: startedAt } = JSON.parse(simulation.started);
    // The schedule of the simulator starts at a whole second.
    const start = Math.floor(Date.parse(startedAt) / 1000) * 1000;
    const phase = (moment: number) => (moment - start) / 6000;
    const db = join(temporaryFolder(), 'samples.db');
    // Without known rotations, check would poll only once a minute.
    record(db, { interval: 6, age: 60, validity: 60, role: 'simulated-role' });
    const env = { ...simulation.environment, CRED_WATCH_DB: db, CRED_WATCH_HOST: 'i-0abc' };
    await pause((1.4 - (phase(Date.now()) % 1)) * 6000);
    const before = Math.floor(phase(Date.now()));
    const run = await runCommand(['check', '-j', '58s', '--margin', '0', '--wait', '1m', '-f', 'json'], {
      env,
    });
    expect(run.code).toBe(0);
    const { verdict, judged_at, remaining_seconds } = JSON.parse(run.stdout);
    expect(verdict).toBe('safe');
    expect(remaining_seconds).toBeGreaterThanOrEqual(58);
    expect(Math.floor(phase(Date.parse(judged_at)))).toBeGreaterThan(before);
  });

  test('check --wait ends at its limit with the last verdict', async () => {
    const run = await check(3600, ['-j', '5h', '--wait', '1s']);
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/\n {2}what to do {6}wait longer with --wait\n$/);
  });

  test('check --wait prints a repeated error once, and ends with unknown', async () => {
    const db = join(temporaryFolder(), 'samples.db');
    record(db, { interval: 10, age: 11 });
    const run = await runCommand(['check', '-j', '5h', '--wait', '2s'], {
      env: { CRED_WATCH_DB: db, CRED_WATCH_HOST: 'i-0abc' },
    });
    expect(run.code).toBe(3);
    expect(run.stderr.match(/^error: unreachable/gm)).toHaveLength(1);
  });
});

test('check prints one line with performance data for Nagios', async () => {
  const nagios = ['-j', '4h', '--exit-codes', 'nagios'];
  const safe = await check(20_000, nagios);
  expect(safe).toMatchObject({ code: 0, stderr: '' });
  expect(safe.stdout).toMatch(
    /^CREDWATCH OK - imds\/loader 5h 33m(?: \d\ds)? left, needs 4h 05m \| 'remaining'=\d{5}s;;14700:;;2\d{4} 'rotation_interval'=3600s;;;0;\n$/,
  );
  const critical = await check(3600, nagios);
  expect(critical).toMatchObject({
    code: 2,
    stderr: '',
    stdout: expect.stringMatching(/^CREDWATCH CRITICAL - /),
  });
});

test('check prints errors for Nagios as one line on stdout', async () => {
  const nagios = ['--exit-codes', 'nagios'];
  const env = { CRED_WATCH_DB: join(temporaryFolder(), 'd'), CRED_WATCH_HOST: 'here' };
  const json = JSON.parse((await runCommand(['check', '-j', '1h', '-f', 'json'], { env })).stdout);
  expect(json).toMatchObject({
    host: 'here',
    source: 'imds',
    access_key_id: null,
    remaining_seconds: null,
  });
  const unreachable = await runCommand(['check', '-j', '1h', ...nagios], {
    env: { CRED_WATCH_DB: join(temporaryFolder(), 'd') },
  });
  expect(unreachable).toMatchObject({
    code: 3,
    stderr: '',
    stdout: expect.stringMatching(
      /^CREDWATCH UNKNOWN - unreachable: could not connect to the endpoint .*\n$/,
    ),
  });
  const wrong = await runCommand(['check', '-j', '5 hours', ...nagios]);
  expect(wrong).toMatchObject({
    code: 3,
    stderr: '',
    stdout: "CREDWATCH UNKNOWN - --job-duration '5 hours' is not a duration (did you mean 5h?)\n",
  });
  const missing = await runCommand(['check', ...nagios]);
  expect(missing).toMatchObject({
    code: 3,
    stderr: '',
    stdout: expect.stringMatching(/^CREDWATCH UNKNOWN - check needs a job duration \(add -j: .*\)\n$/),
  });
});

test('check has exit codes for ExecCondition of systemd', async () => {
  const systemd = ['-j', '4h', '--exit-codes', 'systemd'];
  expect((await check(20_000, systemd)).code).toBe(0);
  expect((await check(3600, systemd)).code).toBe(1);
  expect((await check(20_000, [...systemd, '--no-such-flag'])).code).toBe(255);
});

describe('check --offline', () => {
  const offline = (db: string, ...args: string[]) =>
    runCommand(['check', '--offline', '-j', '4h', ...args], {
      env: { CRED_WATCH_DB: db, CRED_WATCH_HOST: 'i-0abc' },
    });

  test('check --offline judges the newest stored sample without a request', async () => {
    const db = join(temporaryFolder(), 'samples.db');
    record(db, { age: 600 });
    const run = await offline(db);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toMatch(
      /^safe: a 4h job with a margin of 5m that starts now, 1h 4\dm(?: \d\ds)? to spare\n/,
    );
  });

  test('check --offline is unknown if the newest sample is older than --max-age', async () => {
    const db = join(temporaryFolder(), 'samples.db');
    // The newest sample is more than an hour old.
    record(db, { age: 7500 });
    const run = await offline(db);
    expect(run.code).toBe(3);
    expect(run.stdout).toMatch(
      /^unknown: a 4h job with a margin of 5m that starts now\n {2}because {9}the last sample is 1h 11m(?: \d\ds)? old, more than 15m\n/,
    );
    expect((await offline(db, '--max-age', '2h')).code).toBe(1);
  });

  test('check --offline is unknown with an empty database file, and does not change it', async () => {
    const db = join(temporaryFolder(), 'samples.db');
    writeFileSync(db, '');
    const run = await offline(db);
    expect(statSync(db).size).toBe(0);
    expect(run.code).toBe(3);
    expect(run.stdout).toMatch(/because {9}no sample of these credentials is stored/);
    expect(run.stdout.replace(/\s+/g, ' ')).toContain('--profile, --process, --role and --role-arn');
  });
});

test.each([
  [['check'], 'check needs a job duration'],
  [['check', '-j', '1h', '--offline', '--wait', '1m'], '--wait and --offline cannot be combined'],
  [['check', '-j', '1h', '--max-age', '1h'], '--max-age needs --offline'],
  [['check', '-j', '1h', '--wait', '0'], "--wait '0' is too short"],
])('check with the flags %j is wrong usage', async (args, message) => {
  const run = await runCommand(args);
  expect(run).toMatchObject({ code: 2, stdout: '' });
  expect(run.stderr).toMatch(new RegExp(`^error: ${message.replaceAll(/[-.]/g, '\\$&')}\nhint: .*\n$`));
});
