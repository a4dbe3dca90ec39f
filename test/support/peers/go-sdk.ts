import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Environment, runClient } from './child-client.ts';
import type { DebianClient } from './installed-client.ts';

/** The program needs both packages. Debian builds its own Go programs in the same folder of sources. */
export const GO_SDK_2: DebianClient = {
  package: 'golang-github-aws-aws-sdk-go-v2-dev',
  program: '/usr/bin/go',
  version: '1.17.1',
};

const SOURCE = fileURLToPath(new URL('go-client.go', import.meta.url));

/**
 * Compiles a client, which takes up to a minute. Returns its path.
 * @param source the path of the client; by default the client that finds a key id
 */
export function buildGoClient(folder: string, source = SOURCE): string {
  const program = join(folder, 'go-client');
  const { status, stderr, error } = spawnSync(GO_SDK_2.program, ['build', '-o', program, source], {
    encoding: 'utf8',
    env: {
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      HOME: folder,
      GOCACHE: join(folder, 'cache'),
      GOPATH: '/usr/share/gocode',
      // Without modules, nothing is downloaded.
      GO111MODULE: 'off',
    },
  });
  if (status !== 0) throw new Error(`could not compile the client: ${error?.message ?? stderr}`);
  return program;
}

/** @param client `terraform` loads the profile first, like the library of Terraform */
export async function findKeyIdByGo(
  program: string,
  environment: Environment,
  { stsUrl, client }: { stsUrl: string; client: 'sdk' | 'terraform' },
): Promise<{ keyId: string | null; stderr: string }> {
  const { stdout, stderr } = await runClient([program, stsUrl, client], environment);
  return { keyId: stdout.trim() || null, stderr };
}
