import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { CredWatchError } from '../../../src/errors.ts';
import { ImportClient } from '../../../src/remote/metrics/import-client.ts';
import { Secret } from '../../../src/secret.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { describeReader } from '../../support/credential-formats/describe-reader.ts';
import { FakeClock } from '../../support/server/fake-clock.ts';

const OPENSSL = { program: 'openssl', package: 'openssl' };

describeReader('TLS', OPENSSL, (openssl) => {
  /** Starts a server with a certificate that no authority has signed. Returns its requests. */
  async function startServer() {
    const folder = temporaryFolder();
    const [key, cert] = [join(folder, 'key'), join(folder, 'cert')];
    const args = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=localhost';
    const names = ['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert];
    execFileSync(openssl, [...args.split(' '), ...names], { stdio: 'ignore', timeout: 20_000 });
    const requests: string[] = [];
    const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
      requests.push(request.headers.authorization ?? '');
      response.writeHead(204).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    return { port: (server.address() as AddressInfo).port, requests };
  }

  const send = async (url: string) => {
    const token = new Secret('s3cretT0ken');
    const client = new ImportClient({
      url: new URL(url),
      authorization: { header: token, secret: token },
      userAgent: 'cred-watch/1.2.3',
      clock: new FakeClock(),
      random: () => 0,
      timeoutMs: 0,
    });
    try {
      return await client.send('cred_watch_build_info 1 1\n', new AbortController().signal);
    } finally {
      client.close();
    }
  };

  test('a certificate without a known authority is an error, also if Node.js must not verify', async () => {
    const { port, requests } = await startServer();
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    onTestFinished(() => void vi.unstubAllEnvs());
    const error = await send(`https://127.0.0.1:${port}`).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(CredWatchError);
    expect(error).toMatchObject({
      message: `the TLS connection to https://127.0.0.1:${port} failed: DEPTH_ZERO_SELF_SIGNED_CERT`,
      hint: expect.stringMatching(/NODE_EXTRA_CA_CERTS/),
    });
    expect(requests).toEqual([]);
  });

  test('https to a server without TLS is an error', async () => {
    const { createServer: createPlain } = await import('node:http');
    const server = createPlain((_, response) => response.end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    await expect(send(`https://127.0.0.1:${port}`)).rejects.toThrow(/the TLS connection to .* failed: E/);
  });
});

test('environment variables of proxies are ignored', async () => {
  const { createServer: createPlain } = await import('node:http');
  const paths: (string | undefined)[] = [];
  const server = createPlain((request, response) => {
    paths.push(request.url);
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  for (const name of ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY']) vi.stubEnv(name, 'http://127.0.0.1:9');
  vi.stubEnv('NODE_USE_ENV_PROXY', '1');
  onTestFinished(() => void vi.unstubAllEnvs());
  const client = new ImportClient({
    url: new URL(`http://127.0.0.1:${port}/import`),
    authorization: null,
    userAgent: 'cred-watch/1.2.3',
    clock: new FakeClock(),
    random: () => 0,
    timeoutMs: 0,
  });
  expect(await client.send('x 1 1\n', new AbortController().signal)).toEqual({ kind: 'accepted' });
  client.close();
  expect(paths).toEqual(['/import']);
});
