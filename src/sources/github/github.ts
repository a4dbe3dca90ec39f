import { Secret } from '../../secret.ts';
import { assumeRoleWithWebIdentity } from '../aws/calls.ts';
import { withAwsLimits } from '../aws/service.ts';
import { describeSts } from '../aws/sts.ts';
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
  return {
    name: 'github',
    endpoint: describeSts(options),
    issuesCredentials: true,
    poll: (signal) => runPoll(withAwsLimits(options), signal, [], readGithub),
  };
}

async function readGithub(poll: OngoingPoll): Promise<FoundDocument> {
  const session = readGithubRole(poll.options);
  addSessionNotes(poll, { durationSeconds: session.durationSeconds, isChained: false });
  return assumeRoleWithWebIdentity(
    poll,
    session,
    await readProfileFiles(poll.options),
    async () => new Secret(await requestIdentityToken(poll)),
  );
}
