import { dockerEnvFile } from './docker-env-file.ts';
import { fish } from './fish.ts';
import type { HandedCredentials } from './handed-credentials.ts';
import { handoverJson } from './json.ts';
import { posixAssignments, posixExports } from './posix-shell.ts';
import { powershell } from './powershell.ts';
import { processDocument } from './process-document.ts';
import { type RedshiftOptions, redshiftCopy } from './redshift-copy.ts';
import type { VariableOptions } from './variables.ts';
import { windowsCmd } from './windows-cmd.ts';

export type HandoverOptions = VariableOptions & RedshiftOptions;

type Writer = (credentials: HandedCredentials, options: HandoverOptions) => string;

/** One writer a format. What a format cannot carry unharmed is a CredWatchError. */
export const HANDOVER_FORMATS = {
  env: posixExports,
  'env-no-export': posixAssignments,
  docker: dockerEnvFile,
  fish,
  powershell,
  'windows-cmd': windowsCmd,
  process: processDocument,
  json: handoverJson,
  'redshift-copy': redshiftCopy,
} as const satisfies Record<string, Writer>;

export type HandoverFormat = keyof typeof HANDOVER_FORMATS;
