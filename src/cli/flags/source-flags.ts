import { type Command, Option } from 'commander';
import { type Instant, type Seconds, SOURCE_NAMES, type SourceName } from '../../domain/model.ts';
import { findNameProblem } from '../../domain/name.ts';
import { isEndpointSource } from '../../domain/series-key.ts';
import { CredWatchError } from '../../errors.ts';
import type { SourceChoice, SourceConflict } from '../../sources/open.ts';
import type { SourceOptions, SourceSetting, SourceSettings } from '../../sources/source.ts';
import type { PollContext } from '../../watch/poll-once.ts';
import type { Io } from '../process/io.ts';
import { printNote } from '../process/messages.ts';
import { disableWasmOptimisation } from '../process/wasm-optimisation.ts';
import { ignoreContradictedSource } from './environment/source-variables.ts';
import { UnknownCredentialsError } from './exit-codes.ts';
import { type GivenExpiration, resolveExpiration } from './expiration-flag.ts';
import { InvalidValueError } from './invalid-value.ts';
import { parseSource } from './suggestions/parse-source.ts';
import {
  parseExternalId,
  parseRole,
  parseRoleArnFlag,
  parseSessionDuration,
  parseSessionName,
  parseUrl,
} from './value-parsers.ts';

/** The flags of every command that polls a source. */
export interface SourceFlags {
  source: SourceChoice;
  role?: string;
  profile?: string;
  process?: string;
  host?: string;
  extendedApi?: boolean;
  roleArn?: string;
  sessionName?: string;
  externalId?: string;
  duration?: Seconds;
  stsEndpoint?: string;
  expires?: GivenExpiration;
}

const toSettings = (flags: SourceFlags, now: Instant): SourceSettings => ({
  role: flags.role,
  profile: flags.profile,
  command: flags.process,
  roleArn: flags.roleArn,
  sessionName: flags.sessionName,
  externalId: flags.externalId,
  durationSeconds: flags.duration,
  stsEndpoint: flags.stsEndpoint,
  expiresAt: flags.expires === undefined ? undefined : resolveExpiration(flags.expires, now),
});

/**
 * @param auto the meaning of `auto`
 * @param otherHost what `--host` means with another flag
 */
export function addSourceFlags(command: Command, auto: string, otherHost = ''): Command {
  ignoreContradictedSource(command, SETTING_FLAGS);
  return command
    .addOption(
      new Option('--source <name>', `source of the credentials; auto is ${auto}`)
        .choices(['auto', ...SOURCE_NAMES])
        .argParser(parseSource)
        .default('auto'),
    )
    .option(
      '--role <name>',
      'with IMDS: the role to request (default: the role that IMDS lists); with other sources: the role name to record',
      parseRole,
    )
    .option('--profile <name>', 'use the credentials of this profile; with --source imds: its IMDS settings')
    .option(
      '--process <command>',
      'run this command, and read the credentials that it prints in the format of a credential_process',
      parseCommand,
    )
    .option('--role-arn <arn>', 'the role to assume, instead of the configured one', parseRoleArnFlag)
    .option(
      '--session-name <name>',
      'name of the role session, which CloudTrail shows (default: cred-watch)',
      parseSessionName,
    )
    .option('--external-id <id>', 'external id that the owner of the role requires', parseExternalId)
    .option(
      '--duration <duration>',
      'requested validity of the credentials of a role (default: 1h)',
      parseSessionDuration,
    )
    .addOption(createStsEndpointFlag())
    .option('--host <name>', `host name to record (default: $CRED_WATCH_HOST, else discovered)${otherHost}`);
}

export const createStsEndpointFlag = (): Option =>
  new Option('--sts-endpoint <url>', 'URL of AWS STS, instead of the endpoint of the region').argParser(
    parseUrl,
  );

export function parseCommand(text: string): string {
  if (text.trim() !== '') return text;
  throw new InvalidValueError('is empty', 'give the command to run');
}

/** Replaces the flags of the same names. */
type JobSource = { source: SourceName; profile?: string };

/**
 * The source whose credentials a job would get: the one that the flags select, else the one that SDKs use.
 * @param options explainsEndpoint: print why an endpoint, which the user may expect, is not the source
 * @throws CredWatchError if SDKs disagree, or if no source reads their provider
 */
export async function resolveJobSource(
  flags: SourceFlags & { db?: string },
  io: Io,
  { explainsEndpoint = true } = {},
): Promise<JobSource> {
  const sources = await import('../../sources/open.ts');
  const settings = toSettings(flags, io.clock.now());
  const assertSupported = (choice: SourceChoice) =>
    assertNoConflict(sources.findSourceConflict(choice, { ...settings, env: io.env }), flags);
  const selected = sources.findSelectedSource(flags.source, settings);
  if (selected !== null) {
    assertSupported(flags.source);
    return { source: selected };
  }
  const { hasOnlyEndpoint } = await import('../../sources/only-endpoint.ts');
  if (await hasOnlyEndpoint(io)) {
    assertSupported('auto');
    return { source: sources.resolveSourceName('auto', { env: io.env }) };
  }
  const { findJobSource } = await import('../../sources/probe/job-source.ts');
  const { source, profile, ...job } = await findJobSource(io);
  if (source !== null) {
    assertSupported(source);
    if (explainsEndpoint && Object.values(job.outcomes).some(({ kind }) => kind === 'stops'))
      for (const { message, hint } of (await loadMessages()).describeFailingSdks(job.facts, job.outcomes))
        await printNote(io, message, hint);
    // Most runs need none of the messages below.
    if (isEndpointSource(source)) return { source };
  }
  const { describeJobSource, describeUndecidedSource } = await loadMessages();
  if (source === null) {
    const { message, hint, isBroken } = describeUndecidedSource(job);
    // With --profile, the same configuration is a failed poll, whose verdict is unknown.
    throw new (isBroken ? UnknownCredentialsError : CredWatchError)(message, hint);
  }
  const { provider } = job;
  if (explainsEndpoint && provider !== null && provider !== 'container' && provider !== 'imds') {
    const { hasHiddenEndpoint } = await import('../start-check/hidden-endpoint.ts');
    if (await hasHiddenEndpoint(job.facts, flags.db, io)) {
      const note = describeJobSource(provider, job.facts);
      if (note !== null) await printNote(io, note.message, note.hint);
    }
  }
  return profile === null ? { source } : { source, profile };
}

/** In a file of its own, because most runs print none of these messages. */
const loadMessages = () => import('../../report/messages/provider-chain/job-source.ts');

/** Opens the source that the flags and the environment select. */
export async function openSourceFromFlags(
  flags: SourceFlags,
  io: Io,
  more: Pick<SourceOptions, 'findKnownKey' | 'exchange'> = {},
): Promise<Pick<PollContext, 'source' | 'host'>> {
  const host = findConfiguredHost(flags, io);
  disableWasmOptimisation();
  const { openSource } = await import('../../sources/open.ts');
  const options = { ...(await buildSourceOptions(flags, io)), discoverHost: host === null, ...more };
  return { source: await openSource(flags.source, options), host };
}

/** @throws CredWatchError if flags contradict each other */
export async function buildSourceOptions(flags: SourceFlags, io: Io): Promise<SourceOptions> {
  const { env, home, clock, random } = io;
  const { findSourceConflict } = await import('../../sources/open.ts');
  const settings = toSettings(flags, clock.now());
  assertNoConflict(findSourceConflict(flags.source, { ...settings, env }), flags);
  return { env, home, clock, random, ...settings, extendedApi: flags.extendedApi };
}

/** The host name from a flag or the environment; null to use the name that the source discovers. */
export function findConfiguredHost(flags: SourceFlags, { env }: Io): string | null {
  const host = flags.host ?? (env.CRED_WATCH_HOST || null);
  const problem = host === null ? null : findNameProblem(host);
  if (problem !== null) throw new CredWatchError(`CRED_WATCH_HOST '${host}' is not a valid name`, problem);
  return host;
}

const NO_ROLE = 'remove the flag, or use --source role, web-identity or github';
const ONLY_ROLES = { reason: ': this source assumes no role', hint: NO_ROLE };

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
    roleArn: { flag: '--role-arn', ...ONLY_ROLES },
    sessionName: { flag: '--session-name', ...ONLY_ROLES },
    externalId: { flag: '--external-id', ...ONLY_ROLES },
    durationSeconds: { flag: '--duration', ...ONLY_ROLES },
    stsEndpoint: { flag: '--sts-endpoint', ...ONLY_ROLES },
    expiresAt: {
      flag: '--expires',
      reason: ': this source states when its credentials expire',
      hint: 'remove --expires, or use --source environment, profile or process',
    },
  };

/** @param flags as typed, without a source that was found for them */
function assertNoConflict(conflict: SourceConflict | null, flags: SourceFlags): void {
  if (conflict === null) return;
  if (conflict.code === 'COMMAND_AND_PROFILE') {
    throw new CredWatchError(
      '--process and --profile cannot be combined',
      'to run the credential_process of a profile, use --source process --profile NAME',
    );
  }
  const { flag, reason, hint } = SETTING_FLAGS[conflict.setting];
  throw new CredWatchError(
    `${flag} and ${nameSource(conflict.source, flags)} cannot be combined${reason}`,
    hint,
  );
}

/** What the user typed to select the source. */
function nameSource(source: SourceName, flags: SourceFlags): string {
  if (flags.source !== 'auto') return `--source ${source}`;
  if (flags.process !== undefined) return '--process';
  return flags.profile === undefined ? `the source ${source} (--source auto)` : '--profile';
}
