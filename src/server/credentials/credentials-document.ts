import { formatDocumentInstant } from '../endpoint-request.ts';
import type { ActiveFaults } from '../faults/fault-plan.ts';
import type { FalseCredentials } from './false-credentials.ts';

type Fields = Readonly<Record<string, string>>;

/** The fields that all documents have, with the names that all of them use. */
export function buildDocumentFields({
  accessKeyId,
  secretAccessKey,
  sessionToken,
  expiration,
}: FalseCredentials) {
  return {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    Token: sessionToken,
    Expiration: formatDocumentInstant(expiration),
  };
}

const cachedTexts = new WeakMap<FalseCredentials, Map<string, string>>();

/** Returns the text of a document, cached per set of credentials unless a `field` fault applies. */
export function getDocumentText(
  credentials: FalseCredentials,
  kind: string,
  faults: ActiveFaults,
  write: () => string,
): string {
  if (faults.has('field')) return write();
  const texts = cachedTexts.get(credentials) ?? new Map<string, string>();
  const text = texts.get(kind) ?? write();
  cachedTexts.set(credentials, texts.set(kind, text));
  return text;
}

/** Applies `field` faults to the fields of a document. A new field is appended. */
export function applyFieldFaults(fields: Fields, faults: ActiveFaults): Fields {
  const changes = faults.getAll('field');
  if (changes.length === 0) return fields;
  const changed = new Map(Object.entries(fields));
  for (const { name, value } of changes) {
    if (value === null) changed.delete(name);
    else changed.set(name, value);
  }
  return Object.fromEntries(changed);
}
