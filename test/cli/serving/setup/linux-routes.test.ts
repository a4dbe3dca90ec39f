import { expect, test } from 'vitest';
import { runShell } from '../../../support/cli/built-program.ts';
import { mayBeSkipped } from '../../../support/cli/namespaces.ts';
import { noSetupNamespace, onOwnMachine, SETUP_TIMEOUT_MS } from '../../../support/cli/setup-namespace.ts';
import { isThorough, sampleCases } from '../../../support/thorough.ts';

const testOnOwnMachine = test.skipIf(mayBeSkipped && noSetupNamespace !== null);
const suffix = noSetupNamespace === null ? '' : ` (${noSetupNamespace})`;

async function runLines(script: string): Promise<string[]> {
  expect(noSetupNamespace).toBeNull();
  const run = await runShell(...onOwnMachine(script));
  expect({ code: run.code, stdout: run.stdout, stderr: run.stderr }).toMatchObject({ code: 0, stderr: '' });
  return run.stdout.trim().split('\n');
}

/** Without systemd, the script says who must run it after a restart. */
const SET_UP = (flags: string) => `serve --setup linux ${flags} | sh 2>> notes`;
const UNDO = 'serve --setup-undo linux | sh';

/** The AWS CLI takes a second to start, so only CI runs it. */
const RUN_AWS_CLI = `
env -i PATH=/usr/bin HOME=/nonexistent timeout 60 /usr/bin/aws configure list | awk '/^access_key/ { print $3 }'
env -i PATH=/usr/bin HOME=/nonexistent AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE=IPv6 timeout 60 /usr/bin/aws configure list | awk '/^access_key/ { print $3 }'
eval "$(grep -o 'AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1:1338/v2.*' simulator.txt)"
relative=/\${AWS_CONTAINER_CREDENTIALS_FULL_URI#http://*/}
env -i PATH=/usr/bin HOME=/nonexistent AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=$relative timeout 60 /usr/bin/aws configure list | awk '/^access_key/ { print $3 }'
`;

testOnOwnMachine.each(sampleCases(['nft', 'iptables'], 2))(
  `the printed commands route the addresses with %s, and undo reverts them${suffix}`,
  async (firewall) => {
    const flags = `--setup-firewall ${firewall} --shape imds,ecs,eks --listen 127.0.0.1:1338 --listen '[::1]:1338'`;
    const lines = await runLines(`
      create_built_in_chains
      state > before
      ${SET_UP(flags)}
      state > once
      ${SET_UP(flags)}
      state > twice
      cmp once twice && echo twice is harmless
      start_simulator --shape imds,ecs,eks --listen 127.0.0.1:1338 --listen '[::1]:1338'
      for url in 169.254.169.254 '[fd00:ec2::254]' 169.254.170.2 169.254.170.23 '[fd00:ec2::23]'; do
        curl --silent --show-error --globoff --max-time 30 -o /dev/null -w '%{http_code}\\n' "http://$url/"
      done
      ${isThorough ? RUN_AWS_CLI : ''}
      stop_simulator
      ${UNDO}
      state > reverted
      diff before reverted && echo undo reverts
      ${UNDO}
      state > again
      cmp reverted again && echo undo twice is harmless
    `);
    expect(lines).toEqual([
      'twice is harmless',
      ...['200', '200', '200', '200', '200'],
      ...(isThorough ? ['iam-role', 'iam-role', 'container-role'] : []),
      'undo reverts',
      'undo twice is harmless',
    ]);
  },
  SETUP_TIMEOUT_MS,
);
