import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { imds } from '../../support/sources/polling.ts';
import { startEndpoint, startRawEndpoint } from '../../support/sources/scripted-endpoint.ts';
import { ciTest } from '../../support/thorough.ts';

const folder = mkdtempSync(join(tmpdir(), 'cred-watch-'));
const program = join(folder, 'poll.cjs');

/** Does not call `process.exit`, so it ends only if nothing keeps the process alive. */
const SOURCE = `
  import { systemClock } from './src/clock.ts';
  import { createLocalSource } from './src/sources/open.ts';
  const limits = { requestMs: 300, attempts: 1 };
  const source = createLocalSource('imds', { env: process.env, clock: systemClock, random: Math.random, limits });
  source.poll().then((outcome) => console.log(outcome.ok ? 'ok' : outcome.reason));
`;

beforeAll(() => {
  const resolveDir = fileURLToPath(new URL('../../../', import.meta.url));
  buildSync({
    stdin: { contents: SOURCE, resolveDir, loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile: program,
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

async function poll(env: Record<string, string>): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [program], { env, timeout: 20_000 });
  return stdout.trim() + stderr;
}

test('no request goes to a proxy of the environment', async () => {
  const proxy = await startEndpoint(() => ({ status: 502 }));
  const endpoint = await startEndpoint(imds());
  const proxies = Object.fromEntries(
    ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'ALL_PROXY', 'all_proxy'].map((name) => [name, proxy.url]),
  );
  const env = { ...proxies, NODE_USE_ENV_PROXY: '1', AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint.url };
  expect(await poll(env)).toBe('ok');
  expect(endpoint.requests).toHaveLength(3);
  expect(proxy.requests).toEqual([]);
});

ciTest('the process ends by itself after a poll without a response', async () => {
  const endpoint = await startRawEndpoint(() => {});
  expect(await poll({ AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint.url })).toBe('timeout');
});

test('the process ends by itself after a poll of a closed port', async () => {
  expect(await poll({ AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:1' })).toBe('unreachable');
});
