import type { Instant, Seconds } from '../../model.ts';
import { parseInstant } from '../../time/instant.ts';
import type { WatchedDocument, WatchedRead } from './watched-read.ts';

/** A read that returned credentials. */
export type DocumentRead = WatchedRead & { document: WatchedDocument };

export const hasDocument = (read: WatchedRead): read is DocumentRead => read.document !== null;

/** The endpoint replaced one key by another that it had not served before. */
export interface WatchedRotation {
  /** The last read of the old key. */
  before: DocumentRead;
  /** The first read of the new key. */
  after: DocumentRead;
  /** The range in which the remaining validity of the old key was at the rotation. Null if it states no expiration. */
  leadTime: { atLeast: Seconds; atMost: Seconds } | null;
}

/** `LastUpdated` of a rotation lies between two reads. Differences of clocks can move it by this much. */
const SLACK_MS = 2000;

export interface KeyHistory {
  rotations: readonly WatchedRotation[];
  /** Reads that returned a key that another key had replaced. */
  returns: readonly DocumentRead[];
}

/** @param reads in the order of time */
export function followKeys(reads: readonly WatchedRead[]): KeyHistory {
  const rotations: WatchedRotation[] = [];
  const returns: DocumentRead[] = [];
  const known = new Set<string>();
  let before: DocumentRead | null = null;
  for (const read of reads.filter(hasDocument)) {
    const { accessKeyId } = read.document;
    if (before !== null && before.document.accessKeyId !== accessKeyId) {
      if (known.has(accessKeyId)) returns.push(read);
      else rotations.push({ before, after: read, leadTime: computeLeadTime(before, read) });
    }
    known.add(accessKeyId);
    before = read;
  }
  return { rotations, returns };
}

function computeLeadTime(before: DocumentRead, after: DocumentRead): WatchedRotation['leadTime'] {
  const { expiration } = before.document;
  if (expiration === null) return null;
  const toSeconds = (rotatedAt: Instant) => Math.floor((expiration - rotatedAt) / 1000);
  const dated = parseInstant(after.document.lastUpdated ?? '')?.instant ?? null;
  if (dated !== null && dated >= before.at - SLACK_MS && dated <= after.at + SLACK_MS) {
    return { atLeast: toSeconds(dated), atMost: toSeconds(dated) };
  }
  return { atLeast: toSeconds(after.at), atMost: toSeconds(before.at) };
}
