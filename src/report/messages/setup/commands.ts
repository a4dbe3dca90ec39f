import type { SetupSystem } from '../../../domain/setup/setup-plan.ts';

interface SystemCommands {
  /** The unit or the file that makes the routes after a restart. */
  unit: string;
  enable: string | null;
  /** @param flags start with a space, or are empty */
  setUp(flags: string): string;
  checkAsRoot(flags: string): string;
  showListeners(port: number): string;
  unset(variable: string): string;
  /** Adds addresses to the list of hosts that are reached without a proxy. */
  excludeFromProxy(addresses: string): string;
}

export const LINUX_UNIT = 'cred-watch-setup.service';
export const MACOS_DAEMON = 'cred-watch.setup';
export const MACOS_DAEMON_FILE = `/Library/LaunchDaemons/${MACOS_DAEMON}.plist`;

const POSIX_SHELL = {
  unset: (variable: string) => `unset ${variable}`,
  excludeFromProxy: (addresses: string) =>
    `export NO_PROXY="\${NO_PROXY:+$NO_PROXY,}${addresses}"; export no_proxy="$NO_PROXY"`,
};

/** Commands that fixes and scripts name. */
export const SETUP_COMMANDS: Readonly<Record<SetupSystem, SystemCommands>> = {
  linux: {
    unit: LINUX_UNIT,
    enable: `sudo systemctl enable --now ${LINUX_UNIT}`,
    setUp: (flags) => `cred-watch serve --setup linux${flags} | sudo sh`,
    checkAsRoot: (flags) => `sudo cred-watch serve --setup-check${flags}`,
    showListeners: (port) => `sudo ss -ltnp 'sport = :${port}'`,
    ...POSIX_SHELL,
  },
  macos: {
    unit: MACOS_DAEMON_FILE,
    enable: null,
    setUp: (flags) => `cred-watch serve --setup macos${flags} | sudo sh`,
    checkAsRoot: (flags) => `sudo cred-watch serve --setup-check${flags}`,
    showListeners: (port) => `sudo lsof -nP -iTCP:${port} -sTCP:LISTEN`,
    ...POSIX_SHELL,
  },
  windows: {
    unit: 'the port proxy',
    enable: null,
    setUp: (flags) =>
      `cred-watch serve --setup windows${flags} > setup.ps1; powershell -ExecutionPolicy Bypass -File setup.ps1`,
    checkAsRoot: (flags) => `cred-watch serve --setup-check${flags}`,
    showListeners: (port) => `Get-NetTCPConnection -State Listen -LocalPort ${port}`,
    unset: (variable) => `Remove-Item Env:${variable}`,
    excludeFromProxy: (addresses) => `$Env:NO_PROXY = "$Env:NO_PROXY,${addresses}"`,
  },
};
