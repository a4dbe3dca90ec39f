import { Secret } from '../../secret.ts';
import { assumeRoleWithWebIdentity } from '../aws/calls.ts';
import { readAwsSettings } from '../aws/profile-settings.ts';
import { describeEndpoint, readAwsService, readRegion, withAwsLimits } from '../aws/service.ts';
import { type FoundDocument, type OngoingPoll, runPoll } from '../poll.ts';
import { readProfileFiles } from '../profile/files.ts';
import { addSessionNotes } from '../role/session-notes.ts';
import type { CredentialSource, SourceOptions } from '../source.ts';
import { requestIdentityToken } from './identity-token.ts';
import { readGithubRole } from './settings.ts';

/**
 * The credentials of a role for a job of GitHub Actions. Every poll requests a new identity token from the runner,
 * because a token is valid for five minutes only.
 */
export function createGithubSource(options: SourceOptions): CredentialSource {
  const settings = readAwsSettings(options, options.profileFiles);
  return {
    name: 'github',
    endpoint: describeEndpoint(() =>
      readAwsService('STS', readRegion(settings), settings, options.stsEndpoint ?? null),
    ),
    issuesCredentials: true,
    poll: (signal) => runPoll(withAwsLimits(options), signal, [], readGithub),
  };
}

async function readGithub(poll: OngoingPoll): Promise<FoundDocument> {
  const { options } = poll;
  const session = readGithubRole(options);
  addSessionNotes(poll, { durationSeconds: session.durationSeconds, isChained: false });
  poll.identity.role = options.role ?? session.role;
  poll.accountId = session.accountId;
  const settings = readAwsSettings(options, await readProfileFiles(options));
  const service = readAwsService('STS', readRegion(settings), settings, options.stsEndpoint ?? null);
  return assumeRoleWithWebIdentity(
    poll,
    service,
    session,
    async () => new Secret(await requestIdentityToken(poll)),
  );
}
