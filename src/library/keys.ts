import type { KeyAnswer as DomainKeyAnswer } from '../domain/keys/key-answer.ts';
import { findKeyReferences, listDistinctKeys, parseOtherKeyId } from '../domain/keys/key-reference.ts';
import { formatUrlAddress } from '../report/keys/url-address.ts';
import { SampleStore as DomainSampleStore } from '../store/sample-store.ts';
import { findKeys } from '../watch/find-keys.ts';
import { assertKnownOptions, createArgumentError, type Moment, parseNow } from './parse-options.ts';
import { toPublic } from './public-data.ts';
import type { KeyAnswer } from './public-types.ts';
import { getDefaultDatabasePath } from './system-defaults.ts';

export interface KeyOptions {
  /** The database file (default: {@link getDefaultDatabasePath}). */
  db?: string | undefined;
  /** The time at which keys and URLs are judged (default: the current time). */
  now?: Moment | undefined;
}

/**
 * Finds who issued access keys and when they expire, and until when presigned URLs work, as `cred-watch key` does.
 * Reads the database, sends no request and writes nothing. If the database does not have a key, or if the file does
 * not exist, its status is `unknown`.
 * @param text a key id, also a masked one, a presigned URL, or any text that contains them, such as an error message
 * @returns one answer for each different key and URL, in the order of the text; empty if there are none
 * @throws CredWatchError if the database cannot be read, or INVALID_ARGUMENT
 * @example
 * import { key } from 'cred-watch';
 *
 * for (const { accessKeyId, status, worksUntil, sightings } of key('ASIAIOSFODNN7EXAMPLE')) {
 *   console.log(accessKeyId, status, worksUntil);
 *   for (const { identity, firstSeen } of sightings) console.log(identity.role, firstSeen);
 * }
 */
export function key(text: string, options: KeyOptions = {}): KeyAnswer[] {
  assertKnownOptions(options, { db: true, now: true });
  // Not quoted, because the value can be a secret.
  if (typeof text !== 'string') throw createArgumentError('the text with the key is missing', 'use a string');
  const { db = getDefaultDatabasePath() } = options;
  const now = parseNow(options.now);
  const { references } = findKeyReferences(text);
  const other = references.length === 0 ? parseOtherKeyId(text.trim()) : null;
  using store = DomainSampleStore.openReadOnly(db);
  const answers = findKeys(store, listDistinctKeys(other === null ? references : [other]), now);
  return toPublic(answers.map(withSafeAddress));
}

/** The path of a URL can contain a secret. */
const withSafeAddress = (answer: DomainKeyAnswer): DomainKeyAnswer =>
  answer.url === null ? answer : { ...answer, url: { ...answer.url, address: formatUrlAddress(answer.url) } };
