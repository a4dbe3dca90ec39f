import type { ChainFacts } from '../providers.ts';
import type { ChainLink, ClientRules } from '../rules/client-rules.ts';
import { type FailureHandling, providerLink } from './links.ts';

const ACCESS_KEY_ID = 'AWS_ACCESS_KEY_ID';
const SECRET_ACCESS_KEY = 'AWS_SECRET_ACCESS_KEY';
const SESSION_TOKEN = 'AWS_SESSION_TOKEN';
const COMMON_VARIABLES: ReadonlySet<string> = new Set([ACCESS_KEY_ID, SECRET_ACCESS_KEY]);

/** The legacy variables that this client reads keys from. Empty if it reads none, or only common names. */
export function findLegacyVariables(
  { setVariables, blankVariables }: ChainFacts,
  { legacyVariables }: ClientRules,
): string[] {
  if (legacyVariables === undefined) return [];
  const { keyIds = [], secretKeys, token, takesBlank } = legacyVariables;
  const isFirst = (name: string) => setVariables.has(name) || (takesBlank && blankVariables.has(name));
  const names = [
    [ACCESS_KEY_ID, ...keyIds],
    [SECRET_ACCESS_KEY, ...secretKeys],
  ].map((candidates) => candidates.find(isFirst));
  if (!names.every((name) => name !== undefined && setVariables.has(name))) return [];
  if (token !== undefined && setVariables.has(token) && !isFirst(SESSION_TOKEN)) names.push(token);
  return names.filter((name) => name !== undefined).filter((name) => !COMMON_VARIABLES.has(name));
}

export const environmentLink =
  (handling: FailureHandling): ChainLink =>
  (facts, rules) =>
    findLegacyVariables(facts, rules).length > 0
      ? { kind: 'unknown', provider: 'environment', cause: { reason: 'LEGACY_VARIABLES' } }
      : providerLink('environment', handling)(facts, rules);
