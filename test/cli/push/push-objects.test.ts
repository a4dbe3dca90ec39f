import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { pathsIn, readFolder, temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { FALSE_KEYS, useFalseKeys } from '../../support/object-storage/aws-variables.ts';
import { startS3Server } from '../../support/object-storage/s3-server.ts';
import { describeS3rver, S3RVER_KEYS } from '../../support/object-storage/s3rver.ts';
import { IMDS, recordSamples, START } from '../../support/report/rich-store.ts';
import { sampleCases } from '../../support/thorough.ts';

useFalseKeys();

/** A started program has only these variables. */
const KEYS = { ...FALSE_KEYS, AWS_REGION: 'eu-west-1', AWS_EC2_METADATA_DISABLED: 'true' };

function createDatabase() {
  const folder = temporaryFolder();
  const db = join(folder, 'samples.db');
  using store = SampleStore.open(db);
  recordSamples(store, IMDS, { from: START, hours: 30 });
  return { folder, db, history: join(folder, 'history') };
}

describe('push to a folder', () => {
  test('the first push to a folder writes all days, and the next one nothing', async () => {
    const { db, history } = createDatabase();
    const push = () => runCommand(['push', '--to', history, '--db', db]);
    expect(await push()).toMatchObject({ code: 0, stdout: `${history}: 2 items sent\n`, stderr: '' });
    const before = readFolder(history);
    expect(Object.keys(before)).toEqual([
      '_cred-watch-export.json',
      'host=i-0abc',
      'host=i-0abc/month=2026-01',
      'host=i-0abc/month=2026-01/2026-01-01.parquet',
      'host=i-0abc/month=2026-01/2026-01-02.parquet',
    ]);
    expect(await push()).toMatchObject({ code: 0, stdout: `${history}: 0 items sent\n`, stderr: '' });
    expect(readFolder(history)).toEqual(before);
  });

  test('a folder with other files is refused, and nothing in it changes', async () => {
    const { db, history } = createDatabase();
    mkdirSync(history);
    writeFileSync(join(history, 'notes.txt'), 'mine');
    const { code, stderr } = await runCommand(['push', '--to', history, '--db', db]);
    expect(code).toBe(2);
    expect(stderr).toBe(
      `error: ${history} has files that \`push\` has not written\nhint: give a new folder, or the folder of an earlier push\n`,
    );
    expect(pathsIn(history)).toEqual(['notes.txt']);
  });

  test('push and export refuse the folder of the other', async () => {
    const { db, folder, history } = createDatabase();
    const exported = join(folder, 'exported');
    await runCommand(['export', '-f', 'parquet', '-o', exported, '--db', db]);
    const before = readFolder(exported);
    const pushed = await runCommand(['push', '--to', exported, '--db', db]);
    expect(pushed.stderr).toMatch(/^error: .* has a Parquet export, or objects of another version\n/);
    expect(readFolder(exported)).toEqual(before);
    await runCommand(['push', '--to', history, '--db', db]);
    const again = await runCommand(['export', '-f', 'parquet', '-o', history, '--db', db]);
    expect(again.code).toBe(2);
    expect(again.stderr).toBe(
      `error: ${history} is a destination of push\nhint: give another folder with -o\n`,
    );
  });

  test.skipIf(process.getuid?.() === 0)('a folder that cannot be written is an error', async () => {
    const { db, folder } = createDatabase();
    chmodSync(folder, 0o500);
    const { code, stderr } = await runCommand(['push', '--to', join(folder, 'history'), '--db', db]);
    chmodSync(folder, 0o700);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: could not write .*permission denied/);
  });

  test('a file is not a folder', async () => {
    const { db, folder } = createDatabase();
    const file = join(folder, 'file');
    writeFileSync(file, '');
    for (const path of [file, join(file, 'x'), '/proc/x/y']) {
      const { code, stderr } = await runCommand(['push', '--to', path, '--db', db]);
      expect(code, path).toBe(2);
      expect(stderr, path).toMatch(/^error: could not (?:read|write) /);
    }
  });
});

describe('push to a bucket', () => {
  const push = (db: string, url: string, { bucket = 'fleet', timeout = '1s' } = {}) =>
    runCommand(
      ['push', '--to', `s3://${bucket}/cw`, '--endpoint-url', url, '--timeout', timeout, '--db', db],
      { env: KEYS },
    );

  test('a push to a service writes all days', async () => {
    const [{ db }, server] = [createDatabase(), await startS3Server()];
    // The first push loads AWS's client.
    const pushed = await push(db, server.url, { timeout: '20s' });
    expect(pushed).toMatchObject({ code: 0, stderr: '' });
    expect([...server.objects.keys()].sort()).toEqual([
      'cw/_cred-watch-export.json',
      'cw/host=i-0abc/month=2026-01/2026-01-01.parquet',
      'cw/host=i-0abc/month=2026-01/2026-01-02.parquet',
    ]);
  });

  test('an outage ends with exit code 1, and the next push sends the rest', async () => {
    const [{ db }, server] = [createDatabase(), await startS3Server()];
    server.fail = ({ key }) => (key.endsWith('02.parquet') ? { status: 503, code: 'SlowDown' } : undefined);
    const { code, stderr } = await push(db, server.url);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: s3:\/\/fleet\/cw at .* (?:is not available|did not respond in time)/);
    server.fail = () => undefined;
    expect((await push(db, server.url, { timeout: '20s' })).code).toBe(0);
    expect(server.objects.size).toBe(3);
  });

  test('no secret is printed or stored, also if the service quotes it', async () => {
    const [{ db }, server] = [createDatabase(), await startS3Server()];
    const message = `key ${FALSE_KEYS.AWS_SECRET_ACCESS_KEY}`;
    for (const status of [400, 403, 404, 503]) {
      server.fail = () => ({ status, code: 'Refused', message });
      const { stdout, stderr } = await push(db, server.url);
      expect(stdout + stderr).not.toContain('these+tests');
    }
    expect(readFileSync(db).includes('these+tests')).toBe(false);
  });

  test.each(
    sampleCases(
      [
        ['s3://key:secret@fleet/cw', ['--endpoint-url', 'http://127.0.0.1:9']],
        ['s3://fleet', ['--endpoint-url', 'http://user:secret@127.0.0.1:9']],
      ],
      2,
    ),
  )('%s with %j is refused without the secret', async (to, flags) => {
    const { db } = createDatabase();
    const { code, stderr } = await runCommand(['push', '--to', to, ...flags, '--db', db], { env: KEYS });
    expect(code).toBe(2);
    expect(stderr).not.toContain('secret');
  });
});

describeS3rver('push to s3rver', (start) => {
  const push = (db: string, url: string, env = S3RVER_KEYS) => {
    for (const [name, value] of Object.entries(env)) process.env[name] = value;
    return runCommand(['push', '--to', 's3://fleet/cw', '--endpoint-url', url, '--db', db], {
      env: { ...KEYS, ...env },
    });
  };

  test('a push writes all days, and the next one nothing', async () => {
    const [{ db }, url] = [createDatabase(), await start()];
    expect(await push(db, url)).toMatchObject({ code: 0, stderr: '' });
    expect((await push(db, url)).stdout).toMatch(/: 0 items sent/);
    // This server ignores conditions, so the objects are read.
    const other = createDatabase();
    expect((await push(other.db, url)).stdout).toMatch(/: 0 items sent/);
  });

  test('a wrong secret is reported', async () => {
    const [{ db }, url] = [createDatabase(), await start()];
    const { code, stderr } = await push(db, url, { ...S3RVER_KEYS, AWS_SECRET_ACCESS_KEY: 'wrong' });
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^error: the service rejects the credentials for bucket fleet: SignatureDoesNotMatch/,
    );
  });
});
