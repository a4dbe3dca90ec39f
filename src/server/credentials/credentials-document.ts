import { formatDocumentInstant } from '../endpoint-request.ts';
import type { RequestFaults } from '../faults/fault-plan.ts';
import type { ServedCredentials } from '../served-credentials.ts';

type Fields = Readonly<Record<string, string>>;

/** The fields that all documents have, with the names that all of them use. */
export const buildDocumentFields = (credentials: ServedCredentials) => ({
  AccessKeyId: credentials.accessKeyId.reveal(),
  SecretAccessKey: credentials.secretAccessKey.reveal(),
  Token: credentials.sessionToken.reveal(),
  Expiration: formatDocumentInstant(credentials.expiration),
});

/** By layout, because one set of credentials can have several documents. */
const cachedTexts = new WeakMap<ServedCredentials, Map<string, string>>();

/** Writes a document with credentials. The text is cached per set and layout, unless a `field` fault applies. */
export function formatDocument(
  credentials: ServedCredentials,
  layout: string,
  faults: RequestFaults,
  buildFields: () => Fields,
  format: (fields: Fields) => string = JSON.stringify,
): string {
  if (faults.has('field')) return format(applyFieldFaults(buildFields(), faults));
  const texts = cachedTexts.get(credentials) ?? new Map<string, string>();
  const text = texts.get(layout) ?? format(buildFields());
  cachedTexts.set(credentials, texts.set(layout, text));
  return text;
}

/** Applies `field` faults to the fields of a document. A new field is appended. */
export function applyFieldFaults(fields: Fields, faults: RequestFaults): Fields {
  const changes = faults.getAll('field');
  const changed = new Map(Object.entries(fields));
  for (const { name, value } of changes) {
    if (value === null) changed.delete(name);
    else changed.set(name, value);
  }
  return Object.fromEntries(changed);
}
