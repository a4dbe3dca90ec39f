import { type Command, Option } from 'commander';
import { SOURCE_NAMES, type SourceName } from '../../domain/model.ts';
import { findNameProblem } from '../../domain/name.ts';
import { CredWatchError } from '../../errors.ts';
import type { SourceChoice, SourceConflict } from '../../sources/open.ts';
import type { SourceOptions, SourceSetting, SourceSettings } from '../../sources/source.ts';
import type { PollContext } from '../../watch/poll-once.ts';
import type { Io } from '../process/io.ts';
import { printNote } from '../process/messages.ts';
import { disableWasmOptimisation } from '../process/wasm-optimisation.ts';
import { InvalidValueError } from './invalid-value.ts';
import { parseRole } from './value-parsers.ts';

/** The flags of every command that polls a source. */
export interface SourceFlags {
  source: SourceChoice;
  role?: string;
  profile?: string;
  process?: string;
  host?: string;
  extendedApi?: boolean;
}

const toSettings = ({ role, profile, process: command }: SourceFlags): SourceSettings => ({
  role,
  profile,
  command,
});

/** @param auto the meaning of `auto` */
export function addSourceFlags(command: Command, auto: string): Command {
  return command
    .addOption(
      new Option('--source <name>', `source of the credentials; auto is ${auto}`)
        .choices(['auto', ...SOURCE_NAMES])
        .default('auto'),
    )
    .option(
      '--role <name>',
      'with IMDS: the role to request; with other sources: the role name to record',
      parseRole,
    )
    .option(
      '--profile <name>',
      'read keys or credential_process of this profile; with --source imds: its IMDS settings',
    )
    .option('--process <command>', 'run this command and read the credentials that it prints', parseCommand)
    .option('--host <name>', 'host name to record (default: $CRED_WATCH_HOST, else discovered)');
}

function parseCommand(text: string): string {
  if (text.trim() !== '') return text;
  throw new InvalidValueError('is empty', 'give the command to run');
}

/**
 * The source whose credentials a job would get: the one that the flags select, else the one that SDKs use.
 * @throws CredWatchError if SDKs disagree, or if no source reads their provider
 */
export async function resolveJobSource(flags: SourceFlags, io: Io): Promise<SourceName> {
  const sources = await import('../../sources/open.ts');
  const settings = toSettings(flags);
  const selected = sources.findSelectedSource(flags.source, settings);
  if (selected !== null) {
    assertNoConflict(sources.findSourceConflict(flags.source, { ...settings, env: io.env }));
    return selected;
  }
  const { hasOnlyEndpoint } = await import('../../sources/only-endpoint.ts');
  if (await hasOnlyEndpoint(io)) return sources.resolveSourceName('auto', { env: io.env });
  const { findJobSource } = await import('../../sources/probe/job-source.ts');
  const { source, ...job } = await findJobSource(io);
  // Most runs need none of these messages.
  if (source === 'container' || source === 'imds') return source;
  const { describeJobSource, describeUndecidedSource } = await import(
    '../../report/messages/provider-chain/job-source.ts'
  );
  if (source === null) {
    const { message, hint } = describeUndecidedSource(job);
    throw new CredWatchError(message, hint);
  }
  const { message, hint } = describeJobSource(source, job.facts);
  await printNote(io, message, hint);
  return source;
}

/** Opens the source that the flags and the environment select. */
export async function openSourceFromFlags(
  flags: SourceFlags,
  io: Io,
): Promise<Pick<PollContext, 'source' | 'host'>> {
  const { env, home, clock, random } = io;
  const host = findConfiguredHost(flags, io);
  disableWasmOptimisation();
  const sources = await import('../../sources/open.ts');
  const settings = toSettings(flags);
  assertNoConflict(sources.findSourceConflict(flags.source, { ...settings, env }));
  const { extendedApi } = flags;
  const system = { env, home, clock, random };
  const options: SourceOptions = { ...system, ...settings, extendedApi, discoverHost: host === null };
  return { source: await sources.openSource(flags.source, options), host };
}

/** The host name from a flag or the environment; null to use the name that the source discovers. */
export function findConfiguredHost(flags: SourceFlags, { env }: Io): string | null {
  const host = flags.host ?? (env.CRED_WATCH_HOST || null);
  const problem = host === null ? null : findNameProblem(host);
  if (problem !== null) throw new CredWatchError(`CRED_WATCH_HOST '${host}' is not a valid name`, problem);
  return host;
}

/** The flag of each setting, and the text if `--source` contradicts it. */
export const SETTING_FLAGS: Readonly<Record<SourceSetting, { flag: string; reason: string; hint: string }>> =
  {
    command: {
      flag: '--process',
      reason: '',
      hint: 'remove one of them: --process implies --source process',
    },
    profile: {
      flag: '--profile',
      reason: '',
      hint: 'remove one of them; with --source imds, a profile gives IMDS settings',
    },
    role: {
      flag: '--role',
      reason: ': this source has no choice of roles',
      hint: 'remove --role, or use --source imds',
    },
  };

function assertNoConflict(conflict: SourceConflict | null): void {
  if (conflict === null) return;
  if (conflict.code === 'COMMAND_AND_PROFILE') {
    throw new CredWatchError(
      '--process and --profile cannot be combined',
      'to run the credential_process of a profile, use --source process --profile NAME',
    );
  }
  const { flag, reason, hint } = SETTING_FLAGS[conflict.setting];
  throw new CredWatchError(`${flag} and --source ${conflict.source} cannot be combined${reason}`, hint);
}
