import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { mayBeSkipped, noNetworkNamespace } from '../cli/namespaces.ts';

const PACKAGE = '@jamestelfer/imds-broker';
const VERSION = '0.4.0';

/** The program of the broker, which is in the package of the platform. Null if it is not installed. */
function findBroker(): string | null {
  const folder = process.env.IMDS_BROKER_FOLDER;
  const from = folder === undefined ? import.meta.url : resolve(folder, 'any.js');
  try {
    const path = createRequire(from).resolve(`${PACKAGE}-${process.platform}-${process.arch}/package.json`);
    return join(path, '..', 'imds-broker');
  } catch {
    return null;
  }
}

/** Declares tests that need the broker and a network namespace. Locally they may be skipped; in CI they fail. */
export function describeBroker(title: string, tests: (broker: string) => void): void {
  const broker = findBroker();
  const missing =
    broker === null
      ? `${PACKAGE} is missing: npm install --no-save --prefix FOLDER ${PACKAGE}@${VERSION}, then set IMDS_BROKER_FOLDER=FOLDER`
      : noNetworkNamespace;
  if (broker !== null && missing === null) return void describe(title, () => tests(broker));
  if (!mayBeSkipped)
    return void describe(title, () => test('can run', () => expect.unreachable(String(missing))));
  process.stderr.write(`skipped tests of ${title}: ${missing}\n`);
  describe.skip(`${title} (${missing})`, () => tests(''));
}
