import type { CredentialValues } from './credential-values.ts';
import { revealCredentials } from './revealed-credentials.ts';
import { SHADOWING_VARIABLES } from './shadowing-variables.ts';
import { buildVariableChanges, type VariableOptions } from './variables.ts';

export type ParentEnvironment = Readonly<Record<string, string | undefined>>;

export interface RegionOption {
  /** Of the profile that the child is no longer told of; null where it names none. */
  region: string | null;
}

/** The parent's environment with these credentials and nothing that stands in their way. */
export function buildChildEnvironment(
  parent: ParentEnvironment,
  credentials: CredentialValues,
  { legacyToken, region }: VariableOptions & RegionOption,
): Record<string, string> {
  const { set } = buildVariableChanges(credentials, { legacyToken });
  const { accountId } = revealCredentials(credentials);
  return {
    ...cleared(parent, region),
    ...Object.fromEntries(set.map(({ name, value }) => [name, value])),
    ...(accountId !== null && { AWS_ACCOUNT_ID: accountId }),
  };
}

/**
 * The same for a child that is to ask a container endpoint, again and again. What the `default` profile of the shared
 * files says still comes before that endpoint, in every SDK.
 * @param endpoint the variables that lead to it
 */
export function buildEndpointEnvironment(
  parent: ParentEnvironment,
  endpoint: Readonly<Record<string, string>>,
  { region }: RegionOption,
): Record<string, string> {
  return { ...cleared(parent, region), ...endpoint };
}

function cleared(parent: ParentEnvironment, region: string | null): Record<string, string> {
  const shadowing = new Set(SHADOWING_VARIABLES);
  const kept = Object.entries(parent).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !shadowing.has(entry[0]),
  );
  return { ...Object.fromEntries(kept), ...regionVariables(parent, region) };
}

/** boto3 reads only AWS_DEFAULT_REGION, others only or first AWS_REGION. A blank one counts as unset. */
function regionVariables(parent: ParentEnvironment, region: string | null): Record<string, string> {
  const isKnown = [parent.AWS_REGION, parent.AWS_DEFAULT_REGION].some((each) => (each ?? '') !== '');
  return isKnown || region === null ? {} : { AWS_REGION: region, AWS_DEFAULT_REGION: region };
}
