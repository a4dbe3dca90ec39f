import { fileURLToPath } from 'node:url';
import { type Environment, runClient } from './child-client.ts';
import type { DebianClient } from './installed-client.ts';

export const RUBY: DebianClient = {
  package: 'ruby-aws-sdk-core',
  program: '/usr/bin/ruby',
  version: '3.168.1',
};

const PROGRAM = fileURLToPath(new URL('ruby-client.rb', import.meta.url));

/** Runs the default credential chain. */
export async function findKeyIdByRuby(
  environment: Environment,
  stsUrl: string,
): Promise<{ keyId: string | null; stderr: string }> {
  const { stdout, stderr } = await runClient([RUBY.program, PROGRAM, stsUrl], {
    // In a locale without UTF-8, Ruby fails at every other character in the files.
    LANG: 'C.UTF-8',
    ...environment,
  });
  return { keyId: stdout.trim() || null, stderr };
}
