import type { CredentialValues } from './credential-values.ts';
import { formatDockerEnvFile } from './docker-env-file.ts';
import { formatFish } from './fish.ts';
import { formatJson } from './json.ts';
import { formatPosixAssignments, formatPosixExports } from './posix-shell.ts';
import { formatPowershell } from './powershell.ts';
import { formatProcessDocument } from './process-document.ts';
import { formatRedshiftCopy, type RedshiftOptions } from './redshift-copy.ts';
import type { VariableOptions } from './variables.ts';
import { formatWindowsCmd } from './windows-cmd.ts';

export type CredentialFormatOptions = VariableOptions & RedshiftOptions;

type Writer = (credentials: CredentialValues, options: CredentialFormatOptions) => string;

/** One writer a format. What a format cannot carry unharmed is a CredWatchError. */
export const CREDENTIAL_FORMATS = {
  env: formatPosixExports,
  'env-no-export': formatPosixAssignments,
  docker: formatDockerEnvFile,
  fish: formatFish,
  powershell: formatPowershell,
  'windows-cmd': formatWindowsCmd,
  process: formatProcessDocument,
  json: formatJson,
  'redshift-copy': formatRedshiftCopy,
} as const satisfies Record<string, Writer>;

export type CredentialFormat = keyof typeof CREDENTIAL_FORMATS;
