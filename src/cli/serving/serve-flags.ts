import { isAbsolute } from 'node:path';
import { type Command, Option } from 'commander';
import type { Seconds } from '../../domain/model.ts';
import { parseExpirationFlag } from '../flags/expiration-flag.ts';
import { InvalidValueError } from '../flags/invalid-value.ts';
import { addListeningFlags, createRepeatableFlag, type ListeningFlags } from '../flags/listening-flags.ts';
import { createDatabaseFlag, createFormatFlag, type TextOrJson } from '../flags/shared-flags.ts';
import { addSourceFlags, type SourceFlags } from '../flags/source-flags.ts';
import { parseRepeated } from '../flags/value-parsers.ts';
import { addWhoFlags, type WhoFlags } from './audit/who-flags.ts';
import { parseServedSource, type ServedSource } from './served-sources.ts';
import { addSetupFlags, type SetupFlags } from './setup/flags.ts';

export const DEFAULT_ADDRESS = '127.0.0.1:1338';

/** The flags of `cred-watch serve`. */
export interface ServeFlags extends SourceFlags, ListeningFlags, WhoFlags, SetupFlags {
  serve: ServedSource[];
  unixSocket: string[];
  unixSocketMode: number;
  clientFiles?: string;
  clientFilesMode: number;
  defaultRole?: string;
  shape?: string;
  allowV1?: boolean;
  tree?: string;
  region?: string;
  idle?: boolean;
  refreshBefore?: Seconds;
  user?: string;
  for?: Seconds;
  format: TextOrJson;
  /** False with --no-log. */
  log: boolean;
  db?: string;
}

const DEFAULT_SOCKET_MODE = 0o600;
const DEFAULT_FILE_MODE = 0o600;

export function addServeFlags(command: Command): Command {
  command.addOption(
    new Option(
      '--serve <name=source>',
      'serve a source under a name, for example etl=profile:etl; may be repeated',
    )
      .argParser(parseRepeated(parseServedSource))
      .default([], 'the source that the other flags select'),
  );
  addSourceFlags(command, 'the one that SDKs would use', '; with --who: list only this host').option(
    '--expires <time>',
    'expiration of keys that state none: 45m from now, or a time such as 2026-01-31T12:00:00Z; an earlier known expiration has priority',
    parseExpirationFlag,
  );
  addListeningFlags(
    command,
    'address to listen on; NAME=ADDRESS serves only the role of this name',
    `${DEFAULT_ADDRESS}, unless another socket is given`,
  )
    .addOption(
      createRepeatableFlag('--unix-socket <path>', 'Unix socket to listen on', undefined, parseSocketPath),
    )
    .addOption(
      new Option('--unix-socket-mode <mode>', 'permissions of the Unix sockets')
        .argParser(parseSocketMode)
        .default(DEFAULT_SOCKET_MODE, '600, only this user'),
    )
    .option(
      '--default-role <name>',
      'role that IMDS serves under /latest/ if an address serves several roles',
    )
    .option(
      '--shape <list>',
      'endpoints to serve: imds, ecs, eks, cloudshell, or several with commas (default: imds)',
    )
    .option('--allow-v1', 'also serve IMDSv1, which needs no session token')
    .option('--tree <path>', 'JSON file or folder with more metadata; read again when it changes')
    .option(
      '--region <name>',
      'region in the metadata (default: $AWS_REGION, else the region of the profile)',
      parseRegion,
    )
    .option(
      '--refresh-before <duration>',
      'refresh credentials before their remaining validity falls below this (default: half of the lifetime, and at least 25m)',
    )
    .option(
      '--client-files <folder>',
      'keep tokens and variables for clients in this folder, so that they stay valid after a restart',
      parseClientFolder,
    )
    .addOption(
      new Option('--client-files-mode <mode>', 'permissions of the client files')
        .argParser(parseClientFileMode)
        .default(DEFAULT_FILE_MODE, '600, only this user; 640: also the group of the folder'),
    )
    .option(
      '--idle',
      'stop refreshing a role after no client has requested it for the lifetime of its credentials',
    )
    .option('--user <name>', 'as root: listen, then become this user, then read credentials')
    .option('--for <duration>', 'stop after this time (default: until SIGINT or SIGTERM)')
    .addOption(createFormatFlag('format of the output'))
    .option('--no-log', 'do not log requests')
    .addOption(createDatabaseFlag());
  return addSetupFlags(addWhoFlags(command));
}

/** Relative paths change their meaning when the process becomes a service. */
function parseSocketPath(text: string): string {
  if (isAbsolute(text) && !text.includes('\0')) return text;
  throw new InvalidValueError('is not an absolute path', 'use a path such as /run/cred-watch/serve.sock');
}

function parseClientFolder(text: string): string {
  if (isAbsolute(text) && !text.includes('\0')) return text;
  throw new InvalidValueError('is not an absolute path', 'use a path such as /var/lib/cred-watch/clients');
}

/** The files contain secrets, so no mode lets all users read them. */
function parseClientFileMode(text: string): number {
  if (/^0?6[04]0$/.test(text)) return Number.parseInt(text, 8);
  throw new InvalidValueError('is not 600 or 640', 'use 600 for this user, 640 for the group of the folder');
}

function parseSocketMode(text: string): number {
  if (/^0?[0-7]{3}$/.test(text)) return Number.parseInt(text, 8);
  throw new InvalidValueError(
    'is not a mode of a file',
    'use 600 for this user, 660 for a group, 666 for all users',
  );
}

function parseRegion(text: string): string {
  if (/^[a-z]{2,}(?:-[a-z]+)+-\d{1,2}$/.test(text)) return text;
  throw new InvalidValueError('is not a region', 'use a region such as eu-west-1');
}
