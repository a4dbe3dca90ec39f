import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../cli/temporary-folder.ts';

const PACKAGE = '@20minutes/s3rver';

/** The parts of the package that tests use. It needs too many packages to be a dependency, so its types are missing. */
type S3rver = new (options: {
  port: number;
  address: string;
  directory: string;
  silent: boolean;
  configureBuckets: { name: string }[];
}) => { run(): Promise<{ port: number }>; close(): Promise<void> };

/** The only keys that the server accepts. */
export const S3RVER_KEYS = { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER' };

function findS3rver(): string | null {
  const folder = process.env.S3RVER_FOLDER;
  try {
    return createRequire(folder === undefined ? import.meta.url : resolve(folder, 'any.js')).resolve(PACKAGE);
  } catch {
    return null;
  }
}

/** Declares tests that need an S3 server of others. Without it they are skipped; in CI they fail. */
export function describeS3rver(title: string, tests: (start: () => Promise<string>) => void): void {
  const path = findS3rver();
  if (path !== null) return void describe(title, () => tests(() => startS3rver(path)));
  const missing = `s3rver is missing: npm install --no-save --prefix FOLDER ${PACKAGE}@5.0.0, then set S3RVER_FOLDER=FOLDER`;
  if ((process.env.CI ?? '') !== '')
    return void describe(title, () => test('is installed', () => expect.unreachable(missing)));
  process.stderr.write(`skipped tests of ${title}: ${missing}\n`);
  describe.skip(`${title} (${missing})`, () => tests(() => startS3rver(PACKAGE)));
}

/** Starts a server with the bucket `fleet`, until the end of the test. */
async function startS3rver(path: string): Promise<string> {
  const Server: S3rver = createRequire(import.meta.url)(path);
  const server = new Server({
    port: 0,
    address: '127.0.0.1',
    directory: temporaryFolder(),
    silent: true,
    configureBuckets: [{ name: 'fleet' }],
  });
  const { port } = await server.run();
  onTestFinished(() => server.close());
  return `http://127.0.0.1:${port}`;
}
