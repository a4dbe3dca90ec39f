import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { isThorough } from '../thorough.ts';

/** A client from a Debian package. */
export interface DebianClient {
  package: string;
  /** An absolute path, because PATH may name another version first. */
  program: string;
  /** Prefix of the versions whose behaviour was measured. */
  version: string;
}

/** Why tests cannot run with a client. Null if they can. */
function findObstacle({ package: name, program, version }: DebianClient): string | null {
  const { stdout } = spawnSync('dpkg-query', ['--status', name], { encoding: 'utf8' });
  // `stdout` is null without Debian. A removed package may still have a status.
  const isInstalled = /^Status: .* installed$/m.test(stdout ?? '');
  if (!isInstalled) return `${program} is missing: apt-get install ${name}`;
  const installed = /^Version: (.*)$/m.exec(stdout)?.[1] ?? '';
  return installed.startsWith(version) ? null : `${name} is ${installed}, but the tests need ${version}`;
}

const obstacles = new Map<string, string | null>();

/** Declares tests that need a client. Without the client they are skipped with a message, but fail in CI. */
export function describeClient(title: string, client: DebianClient, tests: () => void): void {
  if (!obstacles.has(client.program)) {
    const missing = findObstacle(client);
    obstacles.set(client.program, missing);
    if (missing !== null && !isThorough) process.stderr.write(`tests skipped: ${missing}\n`);
  }
  const missing = obstacles.get(client.program) ?? null;
  if (missing === null) describe(title, tests);
  else if (isThorough) describe(title, () => test('is installed', () => expect.unreachable(missing)));
  else describe.skip(`${title} (${missing})`, tests);
}
