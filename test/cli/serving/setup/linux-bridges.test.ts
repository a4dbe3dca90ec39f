import { expect, test } from 'vitest';
import { runShell } from '../../../support/cli/built-program.ts';
import { mayBeSkipped } from '../../../support/cli/namespaces.ts';
import { noSetupNamespace, onOwnMachine, SETUP_TIMEOUT_MS } from '../../../support/cli/setup-namespace.ts';
import { ciTest, isThorough } from '../../../support/thorough.ts';

const testOnOwnMachine = test.skipIf(mayBeSkipped && noSetupNamespace !== null);
const ciTestOnOwnMachine = test.skipIf(!isThorough || (mayBeSkipped && noSetupNamespace !== null));
const suffix = noSetupNamespace === null ? '' : ` (${noSetupNamespace})`;

/**
 * A container on the bridge docker0, and another machine in the local network. Both try to reach the server in every
 * way: at the metadata address, at the loopback address of the host, and at the port of the server.
 */
const NETWORKS = `
start_network container
start_network neighbour
ip link add docker0 type bridge
ip link set docker0 up
ip address add 172.17.0.1/16 dev docker0
ip link add host0 type veth peer name eth0 netns $container
ip link set host0 master docker0 up
ip link add lan0 type veth peer name eth0 netns $neighbour
ip link set lan0 up
ip address add 192.0.2.1/24 dev lan0
in_container() { nsenter --net=/proc/$container/ns/net "$@"; }
in_neighbour() { nsenter --net=/proc/$neighbour/ns/net "$@"; }
in_container sh -c 'ip link set lo up; ip link set eth0 up; ip address add 172.17.0.2/16 dev eth0; ip route add default via 172.17.0.1'
in_neighbour sh -c 'ip link set lo up; ip link set eth0 up; ip address add 192.0.2.2/24 dev eth0; ip route add default via 192.0.2.1'
# Many systems drop packets whose source has another route.
for setting in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 1 > "$setting"; done
# Sends packets for 127.0.0.1 to the host, as an attacker would.
for each in in_container in_neighbour; do
  $each sh -c 'ip route add 127.0.0.1/32 dev eth0 via $(ip route show default | cut -d" " -f3) table 7; ip rule add to 127.0.0.1 lookup 7 priority 0; ip rule delete from all lookup local; ip rule add from all lookup local priority 1; echo 1 > /proc/sys/net/ipv4/conf/eth0/route_localnet'
done
ask() { "$1" curl --silent --connect-timeout 1 --max-time 30 --output /dev/null -w '%{http_code}' "http://$2/healthz" || true; echo " $1 $2"; }
ask_all() {
  for each in in_container in_neighbour; do ask $each 169.254.169.254; ask $each 127.0.0.1:1338; done
  curl --silent --connect-timeout 1 --max-time 30 --output /dev/null -w '%{http_code} host\\n' http://169.254.169.254/healthz || true
}
`;

async function runLines(script: string): Promise<string[]> {
  expect(noSetupNamespace).toBeNull();
  const run = await runShell(...onOwnMachine(NETWORKS + script));
  expect({ code: run.code, stdout: run.stdout, stderr: run.stderr }).toMatchObject({ code: 0, stderr: '' });
  return run.stdout.trim().split('\n');
}

const ONLY_HOST = [
  '000 in_container 169.254.169.254',
  '000 in_container 127.0.0.1:1338',
  '000 in_neighbour 169.254.169.254',
  '000 in_neighbour 127.0.0.1:1338',
  '200 host',
];
const HOST_AND_CONTAINER = ['200 in_container 169.254.169.254', ...ONLY_HOST.slice(1)];

ciTest.each(['nft', 'iptables'])(
  `with %s, containers and other machines reach the server only if a bridge is named${suffix}`,
  async (firewall) => {
    const flags = `--setup-firewall ${firewall}`;
    const lines = await runLines(`
      [ ${firewall} = nft ] || create_built_in_chains
      start_server --listen 127.0.0.1:1338
      # The attack works if nothing prevents it.
      echo 1 > /proc/sys/net/ipv4/conf/docker0/route_localnet
      ask in_container 127.0.0.1:1338
      echo 0 > /proc/sys/net/ipv4/conf/docker0/route_localnet
      state > before
      serve --setup linux ${flags} | sh 2>> notes
      ask_all
      serve --setup linux ${flags} --setup-bridge docker0 | sh 2>> notes
      ask_all
      check --setup-bridge docker0
      state > once
      serve --setup linux ${flags} --setup-bridge docker0 | sh 2>> notes
      state > twice
      cmp once twice && echo twice is harmless
      serve --setup linux ${flags} | sh 2>> notes
      check --setup-bridge docker0
      ask_all
      serve --setup linux ${flags} --setup-bridge docker0 | sh 2>> notes
      serve --setup-undo linux | sh
      state > reverted
      diff before reverted && echo undo reverts
    `);
    expect(lines).toEqual([
      '200 in_container 127.0.0.1:1338',
      ...ONLY_HOST,
      ...HOST_AND_CONTAINER,
      'complete ADDRESS=ok REDIRECT=ok SERVER=ok ROUTE=ok BRIDGE=ok REBOOT=note',
      'twice is harmless',
      'not complete ADDRESS=ok REDIRECT=ok SERVER=ok ROUTE=ok BRIDGE=missing REBOOT=note',
      ...ONLY_HOST,
      'undo reverts',
    ]);
  },
  SETUP_TIMEOUT_MS,
);

ciTest.each(['nft', 'iptables'])(
  `with %s, only this machine and named bridges reach a server at the address itself${suffix}`,
  async (firewall) => {
    const flags = `--setup-firewall ${firewall} --listen 169.254.169.254:80`;
    const lines = await runLines(`
      ip address add 169.254.169.254/32 dev lo
      start_server --listen 169.254.169.254:80 --allow-remote
      ask_all
      ip address delete 169.254.169.254/32 dev lo
      serve --setup linux ${flags} | sh 2>> notes
      ask_all
      serve --setup linux ${flags} --setup-bridge docker0 | sh 2>> notes
      ask_all
      check --listen 169.254.169.254:80
    `);
    expect(lines).toEqual([
      ...['200 in_container 169.254.169.254', ONLY_HOST[1], '200 in_neighbour 169.254.169.254'],
      ...ONLY_HOST.slice(3),
      ...ONLY_HOST,
      ...HOST_AND_CONTAINER,
      'complete ADDRESS=ok SERVER=ok ROUTE=ok REBOOT=note',
    ]);
  },
  SETUP_TIMEOUT_MS,
);

ciTestOnOwnMachine(
  `a setting of a bridge that was on before stays on after undo${suffix}`,
  async () => {
    const lines = await runLines(`
    echo 1 > /proc/sys/net/ipv4/conf/docker0/route_localnet
    serve --setup linux --setup-bridge docker0 | sh 2>> notes
    serve --setup-undo linux | sh
    cat /proc/sys/net/ipv4/conf/docker0/route_localnet
  `);
    expect(lines).toEqual(['1']);
  },
  SETUP_TIMEOUT_MS,
);

testOnOwnMachine(
  `without rules, a bridge keeps its setting${suffix}`,
  async () => {
    expect(noSetupNamespace).toBeNull();
    const run = await runShell(
      ...onOwnMachine(`${NETWORKS}
      # A kernel that accepts no rules.
      printf '#!/bin/sh\\n[ "$1" != -f ]\\n' > nft
      chmod 755 nft
      mount --bind nft /usr/sbin/nft
      serve --setup linux --setup-bridge docker0 | sh || echo "code $?"
      cat /proc/sys/net/ipv4/conf/docker0/route_localnet
      serve --setup linux --setup-firewall iptables --setup-bridge br-x | sh || echo "code $?"
    `),
    );
    expect(run.stdout).toBe('code 1\n0\ncode 1\n');
    expect(run.stderr).toMatch(
      /^error: the network interface br-x does not exist\nhint: start Docker or create the bridge/,
    );
  },
  SETUP_TIMEOUT_MS,
);
