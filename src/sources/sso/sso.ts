import type { Instant } from '../../domain/model.ts';
import { formatInstant } from '../../domain/time/instant.ts';
import { getSsoCredentials } from '../aws/calls.ts';
import { readAwsSettings } from '../aws/profile-settings.ts';
import { recordRole } from '../aws/role-session.ts';
import { describeEndpoint, parseRegion, readAwsService, withAwsLimits } from '../aws/service.ts';
import { VISIBLE_ASCII } from '../document/unvalidated-keys.ts';
import { type FoundDocument, type OngoingPoll, runPoll } from '../poll.ts';
import { PollError } from '../poll-error.ts';
import type { ParsedProfileFiles, Profile } from '../profile/files.ts';
import { readSelectedProfile } from '../profile/selected-profile.ts';
import type { CredentialSource, SourceOptions } from '../source.ts';
import { readCachedSsoToken } from './cached-token.ts';
import { readSsoSettings } from './settings.ts';

/** The role of a profile with IAM Identity Center, for the token that `aws sso login` has stored. */
export function createSsoSource(options: SourceOptions): CredentialSource {
  return {
    name: 'sso',
    endpoint: describeEndpoint(() => openService(options)),
    issuesCredentials: true,
    poll: (signal) =>
      runPoll(withAwsLimits(options), signal, [], async (poll) => {
        const { profile, files } = await readSelectedProfile(poll);
        return readSsoCredentials(poll, profile, files);
      }),
  };
}

/** @throws PollError */
export const readSsoCredentials = (
  poll: OngoingPoll,
  profile: Profile,
  files: ParsedProfileFiles,
): Promise<FoundDocument> =>
  requestCredentials(poll, profile, files).catch((error: unknown) => {
    if (!(error instanceof PollError) || error.reason !== 'sso-login-required') throw error;
    const misconfiguration = error.misconfiguration ?? { code: 'SSO_SIGN_IN', profile: profile.name };
    throw new PollError(error.reason, error.detail, { ...error, misconfiguration });
  });

async function requestCredentials(
  poll: OngoingPoll,
  profile: Profile,
  files: ParsedProfileFiles,
): Promise<FoundDocument> {
  const settings = readSsoSettings(profile, files);
  if (settings === null) {
    throw new PollError('not-configured', `profile ${profile.name} has no settings of IAM Identity Center`);
  }
  const { session, startUrl, region, accountId, roleName, missing, missingSession } = settings;
  if (missingSession !== null) {
    const { name, similarNames } = missingSession;
    throw new PollError(
      'invalid-configuration',
      `profile ${profile.name} names the sso_session ${name}, which does not exist`,
      { misconfiguration: { code: 'SECTION_MISSING', section: `sso-session ${name}`, similarNames } },
    );
  }
  if (startUrl === null || region === null || accountId === null || roleName === null) {
    const detail = `profile ${profile.name} lacks ${missing.join(', ')}`;
    throw new PollError('invalid-configuration', detail);
  }
  recordRole(poll, { role: roleName, accountId, roleArn: null });
  poll.session = { durationSeconds: null, isChained: false };
  const service = readAwsService(
    'SSO',
    parseRegion(region, 'sso_region'),
    readAwsSettings(poll.options, files),
  );
  const token = await readCachedSsoToken(session ?? startUrl, poll.options);
  if (token === null) {
    const detail = `no token of ${session ?? 'the start URL'} is stored: nobody has signed in here`;
    throw new PollError('sso-login-required', detail);
  }
  const accessToken = token.accessToken.reveal();
  poll.secrets.add(accessToken);
  if (!VISIBLE_ASCII.test(accessToken)) {
    throw new PollError('sso-login-required', 'the stored token contains characters that no token has');
  }
  const { expiration, isRenewable } = token;
  const remaining = expiration - poll.options.clock.now();
  const isExpired = remaining <= 0;
  // SDKs renew only the tokens of sessions.
  const willBeRenewed = isRenewable && session !== null;
  poll.notes.add({
    code: isExpired ? 'SSO_TOKEN_EXPIRED' : 'SSO_TOKEN_EXPIRES',
    expiresAt: expiration,
    isRenewable: willBeRenewed,
  });
  if (remaining < -CLOCK_TOLERANCE_MS) throw createExpiredTokenError(expiration, willBeRenewed);
  const role = { accessToken: token.accessToken, accountId, roleName };
  return getSsoCredentials(poll, service, role).catch((error: unknown) => {
    const isRefused = error instanceof PollError && error.reason === 'sso-login-required';
    if (!isRefused || !isExpired || !willBeRenewed) throw error;
    throw new PollError(error.reason, error.detail, { ...error, ...NOT_RENEWED });
  });
}

/** AWS decides about a token that has just expired, because the clock of the host can be wrong. */
const CLOCK_TOLERANCE_MS = 5 * 60_000;

const NOT_RENEWED = { misconfiguration: { code: 'SSO_TOKEN_NOT_RENEWED' } } as const;

const createExpiredTokenError = (expiration: Instant, willBeRenewed: boolean) =>
  new PollError(
    'sso-login-required',
    `the stored token expired at ${formatInstant(expiration)}`,
    willBeRenewed ? NOT_RENEWED : {},
  );

/** The service of the profile that was selected when the source was opened. */
function openService({ profileFiles, ...options }: SourceOptions) {
  const profile = profileFiles?.profiles.get(profileFiles.selectedName);
  const settings = profile && profileFiles && readSsoSettings(profile, profileFiles);
  const region = parseRegion(settings?.region ?? '', 'sso_region');
  return readAwsService('SSO', region, readAwsSettings(options, profileFiles));
}
