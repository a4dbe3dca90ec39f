import { redactText } from '../../../redact.ts';
import { containsSecret } from '../../role-name.ts';

const REDACTED = '[redacted]';

/** A usual run has less than 16 KiB: a few tokens, and the keys of each rotation. */
const MAX_SECRETS_LENGTH = 32 * 1024;

/** A usual run has about 150 different texts of the endpoint: names and values of headers, and fields. */
const MAX_TEXTS = 500;

const MAX_TEXT_LENGTH = 512;

/**
 * What the report must not contain: tokens, keys, and confidential parts of the URL. Finding pieces of secrets takes
 * long if there are many, so an endpoint could stop the report. Above these limits, its texts are not shown.
 */
export class KnownSecrets {
  readonly #secrets = new Set<string>();
  readonly #pathParts = new Set<string>();
  #length = 0;
  #textCount = 0;
  readonly #redacted = new Map<string, { text: string; secretCount: number }>();

  add(secret: string): void {
    if (this.#secrets.has(secret)) return;
    this.#length += secret.length;
    if (!this.#hasTooMany) this.#secrets.add(secret);
  }

  /** @param part is never shown as a part of a path, however short it is */
  addPathPart(part: string): void {
    this.#pathParts.add(part);
  }

  /** One line without secrets. See `redactText`. */
  redact(text: string): string {
    if (this.#hasTooMany) return REDACTED;
    const known = this.#redacted.get(text);
    if (known?.secretCount === this.#secrets.size) return known.text;
    this.#textCount += 1;
    if (this.#textCount > MAX_TEXTS) return REDACTED;
    const redacted = redactText(text.slice(0, MAX_TEXT_LENGTH), this.#secrets);
    this.#redacted.set(text, { text: redacted, secretCount: this.#secrets.size });
    return redacted;
  }

  redactPath(path: string): string {
    return path
      .split(/([/?&=])/)
      .map((part) => (this.#pathParts.has(part) || containsSecret(part, this.#secrets) ? REDACTED : part))
      .join('');
  }

  get #hasTooMany(): boolean {
    return this.#length > MAX_SECRETS_LENGTH;
  }
}
