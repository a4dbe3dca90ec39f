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
  /** How a shell uses the output without showing it. */
  usage: string;
  /** The current shell evaluates the output, so its other variables stay set. */
  isForCurrentShell: boolean;
  /** @throws CredWatchError if the format cannot contain a value */
  write(credentials: CredentialValues, options: CredentialFormatOptions): string;
}

const EVALUATED = 'store them in a variable: c=$(cred-watch env …) && eval "$c"';

/** All formats of `env -f`, in the order of help. Choices, help and completion derive from this table. */
export const CREDENTIAL_FORMATS = {
  env: {
    description: 'export lines for eval in sh, bash, zsh or ksh',
    usage: EVALUATED,
    isForCurrentShell: true,
    write: formatPosixExports,
  },
  'env-no-export': {
    description: 'assignments for eval, without export',
    usage: EVALUATED,
    isForCurrentShell: true,
    write: formatPosixAssignments,
  },
  docker: {
    description: 'a file for docker run --env-file',
    usage: 'write them to a file: (umask 077; cred-watch env … > job.env)',
    isForCurrentShell: false,
    write: formatDockerEnvFile,
  },
  fish: {
    description: 'lines for source in fish',
    usage: 'evaluate them: cred-watch env … | source',
    isForCurrentShell: true,
    write: formatFish,
  },
  powershell: {
    description: 'lines for Invoke-Expression in PowerShell',
    usage: 'evaluate them: $c = cred-watch env …; if ($?) { $c | Out-String | Invoke-Expression }',
    isForCurrentShell: true,
    write: formatPowershell,
  },
  'windows-cmd': {
    description: 'set lines for a batch file of cmd.exe',
    usage: 'write them to a batch file: cred-watch env … > job.cmd && call job.cmd & del job.cmd',
    isForCurrentShell: true,
    write: formatWindowsCmd,
  },
  process: {
    description: 'the JSON document of a credential_process',
    usage: 'name the command in a profile: credential_process = cred-watch env …',
    isForCurrentShell: false,
    write: formatProcessDocument,
  },
  json: {
    description: 'JSON with all values',
    usage: 'store them in a variable: c=$(cred-watch env …)',
    isForCurrentShell: false,
    write: formatJson,
  },
  'redshift-copy': {
    description: 'the authorization clause of COPY and UNLOAD',
    usage: 'store the clause in a variable: clause=$(cred-watch env …)',
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
