import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Instant } from '../../../src/domain/model.ts';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { metadataService, ROLES, roleDocument } from '../../support/cli/metadata-script.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { startEndpoint } from '../../support/sources/scripted-endpoint.ts';

const HOUR = 3_600_000;

/** Records hourly rotations of credentials that are valid for six hours. The last one was 70 minutes ago. */
function recordRotations(db: string, count: number): void {
  const store = SampleStore.open(db);
  const identity = { host: 'i-0abc', source: 'imds', apiVersion: '2', role: 'loader' } as const;
  const last = Math.floor(Date.now() / 1000) * 1000 - 70 * 60_000;
  for (let number = 0; number <= count; number += 1) {
    const issued = last - (count - number) * HOUR;
    const record = (observedAt: Instant) =>
      store.recordSample(
        identity,
        {
          accessKeyId: `ASIAHISTORY${String(number).padStart(9, '0')}`,
          lastUpdated: issued,
          expiration: issued + 6 * HOUR,
          zoneless: false,
          clockOffset: 0,
          observedAt,
        },
        'machine',
      );
    record(issued + 6 * 60_000);
    record(issued + 54 * 60_000);
  }
  store.close();
}

/** Runs the program with an endpoint that serves these credentials. */
async function runWith(
  issued: Parameters<typeof roleDocument>[0],
  args: readonly string[],
  { rotations = 0 } = {},
) {
  const body = roleDocument(issued);
  const endpoint = await startEndpoint(metadataService({ [`GET ${ROLES}loader`]: { body } }));
  const db = join(temporaryFolder(), 'samples.db');
  if (rotations > 0) recordRotations(db, rotations);
  return runCommand(args, {
    env: { AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint.url, CRED_WATCH_DB: db },
  });
}

const MARKER = ['--', process.execPath, '-p', '"started"'];

describe('credentials that have expired', () => {
  const expired = { issuedIn: -22_000, expiresIn: -400 };

  test('check names the broken endpoint of expired credentials, and does not advise waiting', async () => {
    const run = await runWith(expired, ['check', '-j', '1h'], { rotations: 8 });
    expect(run).toMatchObject({ code: 1, stderr: '' });
    expect(run.stdout).toMatch(/^not safe: a 1h job .*, the credentials have expired\n/);
    expect(run.stdout).toMatch(/ {2}what to do {6}the metadata endpoint serves expired credentials: /);
    expect(run.stdout).not.toMatch(/--wait|next rotation/);
  });

  test('a wait for new credentials says that the source serves expired ones', async () => {
    const run = await runWith(expired, ['check', '-j', '1h', '--wait', '2s']);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/^note: the source serves expired credentials; waiting until .* at most\n$/);
  });

  test('exec does not start a command with expired credentials, and names the broken endpoint', async () => {
    const run = await runWith(expired, ['exec', '-j', '1h', ...MARKER], { rotations: 8 });
    expect(run).toMatchObject({ code: 125, stdout: '' });
    expect(run.stderr).toMatch(/\nhint: the metadata endpoint serves expired credentials: /);
    expect(run.stderr).not.toContain('--wait');
  });

  test('env prints no expired credentials, and names the broken endpoint', async () => {
    const run = await runWith(expired, ['env', '-j', '1h', '-f', 'env']);
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.stderr).toMatch(/\nhint: the metadata endpoint serves expired credentials: /);
  });
});

describe('a LastUpdated that is more than five minutes ahead', () => {
  // Enough validity for the job, so that only the wrong clock makes the verdict unknown.
  const ahead = { issuedIn: 900, expiresIn: 21_600 };
  const MESSAGE = /LastUpdated is 1[45]m(?: \d\ds)? ahead of the clock, so the expiration may be wrong too/;

  test('check is unknown and says why if LastUpdated is ahead of the clock', async () => {
    const run = await runWith(ahead, ['check', '-j', '1h']);
    expect(run).toMatchObject({ code: 3, stderr: '' });
    expect(run.stdout).toMatch(/^unknown: a 1h job /);
    expect(run.stdout.replaceAll(/\s+/g, ' ')).toMatch(MESSAGE);
    expect(run.stdout).toMatch(/ {2}what to do {6}correct the clock of this host/);
  });

  test('check writes ISSUED_IN_FUTURE as the reason and as a finding to JSON', async () => {
    const run = await runWith(ahead, ['check', '-j', '1h', '-f', 'json']);
    expect(run.code).toBe(3);
    const json = JSON.parse(run.stdout);
    expect(json).toMatchObject({
      verdict: 'unknown',
      safe_until: null,
      unknown_reason: { code: 'ISSUED_IN_FUTURE', failure: null },
    });
    expect(json.findings.map(({ code }: { code: string }) => code)).toContain('ISSUED_IN_FUTURE');
  });

  test('a wait says that LastUpdated is ahead of the clock', async () => {
    const run = await runWith(ahead, ['check', '-j', '1h', '--wait', '2s']);
    expect(run.code).toBe(3);
    expect(run.stderr).toMatch(/^note: waiting until .* at most; LastUpdated is 1[45]m(?: \d\ds)? ahead/);
  });

  test('exec does not start a command if LastUpdated is ahead of the clock', async () => {
    const run = await runWith(ahead, ['exec', '-j', '1h', ...MARKER]);
    expect(run).toMatchObject({ code: 125, stdout: '' });
    expect(run.stderr).toMatch(MESSAGE);
    expect(run.stderr).toMatch(/\nhint: correct the clock of this host/);
  });

  test('env prints no credentials if LastUpdated is ahead of the clock', async () => {
    const run = await runWith(ahead, ['env', '-j', '1h', '-f', 'env']);
    expect(run).toMatchObject({ code: 3, stdout: '' });
    expect(run.stderr).toMatch(MESSAGE);
  });

  test('a LastUpdated four minutes ahead leaves a start safe', async () => {
    const run = await runWith({ issuedIn: 240, expiresIn: 21_600 }, ['check', '-j', '1h']);
    expect(run.code).toBe(0);
  });
});

test('a safe check says until when a start stays safe', async () => {
  const run = await runWith({ expiresIn: 20_000 }, ['check', '-j', '4h30m', '-f', 'json']);
  expect(run.code).toBe(0);
  const json = JSON.parse(run.stdout);
  expect(Date.parse(json.safe_until)).toBe(Date.parse(json.expiration) - (4 * 3600 + 2100) * 1000);
});

test.each([
  [3, 'unknown', 'the history is short, and so far no new credentials had enough validity (6h at most)'],
  [4, 'never', 'never, because new credentials were valid for 6h at most'],
])(
  'after %i stored rotations and a new one, check says that the outlook of a too long job is %s',
  async (rotations, _, text) => {
    const run = await runWith({ issuedIn: -600, expiresIn: 21_000 }, ['check', '-j', '9h'], { rotations });
    expect(run.code).toBe(1);
    expect(run.stdout.replaceAll(/\s+/g, ' ')).toContain(text);
  },
);

test('check --wait gives up at once if no start will be safe', async () => {
  const run = await runWith({}, ['check', '-j', '9h', '--wait', '2h'], { rotations: 6 });
  expect(run.code).toBe(1);
});

test('without a forecast, the validity of new credentials is not shown as that after the next rotation', async () => {
  const run = await runWith({ issuedIn: -10, expiresIn: 21_590 }, ['check', '-j', '7h']);
  expect(run.code).toBe(1);
  expect(run.stdout).not.toMatch(/next rotation|validity then/);
  expect(run.stdout).toMatch(/ {2}after rotation {2}(5h 59m 5\ds|6h(?: 00m 0\ds)?)/);
});
