import type { CredentialValues } from './credential-values.ts';
import {
  formatDockerEnvFile,
  formatJson,
  formatProcessDocument,
  formatRedshiftCopy,
  type RedshiftOptions,
} from './documents.ts';
import {
  formatFish,
  formatPosixAssignments,
  formatPosixExports,
  formatPowershell,
  formatWindowsCmd,
} from './shells.ts';
import type { VariableOptions } from './variables.ts';

type CredentialFormatOptions = VariableOptions & RedshiftOptions;

interface CredentialFormatDefinition {
  /** For help: who reads this format. */
  description: string;
  /** The current shell evaluates the output, so its other variables stay set. */
  isForCurrentShell: boolean;
  /** @throws CredWatchError if the format cannot contain a value */
  write(credentials: CredentialValues, options: CredentialFormatOptions): string;
}

/** All formats of `env -f`, in the order of help. Choices, help and completion derive from this table. */
export const CREDENTIAL_FORMATS = {
  env: {
    description: 'export lines for eval in sh, bash, zsh or ksh',
    isForCurrentShell: true,
    write: formatPosixExports,
  },
  'env-no-export': {
    description: 'assignments for eval, without export',
    isForCurrentShell: true,
    write: formatPosixAssignments,
  },
  docker: {
    description: 'a file for docker run --env-file',
    isForCurrentShell: false,
    write: formatDockerEnvFile,
  },
  fish: { description: 'lines for source in fish', isForCurrentShell: true, write: formatFish },
  powershell: {
    description: 'lines for Invoke-Expression in PowerShell',
    isForCurrentShell: true,
    write: formatPowershell,
  },
  'windows-cmd': {
    description: 'set lines for a batch file of cmd.exe',
    isForCurrentShell: true,
    write: formatWindowsCmd,
  },
  process: {
    description: 'the JSON document of a credential_process',
    isForCurrentShell: false,
    write: formatProcessDocument,
  },
  json: { description: 'JSON with all values', isForCurrentShell: false, write: formatJson },
  'redshift-copy': {
    description: 'the authorization clause of COPY and UNLOAD',
    isForCurrentShell: false,
    write: formatRedshiftCopy,
  },
} as const satisfies Record<string, CredentialFormatDefinition>;

export type CredentialFormat = keyof typeof CREDENTIAL_FORMATS;

/** Names of shells that users try, and the format for each one. */
const SHELL_FORMATS = {
  bash: 'env',
  sh: 'env',
  zsh: 'env',
  pwsh: 'powershell',
  cmd: 'windows-cmd',
} as const satisfies Record<string, CredentialFormat>;

const FORMATS = Object.keys(CREDENTIAL_FORMATS) as CredentialFormat[];

/** Each format, and all its names. The first one is its own. */
export const CREDENTIAL_FORMAT_NAMES = FORMATS.map((format) => ({
  format,
  names: [
    format,
    ...Object.entries(SHELL_FORMATS).flatMap(([shell, target]) => (target === format ? [shell] : [])),
  ],
}));

export const findCredentialFormat = (name: string): CredentialFormat | null =>
  CREDENTIAL_FORMAT_NAMES.find(({ names }) => names.includes(name))?.format ?? null;
