/** Length of the longest resource name. Role names may be longer and are compared separately. */
const MAX_NAME_LENGTH = 39;

/** The id in an ECS path is a secret, because ECS has no authorization. */
const ECS_CREDENTIALS = /^\/+v[12]\/+credentials\/+(?=[^/])/;

/** The same id in any other path. IMDS lists it without dashes. */
const UUID = /[\da-f]{8}-?(?:[\da-f]{4}-?){3}[\da-f]{12}/i;

/** Long parts that mix upper case, lower case and digits: a token, or a part of one. */
const MIXED = /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d).{16,}$/;

/** A path for the log: without its query, and cut at the first part that may be a secret. */
export function redactPath(path: string, hasQuery: boolean, role: string): string {
  const redacted = removeSecrets(path, role);
  return hasQuery ? `${redacted}?…` : redacted;
}

function removeSecrets(path: string, role: string): string {
  const prefix = ECS_CREDENTIALS.exec(path)?.[0];
  if (prefix !== undefined) return `${prefix}…`;
  const parts = path.split('/');
  const first = parts.findIndex((part) => part !== role && isPossiblySecret(part));
  return first < 0 ? path : [...parts.slice(0, first), '…'].join('/');
}

const isPossiblySecret = (part: string) =>
  part.length > MAX_NAME_LENGTH || UUID.test(part) || MIXED.test(part);
