/** The credentials of a profile, with the credentials of other profiles and sources that it needs. */
import { assumeRole, assumeRoleWithWebIdentity } from '../aws/calls.ts';
import {
  createKeysDocument,
  createSigningKeys,
  rejectExpiredKeys,
  type UnvalidatedKeys,
} from '../document/unvalidated-keys.ts';
import type { FoundDocument, OngoingPoll } from '../poll.ts';
import { PollError } from '../poll-error.ts';
import { readBaseCredentials, readProfileCredentials, readProfileKeys } from '../profile/credentials.ts';
import type { ParsedProfileFiles, Profile } from '../profile/files.ts';
import { runProfileProcess } from '../profile/run-process.ts';
import { findProfile } from '../profile/selected-profile.ts';
import type { PolledCredentials, SourceOptions } from '../source.ts';
import { readSsoCredentials } from '../sso/sso.ts';
import { readIdentityToken } from '../web-identity/identity-token.ts';
import { readProfileWebIdentity } from '../web-identity/settings.ts';
import { pollBaseSource } from './base-source.ts';
import { findChainedBase } from './chained-base.ts';
import { keepSeries } from './series.ts';
import { addSessionNotes } from './session-notes.ts';
import { type GivenSession, type RoleBase, readProfileRole, readRoleBase } from './settings.ts';

/** SDKs follow as many profiles as there are. A longer chain than this one is a mistake. */
const MAX_CHAIN_LENGTH = 10;

/** Keys of a file or a process, or the credentials in a response of AWS. */
type ChainResult = { keys: UnvalidatedKeys } | FoundDocument;

/** The credentials of a profile. @throws PollError if there are none, or if they have no expiration */
export async function readProfileDocument(
  poll: OngoingPoll,
  profile: Profile,
  files: ParsedProfileFiles,
): Promise<FoundDocument> {
  const found = await readChain(poll, profile, files, [], poll.options);
  return 'keys' in found ? createKeysDocument(found.keys, poll) : found;
}

/**
 * The credentials of a profile, to assume a role. They may be long-lived.
 * @param visited the profiles that lead to this one
 * @throws PollError
 */
export async function readProfileSigningKeys(
  poll: OngoingPoll,
  profile: Profile,
  files: ParsedProfileFiles,
  visited: readonly string[] = [],
): Promise<PolledCredentials['secrets']> {
  const found = await readChain(poll, profile, files, visited, {});
  return 'keys' in found ? createSigningKeys(found.keys, poll) : found.document.secrets;
}

async function readChain(
  poll: OngoingPoll,
  profile: Profile,
  files: ParsedProfileFiles,
  visited: readonly string[],
  given: GivenSession,
): Promise<ChainResult> {
  const isBase = visited.length > 0;
  const found = (isBase ? readBaseCredentials : readProfileCredentials)(profile, poll.notes);
  if (found.kind !== 'keys' && found.kind !== 'process') poll.identity.source = found.kind;
  switch (found.kind) {
    case 'keys':
      return { keys: found.keys };
    case 'process': {
      const keys = await runProfileProcess(poll, found.command);
      // SDKs do not call AWS with expired credentials of a process.
      if (isBase) rejectExpiredKeys(keys, poll);
      return { keys };
    }
    case 'role':
      return assumeProfileRole(poll, profile, files, visited, given);
    case 'web-identity':
      return assumeProfileWebIdentity(poll, profile, files, given);
    case 'sso':
      return readSsoCredentials(poll, profile, files);
  }
}

/** Assumes the role of a profile with the credentials that it names. @throws PollError */
export async function assumeProfileRole(
  poll: OngoingPoll,
  profile: Profile,
  files: ParsedProfileFiles,
  visited: readonly string[] = [],
  given: GivenSession = poll.options,
): Promise<FoundDocument> {
  const settings = readProfileRole(profile, given);
  // A base has a session of its own.
  if (given === poll.options) {
    const { durationSeconds } = settings;
    addSessionNotes(poll, { durationSeconds, isChained: findChainedBase(profile, files) !== null });
  }
  const base = readRoleBase(profile);
  const keys = await keepSeries(poll, settings, () => readBase(poll, profile, base, files, visited));
  return assumeRole(poll, settings, files, keys);
}

/** The credentials of the role of a profile, for the token in the file that it names. @throws PollError */
export async function assumeProfileWebIdentity(
  poll: OngoingPoll,
  profile: Profile,
  files: ParsedProfileFiles,
  given: GivenSession & Pick<SourceOptions, 'roleArn'>,
): Promise<FoundDocument> {
  const { tokenFile, ...session } = readProfileWebIdentity(profile, given);
  if (given === poll.options) {
    addSessionNotes(poll, { durationSeconds: session.durationSeconds, isChained: false });
  }
  return assumeRoleWithWebIdentity(poll, session, files, () => readIdentityToken(poll, tokenFile));
}

async function readBase(
  poll: OngoingPoll,
  profile: Profile,
  base: RoleBase,
  files: ParsedProfileFiles,
  visited: readonly string[],
): Promise<PolledCredentials['secrets']> {
  if (base.kind === 'source') return pollBaseSource(poll, base.source);
  // A profile that names itself uses its own keys.
  if (base.name === profile.name) {
    return createSigningKeys(readProfileKeys(profile, poll.notes), poll);
  }
  const path = [...visited, profile.name];
  if (path.includes(base.name) || path.length > MAX_CHAIN_LENGTH) {
    const detail = `source_profile leads from ${path.join(' to ')} to ${base.name}`;
    throw new PollError('invalid-configuration', detail);
  }
  return readProfileSigningKeys(poll, findProfile(poll, files, base.name), files, path);
}
