import { type Command, InvalidArgumentError, Option } from 'commander';
import { SOURCE_NAMES, type SourceName } from '../../domain/model.ts';
import { findNameProblem } from '../../domain/name.ts';
import { CredWatchError } from '../../errors.ts';
import type { SourceChoice, SourceConflict } from '../../sources/open.ts';
import type { CredentialSource, SourceOptions } from '../../sources/source.ts';
import type { Io } from '../process/io.ts';
import { disableWasmOptimisation } from '../process/wasm-optimisation.ts';
import { parseNameFlag, parseRoleNameFlag } from './flags.ts';

/** The flags of every command that asks a source. */
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
  /** The name to file samples under; null to go by what the source says. */
  host: string | null;
}

export function addSourceFlags(command: Command): Command {
  return command
    .addOption(
      new Option('--source <name>', 'where to ask; auto is container or imds')
        .choices(['auto', ...SOURCE_NAMES])
        .default('auto'),
    )
    .option(
      '--role <name>',
      'the IMDS role to ask for; of other sources, the name of the series',
      parseRoleNameFlag,
    )
    .option(
      '--profile <name>',
      'the keys or the process of this profile; with --source imds its settings',
      parseNameFlag,
    )
    .option('--process <command>', 'run this and read the credentials that it prints', commandLine)
    .option(
      '--host <name>',
      'file the samples under this host (default: $CRED_WATCH_HOST, else discovered)',
      parseNameFlag,
    );
}

function commandLine(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('is no command: say what to run');
  return text;
}

/** The source that the flags and the environment select. */
export async function resolveSourceName(flags: SourceFlags, io: Io): Promise<SourceName> {
  const sources = await import('../../sources/open.ts');
  const given = { env: io.env, profile: flags.profile, command: flags.process };
  assertNoConflict(flags, sources.findSourceConflict(flags.source, given));
  return sources.resolveSourceName(flags.source, given);
}

/** The host that the caller named; null to go by what the source says. */
export const findConfiguredHost = (flags: SourceFlags, io: Io): string | null =>
  flags.host ?? hostFromEnvironment(io);

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
      'to run the credential_process of a profile: --source process --profile NAME',
    );
  }
  switch (conflict.setting) {
    case 'command':
      throw new CredWatchError(
        `--process and --source ${source} exclude each other`,
        'leave one of them out: --process is a source of its own',
      );
    case 'profile':
      throw new CredWatchError(
        `--source ${source} has no profile`,
        'leave out one of them; with --source imds a profile gives the settings of IMDS',
      );
    case 'role':
      throw new CredWatchError(
        '--role is for IMDS: a container endpoint has one role',
        'leave it out, or add --source imds',
      );
  }
}

function hostFromEnvironment({ env }: Io): string | null {
  const host = env.CRED_WATCH_HOST || null;
  const fault = host === null ? null : findNameProblem(host);
  if (fault !== null) throw new CredWatchError(`CRED_WATCH_HOST '${host}' is not a name`, fault);
  return host;
}
