import { assumeRoleWithWebIdentity } from '../aws/calls.ts';
import { readAwsSettings } from '../aws/profile-settings.ts';
import { describeEndpoint, readAwsService, readRegion, withAwsLimits } from '../aws/service.ts';
import { type FoundDocument, type OngoingPoll, runPoll } from '../poll.ts';
import { readProfileFiles } from '../profile/files.ts';
import { addSessionNotes } from '../role/session-notes.ts';
import type { CredentialSource, SourceOptions } from '../source.ts';
import { readIdentityToken } from './identity-token.ts';
import { readWebIdentitySettings } from './settings.ts';

/** The credentials of a role, for an identity token in a file: IRSA on EKS, and the OIDC tokens of CI systems. */
export function createWebIdentitySource(options: SourceOptions): CredentialSource {
  const settings = readAwsSettings(options, options.profileFiles);
  return {
    name: 'web-identity',
    endpoint: describeEndpoint(() =>
      readAwsService('STS', readRegion(settings), settings, options.stsEndpoint ?? null),
    ),
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
  poll.identity.role = options.role ?? session.role;
  poll.accountId = session.accountId;
  const settings = readAwsSettings(options, files);
  const service = readAwsService('STS', readRegion(settings), settings, options.stsEndpoint ?? null);
  return assumeRoleWithWebIdentity(poll, service, session, () => readIdentityToken(poll, tokenFile));
}
