import { existsSync } from 'node:fs';
import type { KeyAnswer } from '../../domain/keys/key-answer.ts';
import { KEY_ID_LENGTH } from '../../domain/keys/key-kind.ts';
import {
  type FoundKeys,
  findKeyReferences,
  getReferenceKey,
  hasWrongCase,
  isIncompleteKeyId,
  type KeyReference,
  normaliseMaskedKeyId,
  parseOtherKeyId,
} from '../../domain/keys/key-reference.ts';
import { KeyScanner } from '../../domain/keys/key-scanner.ts';
import type { ForeignUrl } from '../../domain/keys/presigned-url.ts';
import { CredWatchError } from '../../errors.ts';
import { hasSecretKeyForm } from '../../key-id.ts';
import { formatCount } from '../../report/text/format-values.ts';

/** Limits the memory for an input of any size. */
const MAX_REFERENCES = 10_000;

/** The different keys and URLs of the arguments or of standard input. */
export class KeyCollection {
  readonly #references = new Map<string, KeyReference>();
  readonly foreignUrls = new Set<ForeignUrl>();
  /** Keys and URLs beyond the limit. The same one can be counted several times. */
  omittedCount = 0;

  get references(): readonly KeyReference[] {
    return [...this.#references.values()];
  }

  add({ references, foreignUrls }: FoundKeys): void {
    for (const each of foreignUrls) this.foreignUrls.add(each);
    for (const reference of references) this.#addReference(reference);
  }

  #addReference(reference: KeyReference): void {
    const key = getReferenceKey(reference);
    if (this.#references.has(key)) return;
    if (this.#references.size >= MAX_REFERENCES) this.omittedCount += 1;
    else this.#references.set(key, reference);
  }
}

/** Reads text of any length in any encoding. Bytes that are not UTF-8 end a word. */
export async function collectFromStream(
  stream: AsyncIterable<Uint8Array>,
  collection: KeyCollection,
): Promise<void> {
  const scanner = new KeyScanner();
  const decoder = new TextDecoder();
  for await (const chunk of stream) collection.add(scanner.push(decoder.decode(chunk, { stream: true })));
  collection.add(scanner.push(decoder.decode()));
  collection.add(scanner.end());
}

const FOREIGN_NAMES: Record<ForeignUrl, string> = {
  cloudfront: 'CloudFront',
  google: 'Google Cloud Storage',
};

const describeForeignUrl = (kind: ForeignUrl): string =>
  `a signed URL of ${FOREIGN_NAMES[kind]} has no AWS access key`;

/** One sentence for each kind of signed URLs that are skipped. */
export const listForeignUrls = (kinds: Iterable<ForeignUrl>): string[] => [...kinds].map(describeForeignUrl);

const USE = 'give an access key id (ASIA...), a presigned URL in quotes, or - for standard input';
const READ_FILE = 'to search a file, use standard input: `cred-watch key - < FILE`';

const NO_KEY = 'the argument is neither an access key id nor a presigned URL';

/** Parameters of signed URLs. A shell that ends the command at `&` leaves only the first one. */
const SIGNED_PARAMETER = /[?&](?:x-amz-\w+|expires|signature)=/i;

/**
 * Adds what one argument contains. The messages never quote the argument, because it may be a secret.
 * @throws CredWatchError if the argument is neither a key id nor a presigned URL
 */
export function collectFromArgument(text: string, collection: KeyCollection): void {
  const found = findKeyReferences(text);
  const [foreign] = found.foreignUrls;
  if (found.references.length > 0) {
    collection.add(found);
    return;
  }
  const masked = normaliseMaskedKeyId(text);
  if (masked !== null) {
    collection.add({ references: [{ accessKeyId: masked, url: null }], foreignUrls: [] });
    return;
  }
  if (foreign !== undefined)
    throw new CredWatchError(describeForeignUrl(foreign), 'see the parameter Expires of the URL for its end');
  if (hasSecretKeyForm(text))
    throw new CredWatchError('the argument has the form of a secret access key', USE);
  if (/^https?:/i.test(text)) {
    const hint = SIGNED_PARAMETER.test(text)
      ? 'put the URL in single quotes, because a shell ends the command at &'
      : 'give a presigned URL, as `aws s3 presign` prints it: this URL is not signed';
    throw new CredWatchError('the URL has no X-Amz-Credential or AWSAccessKeyId', hint);
  }
  if (isIncompleteKeyId(text)) {
    const hint = `give all ${KEY_ID_LENGTH} characters, or the first and the last four as in ASIA...7QXK`;
    throw new CredWatchError(
      `the access key id is incomplete: it has ${formatCount(text.length, 'character')}`,
      hint,
    );
  }
  const other = parseOtherKeyId(text);
  if (other === null) throw new CredWatchError(NO_KEY, existsSync(text) ? READ_FILE : USE);
  collection.add({ references: [other], foreignUrls: [] });
}

/**
 * Any word can be a key id of another server, but only the database knows which words are.
 * @param args the arguments; `-` means standard input
 * @param answers in the order of the references
 * @throws CredWatchError if an argument has no form of a key id, and no series has it as its key
 */
export function assertKnownWords(
  args: readonly string[],
  references: readonly KeyReference[],
  answers: readonly KeyAnswer[],
): void {
  const unknown = answers.flatMap(({ kind, url, sightings }, index) => {
    const word = references[index]?.accessKeyId ?? '';
    const mayBeWrong = kind === 'other' && url === null && sightings.length === 0;
    return mayBeWrong && args.includes(word) && !word.startsWith('sha256:') ? [word] : [];
  });
  if (unknown.some(hasWrongCase)) {
    throw new CredWatchError(
      'an access key id of AWS has no lower-case letters',
      'give the id in upper-case letters, as in ASIAIOSFODNN7EXAMPLE',
    );
  }
  if (unknown.length > 0) {
    throw new CredWatchError(
      NO_KEY,
      `${USE}; the id of a key that does not come from AWS must be in the database`,
    );
  }
}
