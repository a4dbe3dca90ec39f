import { CLOUD_HARDWARE, HARDWARE_FILES, XEN_ID_FILE } from '../../domain/setup/clouds.ts';
import { LINUX_UNIT } from '../messages/setup/commands.ts';
import { buildCloudHint } from './shell-parts.ts';

/** The file that makes the routes, and that systemd runs at each start. */
export const LINUX_SCRIPT = '/etc/cred-watch/metadata-route.sh';
export const LINUX_UNIT_FILE = `/etc/systemd/system/${LINUX_UNIT}`;

/** Marks the IPv4 addresses that the set-up added, so that the undo script finds them. */
export const ADDRESS_LABEL = 'lo:cred-watch';

/** The name of the nft tables. */
export const NFT_TABLE = 'cred_watch';
/** The chains of iptables: table, built-in chain that jumps to the chain, name. */
export const IPTABLES_CHAINS = [
  ['nat', 'OUTPUT', 'CRED_WATCH_OUT'],
  ['nat', 'PREROUTING', 'CRED_WATCH_IN'],
  ['raw', 'PREROUTING', 'CRED_WATCH_RAW'],
] as const;

/** The folder with one file for each bridge whose `route_localnet` was off. It is empty after a restart, as the setting is. */
const SAVED_SETTINGS = '/run/cred-watch-setup';

export const SHELL_OPTIONS =
  'set -eu\nexport PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin';

export const REMOVE_CHAIN_FUNCTION = `remove_chain() { # program, table, built-in chain, chain
  "$1" -w -t "$2" -S "$4" >/dev/null 2>&1 || return 0
  while "$1" -w -t "$2" -D "$3" -j "$4" 2>/dev/null; do :; done
  "$1" -w -t "$2" -F "$4"
  "$1" -w -t "$2" -X "$4"
}`;

/** Removes the nft tables that exist. */
export const buildTableRemoval = (families: readonly string[]) =>
  families
    .map(
      (family) =>
        `! nft list table ${family} ${NFT_TABLE} >/dev/null 2>&1 || nft delete table ${family} ${NFT_TABLE}`,
    )
    .join('\n');

/** Removes the chains of iptables that exist. Needs {@link REMOVE_CHAIN_FUNCTION}. */
export const buildChainRemoval = (
  programs: readonly string[],
  isSelected: (chain: (typeof IPTABLES_CHAINS)[number][2]) => boolean = () => true,
) =>
  programs
    .flatMap((program) =>
      IPTABLES_CHAINS.filter(([, , chain]) => isSelected(chain)).map(
        ([table, hook, chain]) => `remove_chain ${program} ${table} ${hook} ${chain}`,
      ),
    )
    .join('\n');

/** Turns off what {@link buildLocalnetSetting} turned on. */
export const RESTORE_SETTINGS = `for saved in ${SAVED_SETTINGS}/route_localnet.*; do
  [ -e "$saved" ] || continue
  setting=/proc/sys/net/ipv4/conf/\${saved#*/route_localnet.}/route_localnet
  [ ! -e "$setting" ] || echo 0 > "$setting"
  rm "$saved"
done`;

export const REMOVE_SAVED_SETTINGS = `[ ! -d ${SAVED_SETTINGS} ] || rmdir ${SAVED_SETTINGS}`;

export function buildLocalnetSetting(bridge: string): string {
  const setting = `/proc/sys/net/ipv4/conf/${bridge}/route_localnet`;
  return `if [ ! -e ${setting} ]; then
  echo 'error: the network interface ${bridge} does not exist' >&2
  echo 'hint: start Docker or create the bridge, and run the commands again. Bridges of this machine: ip link show type bridge' >&2
  exit 1
fi
if [ "$(cat ${setting})" = 0 ]; then
  mkdir -p ${SAVED_SETTINGS}
  : > ${SAVED_SETTINGS}/route_localnet.${bridge}
  echo 1 > ${setting}
fi`;
}

/** Patterns of the shell. The names have no quotes. */
const HARDWARE_PATTERNS = [...CLOUD_HARDWARE.values()].flat().map((name) => `*'${name}'*`);

/**
 * Ends the script on a machine of a cloud.
 * @param address the address to ask; null if no address is IPv4
 */
export function buildCloudCheck(address: string | null, command: string): string {
  const question =
    address === null
      ? ''
      : `
  # Ask the address, unless this machine has it already.
  if [ -z "$(ip -o address show to ${address})" ] && command -v curl >/dev/null &&
    curl --silent --noproxy '*' --connect-timeout 1 --max-time 3 --output /dev/null http://${address}/; then
    fail 'another server responds at http://${address}/' "$hint"
  fi`;
  return `if [ "\${1:-}" != --force ]; then
  hint=${buildCloudHint(command)}
  case $(cat ${XEN_ID_FILE} 2>/dev/null || true) in
    ec2*) fail 'this machine is an instance of Amazon EC2' "$hint" ;;
  esac
  hardware=$(cat ${HARDWARE_FILES.join(' \\\n    ')} 2>/dev/null || true)
  case $hardware in
    ${HARDWARE_PATTERNS.join(' | \\\n    ')})
      fail "this machine belongs to a cloud: $(echo "$hardware" | head -n 1)" "$hint" ;;
  esac${question}
fi`;
}
