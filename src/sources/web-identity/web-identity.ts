import { assumeRoleWithWebIdentity } from '../aws/calls.ts';
import { withAwsLimits } from '../aws/service.ts';
import { describeSts } from '../aws/sts.ts';
import { type FoundDocument, type OngoingPoll, runPoll } from '../poll.ts';
import { readProfileFiles } from '../profile/files.ts';
import { addSessionNotes } from '../role/session-notes.ts';
import type { CredentialSource, SourceOptions } from '../source.ts';
import { readIdentityToken } from './identity-token.ts';
import { readWebIdentitySettings } from './settings.ts';

/** The credentials of a role, for an identity token in a file: IRSA on EKS, and the OIDC tokens of CI systems. */
export function createWebIdentitySource(options: SourceOptions): CredentialSource {
  return {
    name: 'web-identity',
    endpoint: describeSts(options),
    issuesCredentials: true,
    poll: (signal) => runPoll(withAwsLimits(options), signal, [], readWebIdentity),
  };
}

/** Reads the files again at every poll, because the token is replaced while it is in use. */
async function readWebIdentity(poll: OngoingPoll): Promise<FoundDocument> {
  const { options } = poll;
  const files = await readProfileFiles(options);
  const { tokenFile, ...session } = readWebIdentitySettings(options, files);
  addSessionNotes(poll, { durationSeconds: session.durationSeconds, isChained: false });
  return assumeRoleWithWebIdentity(poll, session, files, () => readIdentityToken(poll, tokenFile));
}
