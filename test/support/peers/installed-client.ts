import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { isThorough } from '../thorough.ts';

/** A client that is a package of Debian's, and what these tests know it by. */
export interface DebianClient {
  package: string;
  /** By its path: another program of this name, of whatever version, may come first on somebody's PATH. */
  program: string;
  /** How the versions begin that the facts were measured with. */
  version: string;
}

/** What is in the way of tests with a client; null where nothing is. */
function obstacle({ package: name, program, version }: DebianClient): string | null {
  const { stdout } = spawnSync('dpkg-query', ['--status', name], { encoding: 'utf8' });
  // Null without Debian; a package that was removed may have left its settings and so its name.
  const isThere = /^Status: .* installed$/m.test(stdout ?? '');
  if (!isThere) return `${program} is missing: apt-get install ${name}`;
  const installed = /^Version: (.*)$/m.exec(stdout)?.[1] ?? '';
  return installed.startsWith(version)
    ? null
    : `${name} is ${installed}, and the facts are those of ${version}`;
}

const obstacles = new Map<string, string | null>();

/** Tests that need a client. Without it they are skipped and say so, but never in CI. */
export function describeClient(title: string, client: DebianClient, tests: () => void): void {
  if (!obstacles.has(client.program)) {
    const missing = obstacle(client);
    obstacles.set(client.program, missing);
    if (missing !== null && !isThorough) process.stderr.write(`skipped what needs it: ${missing}\n`);
  }
  const missing = obstacles.get(client.program) ?? null;
  if (missing === null) describe(title, tests);
  else if (isThorough) describe(title, () => test('is installed', () => expect.unreachable(missing)));
  else describe.skip(`${title} (${missing})`, tests);
}
