import { withProcessTimeout } from '../credential-process/credential-process.ts';
import { addShadowingNotes } from '../environment/shadowing.ts';
import { Notes } from '../notes.ts';
import { runPoll } from '../poll.ts';
import { readProfileDocument } from '../role/profile-chain.ts';
import { createRoleSource } from '../role/role.ts';
import type { CredentialSource, SourceOptions } from '../source.ts';
import { createSsoSource } from '../sso/sso.ts';
import { createWebIdentitySource } from '../web-identity/web-identity.ts';
import { readSelectedProfile } from './selected-profile.ts';
import { assertSessionOptions, findProfileKind } from './session-options.ts';

/**
 * Whatever the selected profile says: keys, the output of its `credential_process`, or credentials from AWS STS or
 * IAM Identity Center. Every poll reads the files again.
 */
export function createProfileSource(options: SourceOptions): CredentialSource {
  assertSessionOptions(options);
  const notes = new Notes();
  addShadowingNotes('profile', options, notes);
  const optionsWithTimeout = withProcessTimeout(options);
  let service = describeService(options);
  return {
    name: 'profile',
    get endpoint() {
      return service.endpoint;
    },
    get issuesCredentials() {
      return service.issuesCredentials;
    },
    poll: (signal) =>
      runPoll(optionsWithTimeout, signal, notes.list, async (poll) => {
        const { profile, files } = await readSelectedProfile(poll);
        service = describeService({ ...options, profileFiles: files });
        return readProfileDocument(poll, profile, files);
      }),
  };
}

const AWS_SOURCES = {
  role: createRoleSource,
  'web-identity': createWebIdentitySource,
  sso: createSsoSource,
} as const;

const NO_SERVICE = { endpoint: null, issuesCredentials: false };

/** The service of AWS that the profile uses. */
function describeService(
  options: SourceOptions,
): Required<Pick<CredentialSource, 'endpoint' | 'issuesCredentials'>> {
  const kind = findProfileKind(options);
  if (kind === null || kind === 'keys' || kind === 'process') return NO_SERVICE;
  const { endpoint } = AWS_SOURCES[kind](options);
  return { endpoint, issuesCredentials: true };
}
