import { formatDocumentInstant } from '../endpoint-request.ts';
import type { ActiveFaults } from '../faults/fault-plan.ts';
import type { FalseCredentials } from './false-credentials.ts';

type Fields = Readonly<Record<string, string>>;

/** The fields that all documents share, by the names that all of them use. */
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

const written = new WeakMap<FalseCredentials, Map<string, string>>();

/** The text of a document is made once a set of credentials, not once a request; faults make it anew. */
export function getDocumentText(
  credentials: FalseCredentials,
  kind: string,
  faults: ActiveFaults,
  write: () => string,
): string {
  if (faults.get('field') !== undefined) return write();
  const texts = written.get(credentials) ?? new Map<string, string>();
  const text = texts.get(kind) ?? write();
  written.set(credentials, texts.set(kind, text));
  return text;
}

/** What `field` faults make of a document; a field that it has not is added at its end. */
export function applyFieldFaults(fields: Fields, faults: ActiveFaults): Fields {
  const changes = faults.all('field');
  if (changes.length === 0) return fields;
  const changed = new Map(Object.entries(fields));
  for (const { name, value } of changes) {
    if (value === null) changed.delete(name);
    else changed.set(name, value);
  }
  return Object.fromEntries(changed);
}
