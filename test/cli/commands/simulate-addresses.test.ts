import { expect, test } from 'vitest';
import { runShell } from '../../support/cli/built-program.ts';
import { mayBeSkipped, noNetworkNamespace, OWN_NETWORK } from '../../support/cli/namespaces.ts';
import { SIMULATED_NOTE } from '../../support/cli/simulated-note.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';

/** Serves on the addresses of the real endpoints in its own network namespace, and polls them. */
const REAL_ADDRESSES = `
set -e
ip link set lo up
for address in 169.254.169.254/32 169.254.170.2/32 169.254.170.23/32; do ip address add "$address" dev lo; done
for address in fd00:ec2::254/128 fd00:ec2::23/128; do ip address add "$address" dev lo nodad; done
: > "$OUT/events"
"$NODE" "$PROGRAM" simulate --shape imds,ecs,eks --allow-remote --no-log -f json \\
  --listen 169.254.169.254:80 --listen 169.254.170.2:80 --listen 169.254.170.23:80 \\
  --listen '[fd00:ec2::254]:80' --listen '[fd00:ec2::23]:80' > "$OUT/events" &
simulator=$!
while ! grep -q listening "$OUT/events"; do sleep 0.1; done
environment() { "$NODE" -p "JSON.parse(require('fs').readFileSync('$OUT/events','utf8').split('\\n')[0]).environment.$1"; }
poll() { env "$@" "$NODE" "$PROGRAM" poll --host h --db "$OUT/samples.db" | sed -E 's/^[^ ]+ [^ ]+  //; s/  ASIA.*//'; }

poll
poll AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE=IPv6
poll "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=$(environment ecs.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI)"
token="AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=$(environment eks.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE)"
poll "AWS_CONTAINER_CREDENTIALS_FULL_URI=$(environment eks.AWS_CONTAINER_CREDENTIALS_FULL_URI)" "$token"
poll AWS_CONTAINER_CREDENTIALS_FULL_URI='http://[fd00:ec2::23]/v1/credentials' "$token"
kill -TERM "$simulator"
wait "$simulator"
`;

test.skipIf(mayBeSkipped && noNetworkNamespace !== null)(
  `simulate serves a poller without configuration on the addresses of the real endpoints${noNetworkNamespace === null ? '' : ` (${noNetworkNamespace})`}`,
  async () => {
    expect(noNetworkNamespace).toBeNull();
    const out = temporaryFolder();
    const env = { OUT: out, AWS_EC2_METADATA_SERVICE_ENDPOINT: undefined };
    const run = await runShell(REAL_ADDRESSES, { prefix: [...OWN_NETWORK], env });
    expect(run.stderr).toBe(SIMULATED_NOTE.repeat(5));
    expect(run.stdout.split('\n')).toEqual([
      'h · imds v2 · simulated-role',
      'h · imds v2 · simulated-role',
      'h · container · simulated-role  account 123456789012',
      'h · container  account 123456789012',
      'h · container  account 123456789012',
      '',
    ]);
    expect(run.code).toBe(0);
  },
);
