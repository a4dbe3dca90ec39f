import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { noMountNamespace, noNetworkNamespace } from './namespaces.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A separate network, a private copy of /etc and an empty /run. Its processes are killed when the command ends. */
const OWN_MACHINE = ['unshare', '--net', '--mount', '--pid', '--fork', '--kill-child'];

const missing = ['nft', 'iptables', 'curl', '/usr/bin/aws'].find(
  (program) => spawnSync('sh', ['-c', `PATH=$PATH:/usr/sbin command -v ${program}`]).status !== 0,
);

/** Why the tests cannot run here; null if they can. */
export const noSetupNamespace =
  noNetworkNamespace ?? noMountNamespace ?? (missing === undefined ? null : `${missing} is not installed`);

const PRELUDE = `
set -e
# --mount-proc would hide the network settings of the new namespace behind those of the old one.
mount -t proc proc /proc
mount -t tmpfs tmpfs /run
cp -a /etc /run/etc
mount --bind /run/etc /etc
mkdir /run/t
cd /run/t
ip link set lo up
serve() { "$NODE" "$PROGRAM" serve "$@"; }
# The addresses, the rules and the files of this machine. Empty chains of iptables stay after any use of iptables.
state() {
  # The kernel marks IPv6 addresses as deprecated a moment after they were added.
  ip address show dev lo | sed 's/ deprecated//'
  nft --stateless list ruleset 2> /dev/null # it cannot print the targets of iptables
  for program in iptables ip6tables; do $program-save | sed '/^#/d; s/ \\[[0-9:]*\\]$//'; done
  grep . /proc/sys/net/ipv4/conf/*/route_localnet
  find /etc /run/cred-watch-setup 2>/dev/null | sort
}
# iptables creates its built-in chains at the first use, and never removes them.
create_built_in_chains() {
  for program in iptables ip6tables; do
    for chain in 'nat OUTPUT' 'nat PREROUTING' 'raw PREROUTING'; do
      $program -t \${chain% *} -A \${chain#* } -j ACCEPT
      $program -t \${chain% *} -D \${chain#* } -j ACCEPT
    done
  done
}
check() { serve --setup-check -f json "$@" > check.json || true; "$NODE" "$OUT/states.mjs" check.json; }
start_server() {
  : > server.txt
  AWS_ACCESS_KEY_ID=ASIAFALSE00000000001 AWS_SECRET_ACCESS_KEY=false AWS_SESSION_TOKEN=false USER=root \
    "$NODE" "$PROGRAM" serve --source environment --expires 6h --no-log --db /run/t/samples.db "$@" > server.txt 2> server.err &
  server=$!
  until grep -q '^unset' server.txt; do kill -0 $server || { cat server.err >&2; exit 1; }; sleep 0.05; done
}
stop_server() { kill $server; wait $server; }
start_simulator() { start_simulator_in env "$@"; }
# The first word is a command that runs the simulator.
start_simulator_in() {
  : > simulator.txt
  prefix=$1
  shift
  $prefix "$NODE" "$PROGRAM" simulate --no-log "$@" > simulator.txt 2> simulator.err & simulator=$!
  until grep -q '^unset' simulator.txt; do kill -0 $simulator || { cat simulator.err >&2; exit 1; }; sleep 0.05; done
}
# Starts a separate network, and stores the id of its process in the variable of the given name.
start_network() {
  unshare --net sleep 600 & eval "$1=$!"
  until [ "$(readlink "/proc/$!/ns/net")" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done
}
stop_simulator() { kill $simulator; wait $simulator; }
`;

/** Prints `CODE=state` of each check. */
const STATES = `
import { readFileSync } from 'node:fs';
const { is_complete, checks } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
console.log([is_complete ? 'complete' : 'not complete', ...checks.map(({ code, state }) => code + '=' + state)].join(' '));
`;

/** A test ends in seconds. A busy machine takes much longer. */
export const SETUP_TIMEOUT_MS = 300_000;

/**
 * The arguments of `runShell` that run a script on a separate machine, with the functions of the prelude. The script
 * can use the network addresses of real endpoints.
 */
export function onOwnMachine(script: string) {
  const out = temporaryFolder();
  writeFileSync(join(out, 'states.mjs'), STATES);
  const env = {
    OUT: out,
    AWS_EC2_METADATA_SERVICE_ENDPOINT: undefined,
    AWS_METADATA_SERVICE_TIMEOUT: undefined,
    AWS_METADATA_SERVICE_NUM_ATTEMPTS: undefined,
  };
  return [
    `${PRELUDE}\n${script}`,
    { prefix: OWN_MACHINE, env, timeoutMs: SETUP_TIMEOUT_MS - 10_000 },
  ] as const;
}
