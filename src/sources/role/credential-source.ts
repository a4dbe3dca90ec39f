/** The values of `credential_source`, and the sources that they name. */
export const CREDENTIAL_SOURCES = {
  Environment: 'environment',
  EcsContainer: 'container',
  Ec2InstanceMetadata: 'imds',
} as const;

export type RoleSource = (typeof CREDENTIAL_SOURCES)[keyof typeof CREDENTIAL_SOURCES];

const isKnown = (name: string): name is keyof typeof CREDENTIAL_SOURCES =>
  Object.hasOwn(CREDENTIAL_SOURCES, name);

/** Null if `credential_source` is not set, or to an unknown value. */
export const findCredentialSource = (name: string | null): RoleSource | null =>
  name !== null && isKnown(name) ? CREDENTIAL_SOURCES[name] : null;
