import {
  formatMetadataUrl,
  formatSocketAddress,
  getServerAddress,
  isIpv6Address,
  isLoopbackIpv4,
  type SetupPlan,
} from '../../domain/setup/setup-plan.ts';
import { LINUX_UNIT } from '../messages/setup/commands.ts';
import { buildIptablesRules } from './linux-iptables.ts';
import { buildNftRules } from './linux-nft.ts';
import {
  ADDRESS_LABEL,
  buildChainRemoval,
  buildCloudCheck,
  buildLocalnetSetting,
  buildTableRemoval,
  LINUX_SCRIPT,
  LINUX_UNIT_FILE,
  REMOVE_CHAIN_FUNCTION,
  REMOVE_SAVED_SETTINGS,
  RESTORE_SETTINGS,
  SHELL_OPTIONS,
} from './linux-parts.ts';
import { BLOCK_START, buildRootCheck, comment } from './shell-parts.ts';

/** The programs of each choice, and the package that has them in Debian, Fedora and Alpine. */
const PACKAGES = { nft: 'nftables', iptables: 'iptables' } as const;

/** Services that replace the rules of the whole machine when they start. */
const FIREWALL_SERVICES = {
  nft: ['nftables.service'],
  iptables: ['firewalld.service', 'netfilter-persistent.service'],
} as const;

export function buildLinuxSetup(plan: SetupPlan): string {
  const { routes, firewall, flags } = plan;
  const command = `cred-watch serve --setup linux${flags}`;
  const other = firewall === 'nft' ? 'iptables' : 'nft';
  const asked = routes.find(({ address }) => !isIpv6Address(address))?.address ?? null;
  const steps = [
    `${comment(
      'On a machine of a cloud, these addresses are the metadata service of the machine itself, and some clouds also have their name server there. This set-up would cut the machine off.',
    )}\n${buildCloudCheck(asked, command)}`,
    `${comment('Write the commands to a file, because they are needed again after a restart.')}
mkdir -p ${LINUX_SCRIPT.replace(/\/[^/]*$/, '')}
cat > ${LINUX_SCRIPT} <<'SCRIPT'
${buildRouteScript(plan)}
SCRIPT
chmod 755 ${LINUX_SCRIPT}`,
    `${comment('Run the commands.')}\n${LINUX_SCRIPT}`,
    `${comment('Let systemd run the commands at each start.')}\n${buildUnitStep(plan)}`,
  ];
  return [
    '#!/bin/sh',
    '# Routes these addresses of this Linux machine to cred-watch:',
    ...routes.map(
      (route) =>
        `#   ${formatMetadataUrl(route.address)}${route.target === null ? ', where the server listens' : ` to ${formatSocketAddress(getServerAddress(route))}`}`,
    ),
    ...describeBridges(plan),
    '# Read it first, then run it as root. You can run it again at any time.',
    `#   set up:  ${command} | sudo sh`,
    `#   check:   cred-watch serve --setup-check${flags}`,
    `#   revert:  cred-watch serve --setup-undo linux | sudo sh`,
    SHELL_OPTIONS,
    '',
    BLOCK_START,
    buildRootCheck(command),
    `command -v ip >/dev/null || fail 'the program ip is not installed' 'install the package iproute2'`,
    `command -v ${firewall} >/dev/null ||
  fail 'the program ${firewall} is not installed' 'install the package ${PACKAGES[firewall]}, or add --setup-firewall ${other}'`,
    '',
    steps.map((step, index) => step.replace('# ', `# ${index + 1}. `)).join('\n\n'),
    '',
    'exit 0',
    '}',
    '',
  ].join('\n');
}

function describeBridges({ routes, bridges }: SetupPlan): string[] {
  const [bridge] = bridges;
  const ipv4 = routes.map(getServerAddress).filter(({ host }) => !isIpv6Address(host));
  const servers = [...new Set(ipv4.map(({ host, port }) => `${host} port ${port}`))];
  if (bridge === undefined) return [];
  return [
    comment(
      `WARNING: every container on ${bridges.join(', ')} gets the credentials too, whatever runs in it.`,
    ),
    '# ufw blocks requests of containers, unless you allow them:',
    ...servers.map((server) => `#   ufw allow in on ${bridge} to ${server} proto tcp`),
  ];
}

/** The content of the file that makes the routes. It may run any number of times. */
function buildRouteScript(plan: SetupPlan): string {
  const addresses = plan.routes.map(({ address }) => address);
  const needsLocalnet = plan.routes.some(({ target }) => target !== null && isLoopbackIpv4(target.host));
  return [
    '#!/bin/sh',
    comment('Written by `cred-watch serve --setup linux`.'),
    SHELL_OPTIONS,
    REMOVE_CHAIN_FUNCTION,
    '',
    comment(
      'Give the addresses to the loopback interface, so that requests never leave this machine. The label marks IPv4 addresses for --setup-undo.',
    ),
    ...(addresses.some(isIpv6Address)
      ? [comment('With preferred_lft 0, no other connection uses an IPv6 address as its source.')]
      : []),
    ...addresses.map(buildAddressCommand),
    '',
    comment('Restore the setting of bridges that an earlier set-up named.'),
    RESTORE_SETTINGS,
    '',
    ...(plan.firewall === 'nft' ? buildNftRules(plan) : buildIptablesRules(plan)),
    // After the rules, so that the setting is never on without them.
    ...(needsLocalnet ? plan.bridges : []).flatMap((bridge) => [
      '',
      comment(
        `Let redirected packets of ${bridge} reach 127.0.0.1. The rules above drop other packets from ${bridge} to 127.0.0.0/8. The saved file lets --setup-undo restore the setting.`,
      ),
      buildLocalnetSetting(bridge),
    ]),
  ].join('\n');
}

const buildAddressCommand = (address: string) =>
  isIpv6Address(address)
    ? `ip -6 address replace ${address}/128 dev lo preferred_lft 0`
    : `ip address replace ${address}/32 dev lo scope host label ${ADDRESS_LABEL}`;

function buildUnitStep({ firewall, bridges }: SetupPlan): string {
  const services = FIREWALL_SERVICES[firewall];
  const after = ['network-pre.target', ...services, ...(bridges.length > 0 ? ['docker.service'] : [])];
  return `if [ -d /run/systemd/system ]; then
cat > ${LINUX_UNIT_FILE} <<'UNIT'
[Unit]
Description=Routes of metadata addresses to cred-watch
After=${after.join(' ')}
# A restart of the firewall removes the rules, so it restarts this unit.
PartOf=${services.join(' ')}

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${LINUX_SCRIPT}

[Install]
WantedBy=multi-user.target ${services.join(' ')}
UNIT
systemctl daemon-reload
systemctl enable --now ${LINUX_UNIT}
else
  echo 'note: systemd does not run here, so run ${LINUX_SCRIPT} at each start of this machine' >&2
fi`;
}

/** IPv6 addresses have no label. */
const IPV6_ADDRESSES = ['fd00:ec2::254', 'fd00:ec2::23'];

export function buildLinuxUndo(): string {
  const command = 'cred-watch serve --setup-undo linux';
  return [
    '#!/bin/sh',
    '# Reverts what `cred-watch serve --setup linux` did, with any flags. You can run it again at any time.',
    `#   run as root:  ${command} | sudo sh`,
    SHELL_OPTIONS,
    '',
    BLOCK_START,
    buildRootCheck(command),
    REMOVE_CHAIN_FUNCTION,
    '',
    '# 1. Remove the unit of systemd.',
    `if [ -e ${LINUX_UNIT_FILE} ]; then
  systemctl disable --now ${LINUX_UNIT}
  rm ${LINUX_UNIT_FILE}
  systemctl daemon-reload
fi`,
    '',
    '# 2. Restore the setting of bridges.',
    RESTORE_SETTINGS,
    REMOVE_SAVED_SETTINGS,
    '',
    '# 3. Remove the rules of nft and of iptables.',
    buildTableRemoval(['ip', 'ip6']),
    buildChainRemoval(['iptables', 'ip6tables']),
    '',
    '# 4. Remove the addresses. Only addresses with the label of cred-watch are removed. IPv6 addresses have no label.',
    `ip address flush dev lo label ${ADDRESS_LABEL}`,
    ...IPV6_ADDRESSES.map((address) => `ip -6 address delete ${address}/128 dev lo 2>/dev/null || true`),
    '',
    '# 5. Remove the file with the commands.',
    `if [ -e ${LINUX_SCRIPT} ]; then
  rm ${LINUX_SCRIPT}
  rmdir ${LINUX_SCRIPT.replace(/\/[^/]*$/, '')} 2>/dev/null || true
fi`,
    '',
    'exit 0',
    '}',
    '',
  ].join('\n');
}
