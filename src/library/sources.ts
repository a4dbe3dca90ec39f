import type { Clock } from '../clock.ts';
import { CredWatchError } from '../errors.ts';
import type { Environment } from '../sources/environment/environment-variables.ts';
import type { PollLimits } from '../sources/http/exchange.ts';
import { findSourceConflict, openSource, type SourceChoice, type SourceConflict } from '../sources/open.ts';
import type { CredentialSource } from '../sources/source.ts';
import { validateName } from './parse-options.ts';
import { getSystemDefaults } from './system-defaults.ts';

/** What every source takes. Nothing of it has to be given. */
export interface CommonSourceOptions {
  /** The variables that name endpoints, profiles and keys (default: `process.env`). */
  env?: Environment | undefined;
  /** The folder of `.aws`, where `env` has no `HOME` (default: the user's). */
  home?: string | undefined;
  /** Used for the time, pauses between attempts and the time limit of a poll (default: the system's). */
  clock?: Clock | undefined;
  /** For pauses: 0 ≤ x < 1 (default: `Math.random`). */
  random?: (() => number) | undefined;
  /** Deadlines of one look in milliseconds, and how often a request is tried in all (default: 3, within 10 s). */
  limits?: Partial<PollLimits> | undefined;
}

/** What the sources take that are asked over HTTP. */
export interface EndpointSourceOptions extends CommonSourceOptions {
  /** Ask once which instance or task this is, to file samples under it (default: true). */
  discoverHost?: boolean | undefined;
}

export interface ImdsSourceOptions extends EndpointSourceOptions {
  /** The role to ask for, instead of discovering it. */
  role?: string | undefined;
  /** The profile whose settings of IMDS count (default: `AWS_PROFILE`, else `default`). */
  profile?: string | undefined;
  /** Ask the extended API for the account id as well, and compare both answers (default: false). */
  extendedApi?: boolean | undefined;
}

export interface ProcessSourceOptions extends CommonSourceOptions {
  /** What the shell is to run, instead of the `credential_process` of the profile. */
  command?: string | undefined;
  /** The profile whose `credential_process` is run (default: `AWS_PROFILE`, else `default`). */
  profile?: string | undefined;
  /** The name of the series (default: that of the program or the profile). */
  role?: string | undefined;
}

export interface EnvironmentSourceOptions extends CommonSourceOptions {
  /** The name of the series (default: none). */
  role?: string | undefined;
}

export interface ProfileSourceOptions extends CommonSourceOptions {
  /** Default: `AWS_PROFILE`, else `default`. */
  profile?: string | undefined;
  /** The name of the series (default: that of the profile). */
  role?: string | undefined;
}

/**
 * The instance metadata service of EC2: version 2 first, version 1 where SDKs would fall back to it. Found by the
 * variables of the SDKs (`AWS_EC2_METADATA_SERVICE_ENDPOINT`, …), then by the settings of the profile, else at
 * 169.254.169.254. Nothing is asked before the first `poll()`.
 *
 * A factory rejects with {@link CredWatchError} for options that cannot be; a bad environment is the outcome of a poll.
 * @example
 * import { createImdsSource } from 'cred-watch';
 *
 * const source = await createImdsSource();
 * const outcome = await source.poll();
 * if (outcome.ok) {
 *   console.log(outcome.credentials.accessKeyId, new Date(outcome.credentials.expiration));
 *   console.log(`${outcome.secrets.secretAccessKey}`); // [redacted]; reveal() gives the text
 * } else console.log(outcome.reason, outcome.detail);
 */
export const createImdsSource = (options: ImdsSourceOptions = {}): Promise<CredentialSource> =>
  open('imds', options);

/** The container endpoint (ECS, EKS Pod Identity, CloudShell, Greengrass) that the environment names. */
export const createContainerSource = (options: EndpointSourceOptions = {}): Promise<CredentialSource> =>
  open('container', options);

/** The container endpoint where the environment names one, else IMDS: as the SDKs choose between the two. */
export async function createAutoSource(options: EndpointSourceOptions = {}): Promise<CredentialSource> {
  return open('auto', options);
}

/** A command that prints credentials as a `credential_process` does. It is run, by the shell, at every poll. */
export async function createProcessSource(options: ProcessSourceOptions = {}): Promise<CredentialSource> {
  const { command } = options;
  if (command !== undefined && (typeof command !== 'string' || command.trim() === '')) {
    throw new CredWatchError('the command of a process source is none', 'say what to run');
  }
  return open('process', options);
}

/** The keys in the variables (`AWS_ACCESS_KEY_ID`, …). A running process sees rotations only if `env` changes. */
export async function createEnvironmentSource(
  options: EnvironmentSourceOptions = {},
): Promise<CredentialSource> {
  return open('environment', options);
}

/** A profile of the shared files, read anew at every poll: its keys, or what its `credential_process` prints. */
export async function createProfileSource(options: ProfileSourceOptions = {}): Promise<CredentialSource> {
  return open('profile', options);
}

async function open(choice: SourceChoice, options: AnySourceOptions): Promise<CredentialSource> {
  const defaults = getSystemDefaults();
  const { role, profile, command, limits, extendedApi } = options;
  if (role !== undefined) validateName(role, 'the role');
  if (profile !== undefined) validateName(profile, 'the profile');
  const given = {
    env: options.env ?? defaults.env,
    home: options.home ?? defaults.home,
    clock: options.clock ?? defaults.clock,
    random: options.random ?? defaults.random,
    discoverHost: options.discoverHost ?? true,
    limits,
    role,
    profile,
    command,
    extendedApi,
  };
  assertNoConflict(findSourceConflict(choice, given));
  return openSource(choice, given);
}

type AnySourceOptions = EndpointSourceOptions & ImdsSourceOptions & ProcessSourceOptions;

function assertNoConflict(conflict: SourceConflict | null): void {
  if (conflict === null) return;
  if (conflict.code === 'SETTING_NOT_SUPPORTED') {
    throw new CredWatchError(
      `the source ${conflict.source} takes no ${conflict.setting}`,
      `leave out ${conflict.setting}`,
    );
  }
  throw new CredWatchError(
    'a command and a profile exclude each other',
    'leave out one of them: a profile has a credential_process of its own',
  );
}
