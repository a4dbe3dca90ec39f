import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SampleStore } from '../../src/store/sample-store.ts';
import {
  type Boundary,
  type PresignedUrlVerifier,
  startPresignedUrlVerifier,
  type VerifiedCredentials,
} from '../support/aws/presigned-url-verifier.ts';
import { runCommand } from '../support/cli/run-command.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import { AWS_CLI } from '../support/peers/aws-cli.ts';
import { describeClient } from '../support/peers/installed-client.ts';
import {
  type Presign,
  presignByAwsCli,
  presignByJavaScriptSdk,
  presignByRclone,
} from '../support/peers/presigners.ts';
import { RCLONE } from '../support/peers/rclone.ts';
import { ciTest } from '../support/thorough.ts';

const HOUR = 3600;
const WEEK = 7 * 24 * HOUR;

/** The clients sign with the time of this machine. */
const EXPIRATION = Math.floor(Date.now() / 1000 + 5 * HOUR + 17) * 1000;

const TEMPORARY: VerifiedCredentials = {
  accessKeyId: 'ASIAQNZGKIQY56JQ7WML',
  secretAccessKey: 'FALSE/secret+key/of/the/verifier/0123456',
  sessionToken: `FALSE+session/token==${'x'.repeat(800)}`,
  expiration: EXPIRATION,
};
const LONG_LIVED = {
  ...TEMPORARY,
  accessKeyId: 'AKIASP2TPHJSQH3FJXYZ',
  sessionToken: null,
  expiration: null,
};

const database = join(temporaryFolder(afterAll), 'samples.db');
const servers: PresignedUrlVerifier[] = [];
const start = async (credentials: VerifiedCredentials) => {
  const server = await startPresignedUrlVerifier(credentials);
  servers.push(server);
  return server;
};

beforeAll(() => {
  using store = SampleStore.open(database);
  const identity = { host: 'i-0abc', source: 'imds', apiVersion: '2', role: 'loader' } as const;
  const sample = {
    accessKeyId: TEMPORARY.accessKeyId,
    lastUpdated: Date.now() - 60_000,
    expiration: EXPIRATION,
    zoneless: false,
    observedAt: Date.now() - 1000,
    clockOffset: null,
  };
  store.recordSample(identity, sample, 'machine');
});
afterAll(() => {
  for (const server of servers) server.close();
});

/** What `cred-watch key` reports about URLs, in their order. The text is an error message with the URL in it. */
async function askKey(urls: readonly string[]) {
  const stdin = urls.map((url) => `403 Forbidden: <${url}>, giving up\n`).join('');
  const run = await runCommand(['key', '-', '-f', 'json', '--db', database], { stdin });
  return { ...run, keys: JSON.parse(run.stdout).keys };
}

/** The first millisecond at which the verifier rejects the URL, and the code of the error. */
async function findRejection(server: PresignedUrlVerifier, url: string, boundary: Boundary) {
  server.clock.boundary = boundary;
  const requestAt = (now: number) => {
    server.clock.now = now;
    return server.request(url);
  };
  let [accepted, rejected] = [Date.now(), Date.now() + (WEEK + HOUR) * 1000];
  expect(await requestAt(accepted)).toBeNull();
  while (rejected - accepted > 1) {
    const middle = Math.floor((accepted + rejected) / 2);
    if ((await requestAt(middle)) === null) accepted = middle;
    else rejected = middle;
  }
  return { at: rejected, code: await requestAt(rejected) };
}

/** Checks the reported second with both kinds of servers. */
async function expectRejectionAt(server: PresignedUrlVerifier, url: string, reported: string, code: string) {
  const second = Date.parse(reported);
  expect(await findRejection(server, url, 'exclusive')).toEqual({ at: second, code });
  expect(await findRejection(server, url, 'inclusive')).toEqual({ at: second + 1, code });
}

function testPresigner(presign: Presign, testOne: typeof ciTest = test) {
  testOne('key reports the second at which the verifier rejects the URL', async () => {
    const server = await start(TEMPORARY);
    const [short, long] = await Promise.all([
      presign(server.url, TEMPORARY, HOUR),
      presign(server.url, TEMPORARY, WEEK),
    ]);
    const { code, keys, stdout, stderr } = await askKey([short, long]);
    expect(code, stderr).toBe(0);
    const [ofShort, ofLong] = keys;
    expect(ofShort).toMatchObject({ status: 'valid', limited_by: 'requested-duration' });
    expect(ofLong).toMatchObject({
      status: 'valid',
      limited_by: 'key-expiration',
      presigned_url: { requested_seconds: WEEK },
      works_until: new Date(EXPIRATION).toISOString().replace('.000Z', 'Z'),
      series: [{ host: 'i-0abc', role: 'loader' }],
    });
    await expectRejectionAt(server, short, ofShort.works_until, 'AccessDenied');
    await expectRejectionAt(server, long, ofLong.works_until, 'ExpiredToken');
    for (const secret of [TEMPORARY.sessionToken ?? '', signatureOf(short), signatureOf(long)]) {
      expect(stdout + stderr).not.toContain(secret.slice(0, 20));
    }
  });
}

const signatureOf = (url: string) => new URL(url).searchParams.get('X-Amz-Signature') ?? '';

describe('the JavaScript SDK', () => {
  testPresigner(presignByJavaScriptSdk);

  test('a URL with a long-lived key works for the requested duration without a database', async () => {
    const server = await start(LONG_LIVED);
    const url = await presignByJavaScriptSdk(server.url, LONG_LIVED, WEEK);
    const { code, keys } = await askKey([url]);
    expect(code).toBe(0);
    expect(keys).toMatchObject([{ kind: 'long-lived', limited_by: 'requested-duration', series: [] }]);
    await expectRejectionAt(server, url, keys[0].works_until, 'AccessDenied');
  });
});

describeClient('the AWS CLI', AWS_CLI, () => testPresigner(presignByAwsCli, ciTest));
describeClient('rclone', RCLONE, () => testPresigner(presignByRclone));
