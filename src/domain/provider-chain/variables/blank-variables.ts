import { type ChainLink, providerLink, stopAt } from '../chains/links.ts';
import { getClientProvider } from '../client-facts.ts';
import type { Client } from '../clients.ts';
import type { ChainFacts } from '../providers.ts';

const CONTAINER_TOKEN_FILE = 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE';
const CONTAINER_TOKEN = 'AWS_CONTAINER_AUTHORIZATION_TOKEN';
const WEB_IDENTITY_TOKEN_FILE = 'AWS_WEB_IDENTITY_TOKEN_FILE';
const ROLE_ARN = 'AWS_ROLE_ARN';

const stopIfTokenFileBlank: ChainLink = ({ blankVariables }) =>
  blankVariables.has(CONTAINER_TOKEN_FILE)
    ? stopAt('container', { reason: 'BLANK_VARIABLE', setting: CONTAINER_TOKEN_FILE })
    : 'next';

const isContainerSet = ({ providers }: ChainFacts): boolean => providers.container.state !== 'absent';

/** For clients that open the file even if its name is empty. Rust opens it even without a container endpoint. */
export const stopIfContainerTokenFileBlank: ChainLink = (facts, client) =>
  client === 'rust' || isContainerSet(facts) ? stopIfTokenFileBlank(facts, client) : 'next';

/** Java reads the file only without the variable that has the token itself, and goes on if it cannot read the file. */
export const failsAtTokenFileInJava = ({ setVariables, blankVariables }: ChainFacts): boolean =>
  blankVariables.has(CONTAINER_TOKEN_FILE) &&
  !setVariables.has(CONTAINER_TOKEN) &&
  !blankVariables.has(CONTAINER_TOKEN);

/** botocore prefers these variables to the settings of the profile, even if they are empty. */
export const botocoreProfileWebIdentity: ChainLink = (facts, client) => {
  const { blankVariables, providers } = facts;
  if (providers['profile-web-identity'].state === 'absent') return 'next';
  // botocore then has no token file, so it ignores the role.
  if (blankVariables.has(WEB_IDENTITY_TOKEN_FILE)) return 'next';
  return blankVariables.has(ROLE_ARN)
    ? stopAt('profile-web-identity', { reason: 'BLANK_VARIABLE', setting: ROLE_ARN })
    : providerLink('profile-web-identity')(facts, client);
};

/** The clients that skip a provider because this variable is blank, and go on to the next one. */
export function findClientsSkipping(facts: ChainFacts, variable: string): Client[] {
  if (variable === WEB_IDENTITY_TOKEN_FILE) {
    const { state } = getClientProvider(facts, 'botocore', 'profile-web-identity');
    return state === 'absent' ? [] : ['botocore'];
  }
  const isSkipped =
    variable === CONTAINER_TOKEN_FILE && isContainerSet(facts) && failsAtTokenFileInJava(facts);
  return isSkipped ? ['java'] : [];
}
