import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { metadataService, ROLES, roleDocument } from '../../support/cli/metadata-script.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { startEndpoint } from '../../support/sources/scripted-endpoint.ts';

/** Credentials that were issued ten minutes ago and expire in almost six hours. */
async function startInstance() {
  const document = roleDocument({ expiresIn: 20_999, issuedIn: -600 });
  const endpoint = await startEndpoint(metadataService({ [`GET ${ROLES}loader`]: { body: document } }));
  const db = join(temporaryFolder(), 'samples.db');
  const run = (args: readonly string[]) =>
    runCommand([...args, '--db', db], { env: { AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint.url } });
  /** The database is a variable, because `exec` has the arguments of another command at its end. */
  const runIn = (args: readonly string[]) =>
    runCommand(args, { env: { AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint.url, CRED_WATCH_DB: db } });
  return { db, run, runIn, endpoint };
}

const joinLines = (text: string) => text.replaceAll(/\s+/g, ' ');

test('the first advice for a job that is longer than all credentials is to refresh', async () => {
  const { run } = await startInstance();
  const { code, stdout } = await run(['check', '-j', '7h']);
  expect(code).toBe(1);
  expect(joinLines(stdout)).toMatch(
    /what to do let the job refresh .* or split the job; or collect a history, because nothing polls these credentials yet: set up polling with `cred-watch init`, or run /,
  );
});

describe('while a poller fills the database, the advice is to keep polling', () => {
  const MINUTE = 60_000;
  /** Records a sample every five minutes for an hour, the last one this many minutes ago. */
  function recordPolls(
    db: string,
    lastMinutesAgo: number,
    isOfPollCommand = (_minutes: number): boolean => true,
  ): void {
    using store = SampleStore.open(db);
    const last = Date.now() - lastMinutesAgo * MINUTE;
    const credentials = { accessKeyId: 'ASIATESTSFALSE000001', lastUpdated: last - 65 * MINUTE };
    for (let minutes = 60; minutes >= 0; minutes -= 5)
      store.recordSample(
        { host: 'i-0abc', source: 'imds', apiVersion: '2', role: 'loader' },
        {
          ...{ ...credentials, expiration: last + 300 * MINUTE, zoneless: false },
          ...{ observedAt: last - minutes * MINUTE, clockOffset: 0 },
        },
        'machine',
        { isOfPollCommand: isOfPollCommand(minutes) },
      );
  }
  const COMMANDS = [
    ['check', '-j', '7h'],
    ['env', '-f', 'json', '-j', '7h'],
    ['exec', '-j', '7h', '--', 'true'],
  ];

  test.each(COMMANDS)('%s', async (command, ...args) => {
    const { db, runIn } = await startInstance();
    recordPolls(db, 11);
    const { stdout, stderr } = await runIn([command ?? '', ...args]);
    const text = joinLines(stdout + stderr);
    expect(text).toContain('or keep polling: the history, with samples about 5m apart, is still too short');
    expect(text).not.toContain('cred-watch poll');
  });

  test('a poller that ended says nothing', async () => {
    const { db, runIn } = await startInstance();
    recordPolls(db, 120);
    expect(joinLines((await runIn(['check', '-j', '7h'])).stdout)).toContain('or collect a history: run ');
  });

  test('samples of check and init are not those of a poller', async () => {
    const { db, runIn } = await startInstance();
    recordPolls(db, 1, () => false);
    expect(joinLines((await runIn(['check', '-j', '7h'])).stdout)).toContain(
      'or collect a history, because nothing polls these credentials yet: set up polling with `cred-watch init`, or run `cred-watch poll --interval 5m`',
    );
  });

  test('samples of check do not hide that the poller has ended', async () => {
    const { db, runIn } = await startInstance();
    recordPolls(db, 1, (minutes) => minutes > 30);
    expect(joinLines((await runIn(['check', '-j', '7h'])).stdout)).toContain('or collect a history: run ');
  });
});

test('check --wait does not wait for a validity that AWS does not document', async () => {
  const { run, endpoint } = await startInstance();
  const begin = Date.now();
  const { code, stdout, stderr } = await run(['check', '-j', '7h', '--wait', '20s']);
  expect(code).toBe(1);
  expect(stderr).not.toContain('waiting');
  expect(joinLines(stdout)).toContain('what to do let the job refresh');
  expect(Date.now() - begin).toBeLessThan(15_000);
  expect(endpoint.requests.filter(({ path }) => path === `${ROLES}loader`)).toHaveLength(1);
});

test('check --wait waits for a validity that AWS documents', async () => {
  const { run } = await startInstance();
  const { code, stderr } = await run(['check', '-j', '5h54m', '--wait', '1s']);
  expect(code).toBe(1);
  expect(stderr).toContain('waiting until');
});

test('check names the hosts and roles whose samples do not help', async () => {
  const { db, run } = await startInstance();
  const store = SampleStore.open(db);
  const sample = {
    accessKeyId: 'ASIAOTHER',
    lastUpdated: null,
    expiration: Date.now(),
    zoneless: false,
    observedAt: Date.now() - 3_600_000,
    clockOffset: 0,
  };
  for (const host of ['web-1', 'web-2'])
    store.recordSample({ host, source: 'imds', apiVersion: '2', role: 'loader' }, sample, '');
  store.close();
  const unsafe = await run(['check', '-j', '5h59m']);
  expect(joinLines(unsafe.stdout)).toContain(
    'history only samples of these credentials are used, not those of web-1 and web-2',
  );
  expect((await run(['check', '-j', '1h'])).stdout).not.toContain('history');
});

test('a profile that does not exist leaves no series, except of a poller', async () => {
  const { run } = await startInstance();
  expect((await run(['poll'])).code).toBe(0);
  for (const command of [
    ['check', '-j', '1h'],
    ['env', '-j', '1h', '-f', 'env'],
    ['exec', '-j', '1h'],
  ])
    await run([...command, '--profile', 'no-such-profile', ...(command[0] === 'exec' ? ['--', 'true'] : [])]);
  const list = async () =>
    JSON.parse((await run(['report', '-f', 'json'])).stdout).series.map(
      ({ source }: { source: string }) => source,
    );
  expect(await list()).toEqual(['imds']);
  expect((await run(['poll', '--profile', 'no-such-profile'])).code).toBe(1);
  expect(await list()).toEqual(expect.arrayContaining(['imds', 'profile']));
});

test('a failed check names no history of credentials that it could not read', async () => {
  const { db, run } = await startInstance();
  expect((await run(['poll'])).code).toBe(0);
  const { code, stdout } = await runCommand(['check', '-j', '1h', '--db', db], {
    env: { AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:9' },
  });
  expect(code).toBe(3);
  expect(joinLines(stdout)).not.toContain('these credentials');
});

/** Rotations of IMDS that `simulate` has written, the last one half an hour ago, and an endpoint that does not respond. */
async function checkAfterHistory(args: readonly string[]) {
  const db = join(temporaryFolder(), 'samples.db');
  const history = await runCommand(['simulate', '--history', '23h30m', '--seed', 'a', '--host', 'web-1']);
  await runCommand(['import', '-', '--db', db], { stdin: history.stdout });
  const { code, stdout } = await runCommand(
    ['check', '--host', 'web-1', '--source', 'imds', '--db', db, ...args],
    { env: { AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:9' } },
  );
  return { code, text: joinLines(stdout) };
}

test.each([
  ['1h', 'all new credentials so far had enough validity for this job'],
  ['9h', 'new credentials were valid for 6h at most, too short for this job'],
])('a failed check of a %s job says what earlier samples show', async (duration, text) => {
  const run = await checkAfterHistory(['-j', duration]);
  expect([run.code, run.text]).toEqual([3, expect.stringContaining(text)]);
  expect(run.text).not.toMatch(/as measured so far|next rotation|a safe start/);
});

test('check --offline advises a wait only without --offline', async () => {
  const { code, text } = await checkAfterHistory(['-j', '5h59m', '--margin', '0', '--offline']);
  expect([code, text]).toEqual([
    1,
    expect.stringMatching(
      /what to do remove --offline, and wait for the rotation: --wait 1h10m \(measured waits were at most/,
    ),
  ]);
});

test('check --offline shows the age of the newest sample', async () => {
  const { run } = await startInstance();
  await run(['poll']);
  expect((await run(['check', '-j', '1h', '--offline'])).stdout).toMatch(/newest sample +\d+s ago/);
  expect((await run(['check', '-j', '1h'])).stdout).not.toContain('newest sample');
});

test('report suggests -j if the name of the job is a duration', async () => {
  const { run } = await startInstance();
  await run(['poll']);
  const { stderr } = await run(['report', '--job', '5h']);
  expect(stderr).toContain('hint: --job is the name of a job; for a duration, use -j 5h');
});

test('without a role, check expects no rotation', async () => {
  const { db, run } = await startInstance();
  const store = SampleStore.open(db);
  const now = Date.now();
  for (const hour of [3, 2, 1, 0]) {
    const lastUpdated = now - hour * 3_600_000 - 1_800_000;
    store.recordSample(
      { host: 'web-1', source: 'imds', apiVersion: '2', role: 'loader' },
      {
        ...{ accessKeyId: `ASIAOTHER${hour}`, lastUpdated, expiration: lastUpdated + 21_600_000 },
        ...{ zoneless: false, observedAt: lastUpdated + 60_000, clockOffset: 0 },
      },
      '',
    );
  }
  store.close();
  const without = await startEndpoint(metadataService({ [`GET ${ROLES}`]: { status: 404 } }));
  const check = (url: string) =>
    runCommand(['check', '-j', '4h', '--host', 'web-1', '--db', db], {
      env: { AWS_EC2_METADATA_SERVICE_ENDPOINT: url },
    });
  const { code, stdout } = await check(without.url);
  expect(code).toBe(3);
  expect(stdout).toContain('no-role');
  expect(stdout).not.toMatch(/rotation|a safe start/);
  const broken = await startEndpoint(metadataService({ [`GET ${ROLES}`]: { status: 500 } }));
  expect((await check(broken.url)).stdout).toContain('earlier samples new credentials were valid for ');
  expect((await run(['check', '-j', '4h', '--host', 'web-1'])).code).toBe(0);
});
