import { CredWatchError } from '../../errors.ts';
import { METADATA_VERSIONS } from '../tree/default-tree.ts';
import type { ServedRole } from './served-role.ts';

/** IAM's rule for names of roles. These characters need no escape in a path. */
const VALID_NAME = /^[\w+=,.@-]{1,64}$/;

/** Names that begin a path of IMDS, of a container agent or of a page. Clients remove `.` and `..` from a path. */
const RESERVED_NAMES: ReadonlySet<string> = new Set([
  ...METADATA_VERSIONS,
  'healthz',
  'metrics',
  'v1',
  'v2',
  'v3',
  'v4',
  '.',
  '..',
]);

/**
 * Rejects names that would be ambiguous in a path or in a list of IMDS.
 * @param routes the paths of additional pages
 * @throws CredWatchError
 */
export function assertRoleNames(roles: readonly ServedRole[], routes: Iterable<string> = []): void {
  const reserved = new Set([...RESERVED_NAMES, ...Array.from(routes, (path) => path.split('/')[1] ?? '')]);
  const seen = new Set<string>();
  for (const { name, roleName } of roles) {
    if (!isValidName(name)) throw createNameError(name);
    if (roleName !== '' && !isValidName(roleName)) throw createNameError(roleName);
    if (reserved.has(name)) {
      throw new CredWatchError(
        `the name '${name}' is a path of the endpoint`,
        'use another name for the role',
      );
    }
    if (seen.has(name)) {
      throw new CredWatchError(`two roles have the name '${name}'`, 'give each role a name of its own');
    }
    seen.add(name);
  }
}

/** Whether the endpoints use this first part of a path themselves. */
export const isReservedName = (name: string): boolean => RESERVED_NAMES.has(name.toLowerCase());

export const isValidName = (name: string) => VALID_NAME.test(name) && name !== '.' && name !== '..';

const createNameError = (name: string) =>
  new CredWatchError(
    `'${name}' cannot be the name of a served role`,
    'use at most 64 letters, digits and the characters _ + = , . @ -',
  );
