import { PROMISED_LEAD_TIME } from '../../aws-limits.ts';
import { pairNeighbours } from '../../lists.ts';
import type { Seconds } from '../../model.ts';
import { findRefreshWindows } from '../../sdk-refresh/refresh-windows.ts';
import type { CheckId } from '../check-list.ts';
import type { CheckFailure, FailureFact } from '../check-result.ts';
import { LATE_RESPONSE_MS } from '../client-limits.ts';
import type { ClientEffect } from '../clients.ts';
import type { ConformanceShape } from '../conformance-check.ts';
import { toValidityEffects } from '../validity-effects.ts';
import { findCheck } from '../verdict.ts';
import type { WatchedCheck } from './watched-check.ts';
import type { WatchedRead } from './watched-read.ts';
import { type DocumentRead, followKeys, hasDocument, type WatchedRotation } from './watched-rotations.ts';

/**
 * Judges the reads of one endpoint. If no read returned credentials, only the responses are judged.
 * @param reads in the order of time
 */
export function judgeReads(reads: readonly WatchedRead[], shape: ConformanceShape): WatchedCheck[] {
  const documents = reads.filter(hasDocument);
  if (documents.length === 0) return [judgeResponses(reads)];
  const { rotations, returns } = followKeys(reads);
  const judged = [
    judgeStability(documents, returns),
    judgeExpirations(documents),
    judgeValidity(documents, shape),
    judgeResponses(reads),
    judgeLeadTimes(rotations),
    judgeLastUpdated(documents),
  ];
  return judged.filter(({ id }) => findCheck(id).shapes.includes(shape));
}

const fail = (
  id: CheckId,
  fact: FailureFact,
  { exchange }: WatchedRead,
  effects: readonly ClientEffect[] = findCheck(id).effects,
): CheckFailure => ({ ...fact, exchange, effects });

/** The endpoint must not serve a replaced key again, and must not serve a new key at each read. */
function judgeStability(documents: readonly DocumentRead[], returns: readonly DocumentRead[]): WatchedCheck {
  const id = 'key-stable';
  const keys = new Set(documents.map(({ document }) => document.accessKeyId));
  const isNewEachTime = documents.length > 2 && keys.size === documents.length;
  const wrong = returns[0] ?? (isNewEachTime ? documents[2] : undefined);
  return { id, failures: wrong === undefined ? [] : [fail(id, { code: 'KEY_NOT_STABLE' }, wrong)] };
}

/** Infinite for a document that states no expiration. */
const getRemaining = ({ document, at }: DocumentRead): Seconds =>
  document.expiration === null ? Number.POSITIVE_INFINITY : Math.floor((document.expiration - at) / 1000);

const findShortest = (documents: readonly DocumentRead[]): DocumentRead | undefined =>
  [...documents].sort((one, other) => getRemaining(one) - getRemaining(other))[0];

/** Null without a document that states an expiration. */
export function findMinRemaining(reads: readonly WatchedRead[]): Seconds | null {
  const shortest = findShortest(reads.filter((read) => hasDocument(read)));
  const remaining = shortest === undefined ? Number.POSITIVE_INFINITY : getRemaining(shortest);
  return Number.isFinite(remaining) ? remaining : null;
}

function judgeExpirations(documents: readonly DocumentRead[]): WatchedCheck {
  const id = 'not-expired';
  const shortest = findShortest(documents);
  if (shortest === undefined || getRemaining(shortest) > 0) return { id, failures: [] };
  const agoSeconds = -getRemaining(shortest);
  return { id, failures: [fail(id, { code: 'CREDENTIALS_EXPIRED', agoSeconds }, shortest)] };
}

function judgeValidity(documents: readonly DocumentRead[], shape: ConformanceShape): WatchedCheck {
  const id = 'remaining-validity';
  const shortest = findShortest(documents.filter((read) => getRemaining(read) > 0));
  const remainingSeconds = shortest === undefined ? Number.POSITIVE_INFINITY : getRemaining(shortest);
  const windows = findRefreshWindows(remainingSeconds, shape === 'imds' ? 'imds' : 'container');
  if (shortest === undefined || windows.length === 0) return { id, failures: [] };
  const fact = { code: 'VALIDITY_TOO_SHORT', remainingSeconds, windows } as const;
  return { id, failures: [fail(id, fact, shortest, toValidityEffects(windows))] };
}

/** Every read must get a response with status 200, within the time that SDKs wait. */
function judgeResponses(reads: readonly WatchedRead[]): WatchedCheck {
  const id = 'response-time';
  const failures: CheckFailure[] = [];
  for (const read of reads) {
    const fact = findResponseProblem(read);
    // One example of each code is enough.
    if (fact !== null && !failures.some(({ code }) => code === fact.code))
      failures.push(fail(id, fact, read));
  }
  return { id, failures };
}

function findResponseProblem({ response, durationMs }: WatchedRead): FailureFact | null {
  if ('reason' in response) return { code: 'NO_RESPONSE', reason: response.reason };
  const { status } = response;
  if (status !== 200) return { code: 'UNEXPECTED_STATUS', status, expected: [200] };
  if (durationMs <= LATE_RESPONSE_MS) return null;
  return { code: 'RESPONSE_SLOW', milliseconds: Math.round(durationMs), concurrentCount: 1 };
}

function judgeLeadTimes(rotations: readonly WatchedRotation[]): WatchedCheck {
  const id = 'rotation-overlap';
  if (rotations.length === 0) return { id, failures: [], skipReason: { code: 'NO_ROTATION_SEEN' } };
  for (const { after, leadTime } of rotations) {
    // If the time is not exact, the rotation may have been early enough.
    if (leadTime === null || leadTime.atMost >= PROMISED_LEAD_TIME) continue;
    return { id, failures: [fail(id, { code: 'ROTATED_TOO_LATE', leadSeconds: leadTime.atMost }, after)] };
  }
  return { id, failures: [] };
}

/** `LastUpdated` changes if, and only if, the key changes. */
function judgeLastUpdated(documents: readonly DocumentRead[]): WatchedCheck {
  const id = 'last-updated';
  for (const [{ document: before }, after] of pairNeighbours(documents)) {
    const { accessKeyId, lastUpdated } = after.document;
    if (before.lastUpdated === null || lastUpdated === null) continue;
    const isSameKey = before.accessKeyId === accessKeyId;
    if (isSameKey === (before.lastUpdated === lastUpdated)) continue;
    const expected = isSameKey ? 'unchanged' : 'changed';
    const fact = { code: 'UNEXPECTED_FIELD', field: 'LastUpdated', value: null, expected } as const;
    return { id, failures: [fail(id, fact, after)] };
  }
  return { id, failures: [] };
}
