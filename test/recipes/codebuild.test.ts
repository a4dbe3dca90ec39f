import { expect, test } from 'vitest';
import { mayBeSkipped, noNetworkNamespace, OWN_NETWORK } from '../support/cli/namespaces.ts';
import { describeReader } from '../support/credential-formats/describe-reader.ts';
import { readRecipe } from '../support/recipes/recipe.ts';
import { createWorkspace } from '../support/recipes/workspace.ts';
import { ciTest } from '../support/thorough.ts';

const recipe = readRecipe('codebuild');

/** Starts the simulator at the address of the container endpoint, then a build with the variable of CodeBuild. */
const BUILD = `
  ip link set lo up && ip addr add 169.254.170.2/32 dev lo
  mkfifo started
  cred-watch simulate --shape ecs --seed build --allow-remote --format json --no-log \
    --listen 169.254.170.2:80 --lifetime "$LIFETIME" --rotate-every "$LIFETIME" > started &
  read -r started < started
  variable=AWS_CONTAINER_CREDENTIALS_RELATIVE_URI
  export $variable="$(python3 -c 'import json,sys; print(json.loads(sys.argv[1])["environment"]["ecs"][sys.argv[2]])' "$started" $variable)"
  codebuild 2>&1
`;

/** Builds in a network of its own. The tests do not wait for a rotation. */
async function build(lifetime: string, variables: Readonly<Record<string, string>> = {}) {
  const workspace = createWorkspace(recipe, { standIns: ['codebuild.py'], replace: { ' --wait 20m': '' } });
  workspace.writeFiles();
  workspace.writeScript('migrate.sh', '#!/bin/sh\necho "migrates with $AWS_ACCESS_KEY_ID"\n');
  workspace.writeScript('publish.sh', '#!/bin/sh\necho publishes\n');
  const run = await workspace.shell(BUILD, {
    shell: [...OWN_NETWORK, 'bash', '-euc'],
    env: { LIFETIME: lifetime, AWS_EC2_METADATA_DISABLED: 'true', ...variables },
  });
  return { ...workspace, ...run };
}

const mayRun = noNetworkNamespace === null || !mayBeSkipped;
const title = mayRun ? 'CodeBuild' : `CodeBuild (skipped: ${noNetworkNamespace})`;

// The stand-in reads YAML with ruamel.yaml, which awscli depends on.
(mayRun ? describeReader : skip)(title, { program: 'aws', package: 'awscli', folders: ['/usr/bin'] }, () => {
  ciTest('a script that fits runs with the credentials of the service role', async () => {
    const { code, output } = await build('1h');
    expect(output).toMatch(/^migrates with ASIA/m);
    expect(output).toMatch(/^publishes$/m);
    expect(code).toBe(0);
  });

  test('a script that is too long is not started, and the log of the build says why', async () => {
    const { code, output, expectShown } = await build('30m');
    expectShown({ output }, 'refusal');
    expect(output).toContain('Phase complete: BUILD State: FAILED');
    expect(output).toContain('Reason: exit status 125');
    expect(output).not.toMatch(/^(migrates|publishes)/m);
    expect(code).toBe(1);
  });

  ciTest('keys in the settings of the project end the build before the script', async () => {
    const { code, output } = await build('1h', {
      AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'x',
    });
    expect(output).toMatch(/^expected container, got environment/m);
    expect(output).toContain('Phase complete: PRE_BUILD State: FAILED');
    expect(output).not.toMatch(/^(migrates|publishes)/m);
    expect(code).toBe(1);
  });
});

function skip(title: string): void {
  test.skip(title, () => {});
}
