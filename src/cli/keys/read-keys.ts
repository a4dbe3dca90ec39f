import {
  type FoundKeys,
  findKeyReferences,
  getReferenceKey,
  type KeyReference,
  parseOtherKeyId,
} from '../../domain/keys/key-reference.ts';
import { KeyScanner } from '../../domain/keys/key-scanner.ts';
import type { ForeignUrl } from '../../domain/keys/presigned-url.ts';
import { CredWatchError } from '../../errors.ts';
import { hasSecretKeyForm } from '../../key-id.ts';

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

const USE = 'give an access key id (ASIA…), a presigned URL in quotes, or - for standard input';

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
  if (foreign !== undefined)
    throw new CredWatchError(describeForeignUrl(foreign), 'see the parameter Expires of the URL for its end');
  if (hasSecretKeyForm(text))
    throw new CredWatchError('the argument has the form of a secret access key', USE);
  if (/^https?:/i.test(text)) {
    // A shell takes an unquoted & as the end of the command.
    const hint = 'put the URL in single quotes, because a shell ends the command at &';
    throw new CredWatchError('the URL has no X-Amz-Credential or AWSAccessKeyId', hint);
  }
  const other = parseOtherKeyId(text);
  if (other === null)
    throw new CredWatchError('the argument is neither an access key id nor a presigned URL', USE);
  collection.add({ references: [other], foreignUrls: [] });
}
