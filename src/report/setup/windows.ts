import {
  formatMetadataUrl,
  formatSocketAddress,
  isIpv6Address,
  type MetadataRoute,
  type SetupPlan,
} from '../../domain/setup/setup-plan.ts';
import { SETUP_COMMANDS } from '../messages/setup/commands.ts';

const LOOPBACK = 'Loopback Pseudo-Interface 1';

const NOT_RUN = `# cred-watch was not tested on Windows. These commands were written from documentation, and have not been run.`;

const ADMIN_CHECK = `$identity = [Security.Principal.WindowsPrincipal][Security.Principal.WindowsIdentity]::GetCurrent()
if (-not $identity.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) {
  throw 'only an administrator can change addresses and port proxies: open PowerShell with "Run as administrator"'
}`;

export function buildWindowsSetup({ routes, flags }: SetupPlan): string {
  const { setUp } = SETUP_COMMANDS.windows;
  const asked = routes.find(({ address }) => !isIpv6Address(address))?.address;
  return `# Routes these addresses of this Windows machine to cred-watch:
${routes.map((route) => `#   ${formatMetadataUrl(route.address)}${describeTarget(route)}`).join('\n')}
${NOT_RUN}
# WARNING: containers of Docker Desktop can reach the addresses too, because a program of this machine forwards
# their requests.
# Read it first, then run it in PowerShell as an administrator. You can run it again at any time.
#   set up:  ${setUp(flags)}
#   check:   cred-watch serve --setup-check${flags}
#   revert:  cred-watch serve --setup-undo windows > undo.ps1; powershell -ExecutionPolicy Bypass -File undo.ps1
# For programs in WSL, run the commands of \`cred-watch serve --setup linux\` in WSL.
param([switch]$Force)
$ErrorActionPreference = 'Stop'
${ADMIN_CHECK}

# 1. An instance of a cloud needs its own metadata service at this address.
$system = Get-CimInstance Win32_ComputerSystem
$enclosure = Get-CimInstance Win32_SystemEnclosure
$hardware = "$($system.Manufacturer) $($system.Model) $($enclosure.SMBIOSAssetTag)"
if (-not $Force -and $hardware -match 'Amazon EC2|Google Compute Engine|OpenStack|OracleCloud|7783-7084-3265-9085-8269-3286-77') {
  throw "this machine belongs to a cloud ($hardware): to set it up anyway, add -Force"
}
# Older instances have other names. Ask the address, unless this machine has it already.
${asked === undefined ? '' : buildQuestion(asked)}

# 2. Give the addresses to the loopback interface. Windows keeps them after a restart.
# With SkipAsSource, no other connection uses an address as its source.
${routes.map(addAddress).join('\n')}

# 3. Redirect port 80. The service IP Helper does this. Windows keeps the port proxy after a restart.
Set-Service iphlpsvc -StartupType Automatic
Start-Service iphlpsvc
${routes.flatMap(addProxy).join('\n')}
`;
}

/** An error with a response is a response. */
const buildQuestion = (address: string) =>
  `if (-not $Force -and -not (Get-NetIPAddress -IPAddress ${address} -ErrorAction SilentlyContinue)) {
  $responds = $true
  try { Invoke-WebRequest -UseBasicParsing -TimeoutSec 1 http://${address}/ | Out-Null }
  catch { $responds = $null -ne $_.Exception.Response }
  if ($responds) { throw 'another server responds at http://${address}/: to set it up anyway, add -Force' }
}`;

const describeTarget = ({ target }: MetadataRoute) =>
  target === null ? ', where the server listens' : ` to ${formatSocketAddress(target)}`;

const getBits = (address: string) => (isIpv6Address(address) ? 128 : 32);

const addAddress = ({ address }: MetadataRoute) =>
  `if (-not (Get-NetIPAddress -IPAddress ${address} -ErrorAction SilentlyContinue)) {
  New-NetIPAddress -InterfaceAlias '${LOOPBACK}' -IPAddress ${address} -PrefixLength ${getBits(address)} -SkipAsSource $true | Out-Null
}`;

const getProxyKind = (address: string) => (isIpv6Address(address) ? 'v6tov6' : 'v4tov4');

/** \`set\` creates the entry, or replaces its target. */
function addProxy({ address, target }: MetadataRoute): string[] {
  if (target === null) return [];
  return [
    `netsh interface portproxy set ${getProxyKind(address)} listenaddress=${address} listenport=80 connectaddress=${target.host} connectport=${target.port}
if ($LASTEXITCODE -ne 0) { throw 'netsh could not redirect port 80 of ${address}' }`,
  ];
}

/** @param addresses every address that a set-up can add */
export function buildWindowsUndo(addresses: readonly string[]): string {
  const proxies = addresses.map(
    (address) =>
      `netsh interface portproxy delete ${getProxyKind(address)} listenaddress=${address} listenport=80 | Out-Null`,
  );
  const removals = addresses.map(
    (address) =>
      `Get-NetIPAddress -IPAddress ${address} -InterfaceAlias '${LOOPBACK}' -ErrorAction SilentlyContinue | Remove-NetIPAddress -Confirm:$false`,
  );
  return `# Reverts what \`cred-watch serve --setup windows\` did, with any flags. You can run it again at any time.
${NOT_RUN}
# Run it in PowerShell as an administrator:
#   cred-watch serve --setup-undo windows > undo.ps1; powershell -ExecutionPolicy Bypass -File undo.ps1
$ErrorActionPreference = 'Stop'
${ADMIN_CHECK}

# 1. Remove the port proxies. netsh reports an error for an entry that does not exist. The error is harmless.
${proxies.join('\n')}

# 2. Remove the addresses. The service IP Helper keeps its settings, because Windows itself uses it.
${removals.join('\n')}
`;
}
