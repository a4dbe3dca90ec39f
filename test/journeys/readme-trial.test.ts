import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runShell } from '../support/cli/built-program.ts';
import { mayBeSkipped, noNetworkNamespace, OWN_NETWORK } from '../support/cli/namespaces.ts';
import { repositoryPath } from '../support/cli/program-run.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import { isThorough } from '../support/thorough.ts';

/** The shell commands of a section of the README. */
function readCommands(heading: string): string[] {
  const text = readFileSync(repositoryPath('README.md'), 'utf8');
  const [section = ''] = text.split(`## ${heading}\n`)[1]?.split('\n## ') ?? [];
  const blocks = section.matchAll(/^```sh\n(.*?)^```/gms);
  return [...blocks].flatMap(([, commands = '']) => commands.trimEnd().split('\n'));
}

function writeProfile(folder: string) {
  const path = join(folder, 'credentials');
  writeFileSync(path, '[dev]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = secret\n');
  return { AWS_SHARED_CREDENTIALS_FILE: path };
}

/**
 * A terminal passes a pasted block to zsh as one unit, and zsh parses all of it before it runs the first line. A comment
 * is then a word, as in every interactive zsh.
 */
const SHELLS = { bash: ['bash', '-c'], zsh: ['zsh', '-f', '-i', '-c'] } as const;

/** The program needs more time to start on a busy machine. */
const WAIT_FOR_ENDPOINT =
  'for _ in $(seq 200); do curl -s -o /dev/null http://127.0.0.1:1338/ && break; sleep 0.05; done';

test.skipIf(!isThorough || (mayBeSkipped && noNetworkNamespace !== null)).each(Object.keys(SHELLS))(
  'the README, pasted into %s, leads from a clone to a verdict on a simulated endpoint',
  async (shell) => {
    expect(noNetworkNamespace).toBeNull();
    const folder = temporaryFolder();
    const [install, ...commands] = readCommands('Try it without AWS');
    // `.ci/run` runs this command.
    expect(install).toBe('npm ci');
    const block = commands.join('\n').replace('sleep 1', WAIT_FOR_ENDPOINT);
    expect(block).toContain('mktemp -d');
    // The endpoint of the trial must not reach `init --write` in the next section.
    const leftVariables = 'echo "left: $(printenv AWS_EC2_METADATA_SERVICE_ENDPOINT CRED_WATCH_DB)."';
    const start = SHELLS[shell as keyof typeof SHELLS].join(' ');
    const run = await runShell(`ip link set lo up; ${start} "$BLOCK"`, {
      prefix: OWN_NETWORK,
      cwd: repositoryPath(''),
      // SDKs would use the keys of this profile, which never expire.
      env: {
        BLOCK: `${block}\n${leftVariables}`,
        TMPDIR: folder,
        AWS_PROFILE: 'dev',
        ...writeProfile(folder),
      },
    });
    const notes = run.stderr.trimEnd().split('\n');
    const known = /^note: (profile dev has aws_access_key_id, |the credentials are false: )/;
    expect(notes.filter((note) => !known.test(note))).toEqual([]);
    expect(run.stdout).toMatch(/! the credentials of this series are false/);
    expect(run.stdout).toMatch(/864 records in 1 file: 864 added/);
    expect(run.stdout).toMatch(
      / verdict +not safe: a 5h job with a margin of 5m, .* short at the worst moment/,
    );
    expect(run.stdout).toMatch(/^credentials found: .* imds v2 · simulated-role$/m);
    expect(run.stdout).toMatch(/^ {2}attention {7}these credentials are false/m);
    // The database of this host has no samples of the simulated history.
    expect(run.stdout).toMatch(/^i-1234567890abcdef0 .*(?:\n.*)*? verdict +unknown/m);
    expect(run.stdout).toMatch(/^left: \.$/m);
    expect(run.stdout).toMatch(/^safe: a 5h job with a margin of 5m that starts now, 5\dm .*to spare$/m);
  },
);
