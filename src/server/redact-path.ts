/** Names of resources are shorter; a role's may be longer. */
const LONGEST_NAME = 39;

/** Of ECS the id is all the secret there is. */
const ECS_CREDENTIALS = /^\/+v[12]\/+credentials\/+(?=[^/])/;

/** The same id, wherever it goes astray; in IMDS's own list of tasks it has no dashes. */
const UUID = /[\da-f]{8}-?(?:[\da-f]{4}-?){3}[\da-f]{12}/i;

/** What no name mixes at such a length: a token, or what is between two slashes of one. */
const MIXED = /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d).{16,}$/;

/** A path as it may stand in a log: without its query, and only up to the first part that may be of a secret. */
export function redactPath(path: string, hasQuery: boolean, role: string): string {
  const shown = withoutSecrets(path, role);
  return hasQuery ? `${shown}?…` : shown;
}

function withoutSecrets(path: string, role: string): string {
  const above = ECS_CREDENTIALS.exec(path)?.[0];
  if (above !== undefined) return `${above}…`;
  const parts = path.split('/');
  const first = parts.findIndex((part) => part !== role && mayBeSecret(part));
  return first < 0 ? path : [...parts.slice(0, first), '…'].join('/');
}

const mayBeSecret = (part: string) => part.length > LONGEST_NAME || UUID.test(part) || MIXED.test(part);
