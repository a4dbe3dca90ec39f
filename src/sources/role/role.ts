import { assumeRole } from '../aws/calls.ts';
import { describeSts } from '../aws/sts.ts';
import { withProcessTimeout } from '../credential-process/credential-process.ts';
import { type FoundDocument, type OngoingPoll, runPoll } from '../poll.ts';
import { type ParsedProfileFiles, type Profile, readProfileFiles } from '../profile/files.ts';
import { findProfile, readSelectedProfile } from '../profile/selected-profile.ts';
import type { CredentialSource, SourceOptions } from '../source.ts';
import { findRoleKind, isRoleProvider } from './chained-base.ts';
import { assumeProfileRole, readProfileSigningKeys } from './profile-chain.ts';
import { keepSeries } from './series.ts';
import { addSessionNotes } from './session-notes.ts';
import { readChosenRole } from './settings.ts';

/**
 * The role of the selected profile. With `roleArn`, another role: the credentials of the profile `profile` assume
 * it, or without this option the credentials that SDKs would use.
 */
export function createRoleSource(options: SourceOptions): CredentialSource {
  return {
    name: 'role',
    endpoint: describeSts(options),
    issuesCredentials: true,
    // The credentials that assume the role can come from a process.
    poll: (signal) => runPoll(withProcessTimeout(options), signal, [], readRole),
  };
}

async function readRole(poll: OngoingPoll): Promise<FoundDocument> {
  const { roleArn, profile: chosenProfile } = poll.options;
  if (roleArn === undefined) {
    const { profile, files } = await readSelectedProfile(poll);
    return assumeProfileRole(poll, profile, files);
  }
  const settings = readChosenRole(roleArn, poll.options);
  const files = await readProfileFiles(poll.options);
  const { keys, isRole } = await keepSeries(poll, settings, () =>
    chosenProfile === undefined
      ? readKeysOfJob(poll)
      : readKeysOfProfile(poll, findProfile(poll, files, chosenProfile), files),
  );
  addSessionNotes(poll, { durationSeconds: settings.durationSeconds, isChained: isRole });
  return assumeRole(poll, settings, files, keys);
}

async function readKeysOfJob(poll: OngoingPoll) {
  // Loaded only here, because most polls need no probe.
  const { readJobKeys } = await import('./job-keys.ts');
  const { keys, provider } = await readJobKeys(poll);
  return { keys, isRole: isRoleProvider(provider) };
}

const readKeysOfProfile = async (poll: OngoingPoll, profile: Profile, files: ParsedProfileFiles) => ({
  keys: await readProfileSigningKeys(poll, profile, files),
  isRole: findRoleKind(profile) !== null,
});
