import { existsSync, readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { findCloud, HARDWARE_FILES, XEN_ID_FILE } from '../../../domain/setup/clouds.ts';
import type {
  BridgeFacts,
  EndpointAnswer,
  RebootState,
  SetupFacts,
} from '../../../domain/setup/setup-facts.ts';
import {
  formatSocketAddress,
  getServerAddress,
  isLoopbackIpv4,
  type SetupPlan,
  type SetupSystem,
} from '../../../domain/setup/setup-plan.ts';
import { LINUX_UNIT, MACOS_DAEMON_FILE } from '../../../report/messages/setup/commands.ts';
import { LINUX_SCRIPT, LINUX_UNIT_FILE } from '../../../report/setup/linux-parts.ts';
import type { Environment } from '../../../sources/environment/variables.ts';
import { readRedirects } from './firewall-rules.ts';
import { parseListeners } from './listeners.ts';
import { probeEndpoint } from './probe-endpoint.ts';
import { runReadOnly } from './run-read-only.ts';

/** Reads the state of this machine. Changes nothing. */
export async function readSetupFacts(
  plan: SetupPlan,
  system: SetupSystem,
  environment: Environment,
): Promise<SetupFacts> {
  const isLinux = system === 'linux';
  const interfaces = readInterfaces();
  const [redirects, answers, reboot] = await Promise.all([
    readRedirects(system),
    probeAll(plan, interfaces),
    readRebootState(system),
  ]);
  return {
    system,
    interfaces,
    redirects,
    answers,
    port80: isLinux ? readPort80() : null,
    cloud: isLinux ? findCloud(HARDWARE_FILES.map(readText).join('\n'), readText(XEN_ID_FILE)) : null,
    environment,
    bridges: new Map(plan.bridges.map((bridge) => [bridge, readBridge(bridge)])),
    reboot,
  };
}

/** Empty if the file does not exist. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function readInterfaces(): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, addresses = []] of Object.entries(networkInterfaces())) {
    // On Linux, the label of an address: `lo:cred-watch`.
    for (const { address } of addresses) found.set(address, name.replace(/:.*$/, ''));
  }
  return found;
}

async function probeAll(
  { routes }: SetupPlan,
  interfaces: ReadonlyMap<string, string>,
): Promise<Map<string, EndpointAnswer>> {
  const addresses = routes.flatMap((route) => [getServerAddress(route), { host: route.address, port: 80 }]);
  const unique = new Map(addresses.map((address) => [formatSocketAddress(address), address]));
  const answers = [...unique].map(
    async ([text, address]): Promise<[string, EndpointAnswer]> => [
      text,
      await probeEndpoint(address, isLoopbackIpv4(address.host) || interfaces.has(address.host)),
    ],
  );
  return new Map(await Promise.all(answers));
}

function readPort80(): string[] {
  const text = ['/proc/net/tcp', '/proc/net/tcp6'].map(readText).join('\n');
  return parseListeners(text)
    .filter(({ port }) => port === 80)
    .map(({ host }) => host);
}

function readBridge(bridge: string): BridgeFacts {
  const setting = `/proc/sys/net/ipv4/conf/${bridge}/route_localnet`;
  return { exists: existsSync(setting), routesLoopback: readText(setting).trim() === '1' };
}

async function readRebootState(system: SetupSystem): Promise<RebootState> {
  switch (system) {
    case 'linux': {
      if (!existsSync('/run/systemd/system')) return existsSync(LINUX_SCRIPT) ? 'no-systemd' : 'no-script';
      if (!existsSync(LINUX_UNIT_FILE)) return 'missing';
      const { stdout } = await runReadOnly('systemctl', ['is-enabled', LINUX_UNIT]);
      return stdout.trim() === 'enabled' ? 'kept' : 'disabled';
    }
    case 'macos':
      return existsSync(MACOS_DAEMON_FILE) ? 'kept' : 'missing';
    case 'windows':
      return 'kept';
  }
}
