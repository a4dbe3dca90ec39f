import {
  formatMetadataUrl,
  formatSocketAddress,
  isIpv6Address,
  type MetadataRoute,
  type SetupPlan,
} from '../../domain/setup/setup-plan.ts';
import { MACOS_DAEMON, MACOS_DAEMON_FILE, SETUP_COMMANDS } from '../messages/setup/commands.ts';
import { BLOCK_START, buildCloudHint, buildRootCheck, comment } from './shell-parts.ts';

const SCRIPT = '/usr/local/etc/cred-watch/metadata-route.sh';
/** The main rules of macOS load every anchor below com.apple. So /etc/pf.conf need not change. */
export const PF_ANCHOR = 'com.apple/cred-watch';
/** `pfctl -X` gives the reference that `pfctl -E` took back. macOS empties this folder at a restart. */
const TOKEN_FILE = '/var/run/cred-watch-pf-token';

/** The network of Docker Desktop is a program of the host. */
const CONTAINERS =
  'WARNING: containers and virtual machines can reach the addresses too, if a program of this Mac forwards their requests, as in Docker Desktop.';

const NOT_RUN =
  'cred-watch was not tested on macOS. These commands were written from documentation, and have not been run.';

export function buildMacosSetup({ routes, flags }: SetupPlan): string {
  const { setUp } = SETUP_COMMANDS.macos;
  const command = `cred-watch serve --setup macos${flags}`;
  const asked = routes.find(({ address }) => !isIpv6Address(address))?.address;
  const folder = SCRIPT.replace(/\/[^/]*$/, '');
  return `#!/bin/sh
# Routes these addresses of this Mac to cred-watch:
${routes.map((route) => `#   ${formatMetadataUrl(route.address)}${describeTarget(route)}`).join('\n')}
${comment(NOT_RUN)}
${comment(CONTAINERS)}
# Read it first, then run it as root. You can run it again at any time.
#   set up:  ${setUp(flags)}
#   check:   cred-watch serve --setup-check${flags}
#   revert:  cred-watch serve --setup-undo macos | sudo sh
set -eu

${BLOCK_START}
${buildRootCheck(command)}
${asked === undefined ? '' : buildCloudQuestion(asked, command)}
# 1. Write the commands to a file, because they are needed again after a restart.
mkdir -p ${folder}
cat > ${SCRIPT} <<'SCRIPT'
#!/bin/sh
# Written by \`cred-watch serve --setup macos\`.
set -eu

# Give the addresses to the loopback interface, so that requests never leave this machine.
${routes.map(({ address }) => addAddress(address)).join('\n')}

# Redirect port 80. The anchor belongs to cred-watch alone, and pfctl replaces its rules.
pfctl -q -a ${PF_ANCHOR} -f - <<'RULES'
${routes.flatMap(buildRule).join('\n')}
RULES

# Enable pf, if this has not been done since the last restart. Keep the token for --setup-undo.
if [ ! -s ${TOKEN_FILE} ]; then
  pfctl -E 2>&1 | sed -n 's/^Token : //p' > ${TOKEN_FILE}
fi
SCRIPT
chmod 755 ${SCRIPT}

# 2. Run the commands.
${SCRIPT}

# 3. Let launchd run the commands at each start.
cat > ${MACOS_DAEMON_FILE} <<'PLIST'
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${MACOS_DAEMON}</string>
  <key>ProgramArguments</key>
  <array>
    <string>${SCRIPT}</string>
  </array>
  <key>RunAtLoad</key>
  <true/>
</dict>
</plist>
PLIST
launchctl bootout system/${MACOS_DAEMON} 2>/dev/null || true
launchctl bootstrap system ${MACOS_DAEMON_FILE}

exit 0
}
`;
}

/** The hardware of a Mac in EC2 has no special name. */
const buildCloudQuestion = (address: string, command: string) => `
# On a Mac of EC2, this address is the metadata service of the machine itself. Ask it, unless lo0 has the address.
if [ "\${1:-}" != --force ] && ! ifconfig lo0 | grep -q 'inet ${address} ' &&
  curl --silent --noproxy '*' --connect-timeout 1 --max-time 3 --output /dev/null http://${address}/; then
  fail 'another server responds at http://${address}/' ${buildCloudHint(command)}
fi
`;

const describeTarget = ({ target }: MetadataRoute) =>
  target === null ? ', where the server listens' : ` to ${formatSocketAddress(target)}`;

const addAddress = (address: string) =>
  isIpv6Address(address)
    ? `ifconfig lo0 inet6 ${address} prefixlen 128 alias`
    : `ifconfig lo0 alias ${address} 255.255.255.255`;

function buildRule({ address, target }: MetadataRoute): string[] {
  if (target === null) return [];
  const version = isIpv6Address(address) ? 'inet6' : 'inet';
  return [
    `rdr pass on lo0 ${version} proto tcp from any to ${address} port 80 -> ${target.host} port ${target.port}`,
  ];
}

/** @param addresses every address that a set-up can add */
export function buildMacosUndo(addresses: readonly string[]): string {
  const removals = addresses.map((address) =>
    isIpv6Address(address)
      ? `ifconfig lo0 inet6 ${address} -alias 2>/dev/null || true`
      : `ifconfig lo0 -alias ${address} 2>/dev/null || true`,
  );
  return `#!/bin/sh
# Reverts what \`cred-watch serve --setup macos\` did, with any flags. You can run it again at any time.
${comment(NOT_RUN)}
#   run as root:  cred-watch serve --setup-undo macos | sudo sh
set -eu

${BLOCK_START}
${buildRootCheck('cred-watch serve --setup-undo macos')}

# 1. Remove the job of launchd and the file with the commands.
launchctl bootout system/${MACOS_DAEMON} 2>/dev/null || true
rm -f ${MACOS_DAEMON_FILE} ${SCRIPT}
rmdir ${SCRIPT.replace(/\/[^/]*$/, '')} 2>/dev/null || true

# 2. Remove the rules, and disable pf if no other program needs it.
pfctl -q -a ${PF_ANCHOR} -F nat
if [ -s ${TOKEN_FILE} ]; then
  pfctl -X "$(cat ${TOKEN_FILE})"
  rm ${TOKEN_FILE}
fi

# 3. Remove the addresses.
${removals.join('\n')}

exit 0
}
`;
}
