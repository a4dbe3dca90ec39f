import { type Command, Option } from 'commander';
import { SOURCE_NAMES, type SourceName } from '../../domain/model.ts';
import { findNameProblem } from '../../domain/name.ts';
import { CredWatchError } from '../../errors.ts';
import type { SourceChoice, SourceConflict } from '../../sources/open.ts';
import type { CredentialSource, SourceOptions } from '../../sources/source.ts';
import type { Io } from '../process/io.ts';
import { disableWasmOptimisation } from '../process/wasm-optimisation.ts';
import { InvalidValueError } from './invalid-value.ts';
import { parseNameFlag, parseRoleNameFlag } from './value-parsers.ts';

/** The flags of every command that polls a source. */
export interface SourceFlags {
  source: SourceChoice;
  role?: string;
  profile?: string;
  process?: string;
  host?: string;
  extendedApi?: boolean;
}

export interface OpenedSource {
  source: CredentialSource;
  /** The configured host name of the series; null to use the name that the source discovers. */
  host: string | null;
}

export function addSourceFlags(command: Command): Command {
  return command
    .addOption(
      new Option('--source <name>', 'source of the credentials; auto is container if configured, else imds')
        .choices(['auto', ...SOURCE_NAMES])
        .default('auto'),
    )
    .option(
      '--role <name>',
      'with IMDS: the role to request; with other sources: the role name to record',
      parseRoleNameFlag,
    )
    .option(
      '--profile <name>',
      'read keys or credential_process of this profile; with --source imds: its IMDS settings',
      parseNameFlag,
    )
    .option(
      '--process <command>',
      'run this command and read the credentials that it prints',
      parseCommandLine,
    )
    .option(
      '--host <name>',
      'host name to record (default: $CRED_WATCH_HOST, else discovered)',
      parseNameFlag,
    );
}

function parseCommandLine(text: string): string {
  if (text.trim() !== '') return text;
  throw new InvalidValueError('is empty', 'give the command to run');
}

/** The source that the flags and the environment select. */
export async function resolveSourceName(flags: SourceFlags, io: Io): Promise<SourceName> {
  const sources = await import('../../sources/open.ts');
  const given = { env: io.env, profile: flags.profile, command: flags.process };
  assertNoConflict(flags, sources.findSourceConflict(flags.source, given));
  return sources.resolveSourceName(flags.source, given);
}

/** The host name from a flag or the environment; null to use the name that the source discovers. */
export const findConfiguredHost = (flags: SourceFlags, io: Io): string | null =>
  flags.host ?? findEnvironmentHost(io);

/** Opens the source that the flags and the environment select. */
export async function openSource(flags: SourceFlags, io: Io): Promise<OpenedSource> {
  const { role, profile, process: command } = flags;
  const host = findConfiguredHost(flags, io);
  await disableWasmOptimisation();
  const sources = await import('../../sources/open.ts');
  const options: SourceOptions = {
    env: io.env,
    home: io.home,
    clock: io.clock,
    random: io.random,
    discoverHost: host === null,
    extendedApi: flags.extendedApi,
    role,
    profile,
    command,
  };
  assertNoConflict(flags, sources.findSourceConflict(flags.source, options));
  return { source: await sources.openSource(flags.source, options), host };
}

function assertNoConflict({ source }: SourceFlags, conflict: SourceConflict | null): void {
  if (conflict === null) return;
  if (conflict.code === 'COMMAND_AND_PROFILE') {
    throw new CredWatchError(
      '--process and --profile exclude each other',
      'to run the credential_process of a profile, use --source process --profile NAME',
    );
  }
  switch (conflict.setting) {
    case 'command':
      throw new CredWatchError(
        `--process and --source ${source} exclude each other`,
        'remove one of them: --process implies --source process',
      );
    case 'profile':
      throw new CredWatchError(
        `--profile and --source ${source} exclude each other`,
        'remove one of them; with --source imds, a profile gives IMDS settings',
      );
    case 'role':
      throw new CredWatchError(
        `--role and --source ${conflict.source} exclude each other: this source has no choice of roles`,
        'remove --role, or use --source imds',
      );
  }
}

function findEnvironmentHost({ env }: Io): string | null {
  const host = env.CRED_WATCH_HOST || null;
  const problem = host === null ? null : findNameProblem(host);
  if (problem !== null) throw new CredWatchError(`CRED_WATCH_HOST '${host}' is not a valid name`, problem);
  return host;
}
