import {
  type ChainLink,
  containerLink,
  environmentLink,
  groupLinks,
  LAST,
  linkIf,
  providerLink,
  stopAt,
  stopIfFileInvalid,
  stopIfProfileBlank,
  stopIfProfileMissing,
} from '../chains/links.ts';
import { stopIfContainerTokenFileBlank } from '../variables/blank-variables.ts';

/** Rust accepts a base profile with a `credential_source` and no role. */
const rustRole: ChainLink = (facts, client) => {
  const { problem } = facts.providers['profile-role'];
  return problem?.code === 'NO_BASE_CREDENTIALS' && problem.cause === 'NO_ROLE'
    ? { kind: 'wins', provider: 'profile-role', problem: null }
    : providerLink('profile-role')(facts, client);
};

/** Only the error "not loaded" lets the chain go on. Rust treats a blank variable as a value. */
export const RUST: readonly ChainLink[] = [
  environmentLink({ onIncomplete: 'next' }),
  stopIfFileInvalid,
  linkIf(({ profile }) => profile.anyExist, groupLinks(stopIfProfileBlank, stopIfProfileMissing)),
  // Rust prefers a token file to the source of a role.
  linkIf(({ providers }) => providers['profile-web-identity'].state === 'absent', rustRole),
  providerLink('profile-web-identity'),
  providerLink('sso'),
  providerLink('login'),
  providerLink('process'),
  providerLink('profile'),
  linkIf(
    ({ blankVariables }) => blankVariables.has('AWS_WEB_IDENTITY_TOKEN_FILE'),
    () => stopAt('web-identity', { reason: 'BLANK_VARIABLE', setting: 'AWS_WEB_IDENTITY_TOKEN_FILE' }),
  ),
  providerLink('web-identity'),
  stopIfContainerTokenFileBlank,
  containerLink('stop'),
  LAST,
];
