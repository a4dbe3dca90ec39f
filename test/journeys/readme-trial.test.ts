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

/** A reader needs more time for the next command than the endpoint needs to start. */
const WAIT_FOR_ENDPOINT =
  'for _ in $(seq 200); do (: < /dev/tcp/127.0.0.1/1338) 2> /dev/null && break; sleep 0.05; done';

test.skipIf(!isThorough || (mayBeSkipped && noNetworkNamespace !== null))(
  'the README leads from a clone to a verdict on a simulated endpoint',
  async () => {
    expect(noNetworkNamespace).toBeNull();
    const folder = temporaryFolder();
    const [install, ...commands] = readCommands('Try it without AWS');
    // `.ci/run` runs this command.
    expect(install).toBe('npm ci');
    const lines = commands.flatMap((line) => (line.includes(' & ') ? [line, WAIT_FOR_ENDPOINT] : [line]));
    const script = lines.join('\n');
    expect(script).toContain('mktemp -d');
    // The endpoint of the trial must not reach `init --write` in the next section.
    const leftVariables = 'echo "left: $(printenv AWS_EC2_METADATA_SERVICE_ENDPOINT CRED_WATCH_DB)."';
    writeFileSync(join(folder, 'trial.sh'), `${script}\n${leftVariables}\n`);
    const run = await runShell(`ip link set lo up; bash -c 'shopt -s expand_aliases; set -m; . "$TRIAL"'`, {
      prefix: OWN_NETWORK,
      cwd: repositoryPath(''),
      env: { TRIAL: join(folder, 'trial.sh'), TMPDIR: folder },
    });
    // `init` says so in its report.
    expect(run.stderr).toMatch(
      /^note: the credentials are false: they come from `cred-watch simulate`;.*\n$/,
    );
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
