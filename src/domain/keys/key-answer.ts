import { toStoredKeyId } from '../../key-id.ts';
import { isClockWrong, MAX_PRESIGN_DURATION, MAX_SIGNING_SKEW, MAX_VALIDITY } from '../aws-limits.ts';
import { range } from '../measurement/statistics.ts';
import type { Instant, Seconds, SeriesIdentity, Span } from '../model.ts';
import { secondsBetween } from '../time/instant.ts';
import { canSign, findAccountId, findKeyKind, KEY_ID_LENGTH, type KeyKind } from './key-kind.ts';
import { formatMaskedKeyId, type KeyReference } from './key-reference.ts';
import type { PresignedUrl } from './presigned-url.ts';

/** When another key replaced a key. */
export interface KeyReplacement {
  at: Instant;
  /** The rotation lies in this window. */
  window: Span;
  /** `LastUpdated` of the next key dates the rotation. */
  isDated: boolean;
}

/** What one series knows about a key. Instants are by AWS's clock, as far as it is known. */
export interface KeySighting {
  identity: SeriesIdentity;
  accessKeyId: string;
  /** `LastUpdated`. Null if it is unknown. */
  issuedAt: Instant | null;
  firstSeen: Instant;
  lastSeen: Instant;
  sampleCount: number;
  expiration: Instant;
  /** Null if the key was the newest one at the last sample, or if the source has no rotations. */
  replacement: KeyReplacement | null;
  /** The present by the clock that dates the samples of the series. */
  now: Instant;
  /** The newest known host's clock minus AWS's clock. Null if it is unknown. */
  clockOffset: Seconds | null;
  /** By how much `LastUpdated` was ahead of samples, if that is too much to trust the clocks. Else null. */
  issuedAhead: Seconds | null;
}

export const KEY_STATUSES = ['valid', 'expired', 'rejected', 'unknown'] as const;
export type KeyStatus = (typeof KEY_STATUSES)[number];

export const KEY_NOTES = [
  /** The id has fewer or more characters than key ids of AWS, and no series has it. */
  'UNUSUAL_LENGTH',
  /** No series has the key. */
  'NOT_IN_DATABASE',
  /** Several keys have the visible letters of a masked key id. */
  'SEVERAL_KEYS',
  /** The id identifies something else, such as a role. */
  'NOT_A_KEY',
  /** A long-lived key ends only if somebody deactivates it. */
  'LONG_LIVED',
  /** The URL lacks its signing time or its duration. */
  'URL_INCOMPLETE',
  /** S3 rejects URLs for more than seven days. */
  'DURATION_TOO_LONG',
  /** S3 rejects a temporary key without a session token. */
  'SESSION_TOKEN_MISSING',
  /** S3 rejects a URL that was signed in the future. */
  'SIGNED_IN_FUTURE',
  /** The key has expired by the clock of this host, which is ahead. By AWS's clock it works. */
  'HOST_CLOCK_AHEAD',
] as const;
export type KeyNote = (typeof KEY_NOTES)[number];

const REJECTIONS: readonly KeyNote[] = ['DURATION_TOO_LONG', 'SESSION_TOKEN_MISSING', 'SIGNED_IN_FUTURE'];

/** Who issued a key, and until when the key or the URL works. */
export interface KeyAnswer {
  /** As stored: a key id of a known form, else its digest. May be masked. */
  accessKeyId: string;
  kind: KeyKind;
  /** The account that the key id contains. Null if there is none. */
  accountId: string | null;
  url: PresignedUrl | null;
  /** `rejected`: the URL does not work now, whenever its key expires. */
  status: KeyStatus;
  /** The first instant at which the key or the URL no longer works. Null if it is unknown. */
  worksUntil: Instant | null;
  /** As `worksUntil`, but the end may also be earlier. Null if nothing is known. */
  worksAtMostUntil: Instant | null;
  /** What ends the URL. Null without a URL, and if `worksUntil` is null. */
  limitedBy: 'requested-duration' | 'key-expiration' | null;
  /** `worksUntil` minus now. Null if it is unknown. */
  remaining: Seconds | null;
  judgedAt: Instant;
  notes: readonly KeyNote[];
  /** One for each series that has the key. */
  sightings: readonly KeySighting[];
}

/** @param now by the clock of this host */
export function answerKey(
  { accessKeyId: written, url }: KeyReference,
  sightings: readonly KeySighting[],
  now: Instant,
): KeyAnswer {
  const accessKeyId = formatMaskedKeyId(written) ?? toShownKeyId(written);
  const kind = findKeyKind(written);
  const seen = new Set(sightings.map((sighting) => sighting.accessKeyId));
  const isAmbiguous = seen.size > 1;
  // No clock may make credentials last longer.
  const judgedAt = Math.max(now, range(sightings.map((sighting) => sighting.now))?.max ?? now);
  const keyEnd = findKeyEnd(kind, sightings, url !== null);
  const ends = [keyEnd, ...(url === null ? [] : [url.requestedUntil])];
  const known = ends.filter((end) => end !== null);
  const latestKeyEnd = keyEnd === null ? findLatestKeyEnd(kind, url) : null;
  const earliest = Math.min(...known, latestKeyEnd ?? Number.POSITIVE_INFINITY);
  const worksAtMostUntil = earliest === Number.POSITIVE_INFINITY ? null : earliest;
  const worksUntil = known.length === ends.length && !isAmbiguous ? worksAtMostUntil : null;
  const hasUnusualLength = isOfUnusualLength(written, kind);
  const notes = listNotes(kind, url, {
    hasUnusualLength,
    isKnown: sightings.length > 0,
    isAmbiguous,
    judgedAt,
    isAhead: isExpiredByHostOnly(sightings, worksUntil, judgedAt),
  });
  return {
    accessKeyId,
    kind,
    accountId: isAmbiguous ? null : findAccountId([...seen][0] ?? written),
    url,
    status: findStatus(notes, worksUntil, worksAtMostUntil, judgedAt, isAmbiguous ? sightings : []),
    worksUntil,
    worksAtMostUntil: isAmbiguous ? null : worksAtMostUntil,
    limitedBy:
      url === null || worksUntil === null
        ? null
        : worksUntil === url.requestedUntil
          ? 'requested-duration'
          : 'key-expiration',
    remaining: worksUntil === null ? null : secondsBetween(judgedAt, worksUntil),
    judgedAt,
    notes,
    sightings,
  };
}

/** Ids of roles and users are public, but `toStoredKeyId` does not know their forms. */
const toShownKeyId = (written: string): string =>
  canSign(findKeyKind(written)) ? toStoredKeyId(written) : written;

/** Null: unknown. A URL with a long-lived key has the end of its duration only. */
function findKeyEnd(kind: KeyKind, sightings: readonly KeySighting[], hasUrl: boolean): Instant | null {
  const seen = range(sightings.map(({ expiration }) => expiration));
  if (seen !== null) return seen.min;
  return kind === 'long-lived' && hasUrl ? Number.POSITIVE_INFINITY : null;
}

/** A temporary key was valid when it signed the URL, and no temporary key lasts longer than this. */
const findLatestKeyEnd = (kind: KeyKind, url: PresignedUrl | null): Instant | null =>
  kind === 'temporary' && url !== null && url.signedAt !== null ? url.signedAt + MAX_VALIDITY * 1000 : null;

/** Other servers issue ids with the prefixes of AWS in any length, so the length proves nothing. */
const isOfUnusualLength = (written: string, kind: KeyKind): boolean =>
  canSign(kind) &&
  kind !== 'other' &&
  // Neither masked nor stored as a digest.
  formatMaskedKeyId(written) === null &&
  toStoredKeyId(written) === written &&
  written.length !== KEY_ID_LENGTH;

/** The offset of a wrong clock. Null if no series knows one. */
export const findWrongClockOffset = (sightings: readonly KeySighting[]): Seconds | null =>
  sightings.map(({ clockOffset }) => clockOffset).find(isClockWrong) ?? null;

function isExpiredByHostOnly(
  sightings: readonly KeySighting[],
  worksUntil: Instant | null,
  judgedAt: Instant,
): boolean {
  const offset = findWrongClockOffset(sightings);
  if (offset === null || worksUntil === null) return false;
  return worksUntil <= judgedAt && worksUntil > judgedAt - offset * 1000;
}

function listNotes(
  kind: KeyKind,
  url: PresignedUrl | null,
  {
    hasUnusualLength,
    isKnown,
    isAmbiguous,
    judgedAt,
    isAhead,
  }: {
    hasUnusualLength: boolean;
    isKnown: boolean;
    isAmbiguous: boolean;
    judgedAt: Instant;
    isAhead: boolean;
  },
): KeyNote[] {
  const isTemporary = kind === 'temporary';
  const found: Record<KeyNote, boolean> = {
    UNUSUAL_LENGTH: !isKnown && hasUnusualLength,
    NOT_A_KEY: !canSign(kind),
    NOT_IN_DATABASE: !isKnown && canSign(kind) && kind !== 'long-lived',
    LONG_LIVED: !isKnown && kind === 'long-lived',
    SEVERAL_KEYS: isAmbiguous,
    URL_INCOMPLETE: url !== null && url.requestedUntil === null,
    DURATION_TOO_LONG: (url?.duration ?? 0) > MAX_PRESIGN_DURATION,
    SESSION_TOKEN_MISSING: url !== null && isTemporary && url.hasSignature && !url.hasSessionToken,
    SIGNED_IN_FUTURE: (url?.signedAt ?? 0) > judgedAt + MAX_SIGNING_SKEW * 1000,
    HOST_CLOCK_AHEAD: isAhead,
  };
  return KEY_NOTES.filter((note) => found[note]);
}

function findStatus(
  notes: readonly KeyNote[],
  worksUntil: Instant | null,
  worksAtMostUntil: Instant | null,
  now: Instant,
  ambiguous: readonly KeySighting[],
): KeyStatus {
  if (ambiguous.length > 0) {
    if (ambiguous.every(({ expiration }) => expiration <= now)) return 'expired';
    return ambiguous.every(({ expiration }) => expiration > now) ? 'valid' : 'unknown';
  }
  if (worksAtMostUntil !== null && worksAtMostUntil <= now) return 'expired';
  if (REJECTIONS.some((note) => notes.includes(note))) return 'rejected';
  return worksUntil === null ? 'unknown' : 'valid';
}

const WORST_FIRST: readonly KeyStatus[] = ['rejected', 'expired', 'unknown', 'valid'];

/** The worst status of all answers. `unknown` without an answer. */
export const findWorstStatus = (answers: readonly KeyAnswer[]): KeyStatus =>
  WORST_FIRST.find((status) => answers.some((answer) => answer.status === status)) ?? 'unknown';
