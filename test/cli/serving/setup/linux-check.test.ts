import { expect, test } from 'vitest';
import { runShell } from '../../../support/cli/built-program.ts';
import { mayBeSkipped } from '../../../support/cli/namespaces.ts';
import { noSetupNamespace, onOwnMachine, SETUP_TIMEOUT_MS } from '../../../support/cli/setup-namespace.ts';
import { ciTest, isThorough } from '../../../support/thorough.ts';

const testOnOwnMachine = test.skipIf(!isThorough || (mayBeSkipped && noSetupNamespace !== null));
const suffix = noSetupNamespace === null ? '' : ` (${noSetupNamespace})`;

async function run(script: string) {
  expect(noSetupNamespace).toBeNull();
  return runShell(...onOwnMachine(script));
}

async function runLines(script: string): Promise<string[]> {
  const { code, stdout, stderr } = await run(script);
  expect({ code, stdout, stderr }).toMatchObject({ code: 0, stderr: '' });
  return stdout.trim().split('\n');
}

const REPAIR = 'serve --setup linux | sh 2>> notes';

ciTest(
  `--setup-check shows each step that is missing${suffix}`,
  async () => {
    const lines = await runLines(`
    check
    start_server --listen 127.0.0.1:1338
    check
    ${REPAIR}
    check
    ip address delete 169.254.169.254/32 dev lo
    check
    ${REPAIR}
    nft delete table ip cred_watch
    check
    ${REPAIR}
    stop_server
    check
    start_simulator --listen 127.0.0.1:1338
    check
    stop_simulator
    start_server --listen 127.0.0.1:1338
    check --setup-bridge docker0
    AWS_EC2_METADATA_SERVICE_ENDPOINT=http://127.0.0.1:9 check
    serve --setup linux --setup-firewall iptables | sh 2>> notes
    check
    iptables -t nat -D OUTPUT -j CRED_WATCH_OUT
    check
    serve --setup-undo linux | sh
    check
    stop_server
    check
  `);
    const ok = 'complete ADDRESS=ok REDIRECT=ok SERVER=ok ROUTE=ok REBOOT=note';
    const noRoute = 'not complete ADDRESS=ok REDIRECT=missing SERVER=ok ROUTE=missing REBOOT=note';
    const noServer = 'not complete ADDRESS=ok REDIRECT=ok SERVER=missing ROUTE=missing REBOOT=note';
    const onlyServer = 'not complete ADDRESS=missing REDIRECT=missing SERVER=ok ROUTE=missing REBOOT=missing';
    const nothing =
      'not complete ADDRESS=missing REDIRECT=missing SERVER=missing ROUTE=missing REBOOT=missing';
    expect(lines).toEqual([
      nothing,
      onlyServer,
      ok,
      'not complete ADDRESS=missing REDIRECT=ok SERVER=ok ROUTE=missing REBOOT=note',
      noRoute,
      noServer,
      noServer,
      'not complete ADDRESS=ok REDIRECT=ok SERVER=ok ROUTE=ok BRIDGE=missing REBOOT=note',
      'not complete ADDRESS=ok REDIRECT=ok SERVER=ok ROUTE=ok VARIABLE=missing REBOOT=note',
      ok,
      noRoute,
      onlyServer,
      nothing,
    ]);
  },
  SETUP_TIMEOUT_MS,
);

testOnOwnMachine(
  `--setup-check as another user does not guess the rules${suffix}`,
  async () => {
    const lines = await runLines(`
    chmod 711 "$OUT"
    as_user() { setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all "$@"; }
    check_as_user() { as_user "$NODE" "$PROGRAM" serve --setup-check "$@" || true; }
    ${REPAIR}
    check_as_user -f json > check.json
    "$NODE" "$OUT/states.mjs" check.json
    check_as_user | grep -A 1 unknown
    check_as_user --shape imds,ecs --listen 127.0.0.1:4000 --listen 192.0.2.1:4000 | grep -A 1 'no program'
    start_server --listen 127.0.0.1:1338
    check_as_user
  `);
    expect(lines).toEqual([
      'not complete ADDRESS=ok REDIRECT=unknown SERVER=missing ROUTE=missing REBOOT=note',
      'unknown  whether port 80 of 169.254.169.254 is redirected is unknown: only root can read the rules',
      '         → sudo cred-watch serve --setup-check',
      'missing  no program listens at 127.0.0.1:4000: the connection is refused',
      '         → cred-watch serve --profile NAME --shape imds,ecs --listen 127.0.0.1:4000 --listen 192.0.2.1:4000 --allow-remote',
      'the set-up is complete',
      '',
      'ok       the network interface lo has the address 169.254.169.254',
      'ok       port 80 of 169.254.169.254 is redirected to 127.0.0.1:1338',
      expect.stringMatching(
        /^ok {7}`cred-watch serve` of user root \(pid \d+\) with the role environment listens at$/,
      ),
      '         127.0.0.1:1338',
      'ok       a request to http://169.254.169.254/ reaches the server',
      'note     the set-up is lost at a restart, because systemd does not run here; run',
      '         /etc/cred-watch/metadata-route.sh at each start',
    ]);
  },
  SETUP_TIMEOUT_MS,
);

ciTest(
  `--setup-check names another program that gets the requests${suffix}`,
  async () => {
    const lines = await runLines(`
    start_server --listen 127.0.0.1:1338
    ip address add 169.254.169.254/32 dev lo
    start_simulator --allow-remote --listen 0.0.0.0:80
    serve --setup-check || echo "code $?"
    ${REPAIR}
    check
    stop_simulator
    serve --setup linux --listen 127.0.0.1:1400 | sh 2>> notes
    serve --setup-check | grep 'redirected to'
  `);
    expect(lines).toEqual([
      'the set-up is not complete: 3 problems',
      '',
      'ok       the network interface lo has the address 169.254.169.254',
      'missing  port 80 of 169.254.169.254 is not redirected to 127.0.0.1:1338',
      '         → cred-watch serve --setup linux | sudo sh',
      expect.stringContaining('listens at 127.0.0.1:1338'),
      'missing  a request to http://169.254.169.254/ reaches a simulator such as `cred-watch simulate`, and',
      '         not `cred-watch serve` at 127.0.0.1:1338',
      '         → cred-watch serve --setup linux | sudo sh',
      'note     a program listens at port 80 of 0.0.0.0, so it gets requests to 169.254.169.254 unless the',
      '         port is redirected',
      "         → sudo ss -ltnp 'sport = :80'",
      'missing  the set-up is lost at a restart: systemd does not run here, and no script makes the routes',
      '         → cred-watch serve --setup linux | sudo sh',
      'code 1',
      'complete ADDRESS=ok REDIRECT=ok SERVER=ok ROUTE=ok REBOOT=note',
      'missing  port 80 of 169.254.169.254 is redirected to 127.0.0.1:1400 and not to 127.0.0.1:1338',
    ]);
  },
  SETUP_TIMEOUT_MS,
);

/** A stand-in for systemctl, because no systemd runs here. Its unit files are checked with systemd-analyze. */
const SYSTEMCTL = `
mkdir -p /run/systemd/system
cat > systemctl <<'END'
#!/bin/sh
wants=/etc/systemd/system/multi-user.target.wants/cred-watch-setup.service
echo "systemctl $*" >> /run/t/systemctl.log
case $1 in
  enable) mkdir -p \${wants%/*}; ln -sf ../cred-watch-setup.service $wants ;;
  disable) rm -f $wants ;;
  is-enabled) [ -e $wants ] && echo enabled || { echo disabled; exit 1; } ;;
esac
END
chmod 755 systemctl
mount --bind systemctl /usr/bin/systemctl
`;

ciTest(
  `with systemd, a unit makes the routes again after a restart${suffix}`,
  async () => {
    const lines = await runLines(`${SYSTEMCTL}
    start_server --listen 127.0.0.1:1338
    state > before
    check
    serve --setup linux | sh
    check
    systemd-analyze verify cred-watch-setup.service && echo verified
    # A restart removes addresses and rules, and runs the unit.
    ip address flush dev lo label lo:cred-watch
    nft flush ruleset
    check
    sed -n 's/^ExecStart=//p' /etc/systemd/system/cred-watch-setup.service > command
    sh -c "$(cat command)"
    check
    systemctl disable cred-watch-setup.service
    serve --setup-check | grep -A 1 restart
    serve --setup-undo linux | sh
    serve --setup-check | grep -A 1 restart
    state > reverted
    diff before reverted && echo undo reverts
    grep -v is-enabled systemctl.log
  `);
    expect(lines).toEqual([
      'not complete ADDRESS=missing REDIRECT=missing SERVER=ok ROUTE=missing REBOOT=missing',
      'complete ADDRESS=ok REDIRECT=ok SERVER=ok ROUTE=ok REBOOT=ok',
      'verified',
      'not complete ADDRESS=missing REDIRECT=missing SERVER=ok ROUTE=missing REBOOT=ok',
      'complete ADDRESS=ok REDIRECT=ok SERVER=ok ROUTE=ok REBOOT=ok',
      'missing  the set-up is lost at a restart: cred-watch-setup.service is disabled',
      '         → sudo systemctl enable --now cred-watch-setup.service',
      'missing  the set-up is lost at a restart: cred-watch-setup.service does not exist',
      '         → cred-watch serve --setup linux | sudo sh',
      'undo reverts',
      'systemctl daemon-reload',
      'systemctl enable --now cred-watch-setup.service',
      'systemctl disable cred-watch-setup.service',
      'systemctl disable --now cred-watch-setup.service',
      'systemctl daemon-reload',
    ]);
  },
  SETUP_TIMEOUT_MS,
);

ciTest(
  `the printed commands refuse a machine of a cloud${suffix}`,
  async () => {
    const { code, stdout, stderr } = await run(`
    # The hardware names of an instance.
    mount -t tmpfs tmpfs /sys/class
    mkdir -p /sys/class/dmi/id
    echo 'Amazon EC2' > /sys/class/dmi/id/sys_vendor
    serve --setup linux | sh || echo "code $?"
    serve --setup-check | grep -A 1 ' is an instance of '
    rm -r /sys/class/dmi
    # A metadata service in the network.
    in_cloud() { nsenter --net=/proc/$cloud/ns/net "$@"; }
    start_network cloud
    ip link add eth0 type veth peer name eth0 netns $cloud
    ip link set eth0 up
    ip address add 192.0.2.2/24 dev eth0
    ip route add 169.254.169.254/32 dev eth0
    in_cloud sh -c 'ip link set lo up; ip link set eth0 up; ip address add 192.0.2.1/24 dev eth0; ip address add 169.254.169.254/32 dev eth0'
    start_simulator_in "nsenter --net=/proc/$cloud/ns/net" --allow-remote --listen 169.254.169.254:80
    state > before
    serve --setup linux | sh || echo "code $?"
    serve --setup-check | grep reaches
    state > after
    diff before after && echo nothing has changed
    serve --setup linux | sh -s -- --force 2>> notes
    ip -o address show dev lo to 169.254.169.254 | wc -l
    stop_simulator
  `);
    const hint =
      'hint: use the metadata service of the cloud, or run: cred-watch serve --setup linux | sudo sh -s -- --force\n';
    expect(stderr).toBe(
      `error: this machine belongs to a cloud: Amazon EC2\n${hint}error: another server responds at http://169.254.169.254/\n${hint}`,
    );
    expect(stdout.split('\n')).toEqual([
      'code 1',
      'note     this machine is an instance of Amazon EC2, whose own metadata service has these addresses;',
      '         the set-up cuts the machine off from it',
      'code 1',
      'missing  a request to http://169.254.169.254/ reaches the metadata service of Amazon EC2, and not',
      'nothing has changed',
      '1',
      '',
    ]);
    expect(code).toBe(0);
  },
  SETUP_TIMEOUT_MS,
);
