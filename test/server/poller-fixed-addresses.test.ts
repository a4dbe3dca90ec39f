import { expect, test } from 'vitest';
import { runShell } from '../support/cli/built-program.ts';
import { mayBeSkipped, noNetworkNamespace, OWN_NETWORK } from '../support/cli/namespaces.ts';
import { SIMULATED_NOTE } from '../support/cli/simulated-note.ts';

/**
 * Simulates the addresses of AWS in a separate network namespace, and polls with the environment of an
 * instance, a task and a pod.
 */
const SCRIPT = `
  set -e
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  ip link set lo up
  for address in 169.254.169.254 169.254.170.2 169.254.170.23; do ip addr add $address/32 dev lo; done
  for address in fd00:ec2::254 fd00:ec2::23; do ip addr add $address/128 dev lo nodad; done

  mkfifo "$folder/output"
  "$NODE" "$PROGRAM" simulate --shape imds,ecs,eks --seed fixed --allow-remote --format json --no-log \\
    --listen 169.254.169.254:80 --listen '[fd00:ec2::254]:80' --listen 169.254.170.2:80 \\
    --listen 169.254.170.23:80 --listen '[fd00:ec2::23]:80' > "$folder/output" &
  simulator=$!
  exec 3< "$folder/output"
  read -r started <&3
  getVariable() { "$NODE" -p 'JSON.parse(process.argv[1]).environment[process.argv[2]][process.argv[3]]' "$started" "$@"; }
  task=$(getVariable ecs AWS_CONTAINER_CREDENTIALS_RELATIVE_URI)
  token=$(getVariable eks AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE)

  unset AWS_EC2_METADATA_SERVICE_ENDPOINT
  poll() { env "$@" "$NODE" "$PROGRAM" poll --format json --host here --db "$folder/db" < /dev/null; }
  poll
  poll AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE=IPv6
  poll AWS_CONTAINER_CREDENTIALS_RELATIVE_URI="$task"
  for agent in 169.254.170.23 '[fd00:ec2::23]'; do
    poll AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE="$token" \\
      AWS_CONTAINER_CREDENTIALS_FULL_URI="http://$agent/v1/credentials"
  done
  kill "$simulator"
  wait "$simulator"
`;

const skipped = noNetworkNamespace === null ? '' : ` (skipped: ${noNetworkNamespace})`;

test.skipIf(noNetworkNamespace !== null && mayBeSkipped)(
  `poll uses the addresses of AWS without configuration${skipped}`,
  async () => {
    expect(noNetworkNamespace).toBeNull();
    const run = await runShell(SCRIPT, { prefix: OWN_NETWORK });
    expect(run).toMatchObject({ code: 0, stderr: SIMULATED_NOTE.repeat(5) });
    const polls = run.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const imds = { source: 'imds', api_version: '2', role: 'simulated-role', failure: null };
    const container = { source: 'container', api_version: '', failure: null };
    expect(polls).toMatchObject([
      imds,
      imds,
      { ...container, role: 'simulated-role' },
      { ...container, role: '' },
      { ...container, role: '' },
    ]);
    const [first, second, task, pod, otherPod] = polls.map(({ access_key_id }) => access_key_id);
    expect([second, otherPod]).toEqual([first, pod]);
    expect(new Set([first, task, pod]).size).toBe(3);
  },
);
