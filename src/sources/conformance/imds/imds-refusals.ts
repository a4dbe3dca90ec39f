import type { RefusalCode } from '../../../domain/conformance/refusal.ts';
import type { Exchange } from '../exchanges/prober.ts';
import { findOutage } from '../judgements/refusals.ts';
import { getStatus } from './imds-responses.ts';

/** Why IMDS does not return the list of roles. Null if the response says nothing like this. */
export const findListRefusal = (list: Exchange): RefusalCode | null =>
  getStatus(list) === 403 ? 'ACCESS_REFUSED' : findOutage(list);

/**
 * Why IMDS does not return the credentials document.
 * @param isRoleGiven the role is not from the list, so it may not exist
 */
export function findDocumentRefusal(document: Exchange, isRoleGiven: boolean): RefusalCode | null {
  if (getStatus(document) === 404) return isRoleGiven ? 'ROLE_NOT_FOUND' : null;
  return findListRefusal(document);
}
