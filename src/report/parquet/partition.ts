import type { Instant } from '../../domain/model.ts';
import { formatInstant } from '../../domain/time/instant.ts';

/** How Hive writes a partition value that is null or empty. */
const NO_VALUE = '__HIVE_DEFAULT_PARTITION__';

/** Readers take these values for a missing one. DuckDB compares before it decodes. */
const READ_AS_NULL = /^(null|__HIVE_DEFAULT_PARTITION__)$/i;

/**
 * Readers decode `%XX` in folder names. Some decode it to a byte of UTF-8 and others to a character, so only ASCII is
 * encoded.
 */
const UNSAFE = /[^\w.\u0080-\u{10ffff}-]/gu;

const encodeCharacter = (character: string) =>
  `%${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(2, '0')}`;

/** The name of the folder of a partition, such as `host=i-0abc`. Readers decode the value. */
export function formatPartition(column: 'host' | 'month', value: string): string {
  if (value === '') return `${column}=${NO_VALUE}`;
  const encoded = value
    .replace(UNSAFE, encodeCharacter)
    // Windows removes a full stop at the end of a name.
    .replace(/\.$/, encodeCharacter);
  return `${column}=${READ_AS_NULL.test(value) ? encoded.replace(/^./, encodeCharacter) : encoded}`;
}

/** The UTC month: `2026-11`. */
export const formatMonth = (instant: Instant): string => formatInstant(instant).replace(/-\d\dT.*$/, '');
