import type { ClientEffect } from '../../../domain/conformance/clients.ts';
import { affects, DIFFERS } from '../../../domain/conformance/usual-effects.ts';
import type { JsonObject } from '../../document/json-object.ts';
import type { CheckAttempt, CheckFunction } from '../check-attempt.ts';
import { SkippedCheck } from '../check-errors.ts';
import { readDocument } from '../exchanges/exchange-documents.ts';
import type { Exchange } from '../exchanges/prober.ts';
import {
  computeRemaining,
  getEndpointTime,
  judgeExpirationFormat,
  judgeInstantFormat,
  judgeRemainingValidity,
  parseField,
} from '../judgements/documents.ts';
import type { ImdsFacts } from './imds-facts.ts';
import { isErrorDocument, KEY_FIELDS } from './imds-responses.ts';

/** These clients compare the names of fields exactly. The others ignore the case. */
const EXACT_NAMES = [
  affects('no-credentials', 'botocore', 'javascript', 'java-1', 'java-2', 'dotnet', 'ruby', 'cpp'),
];

/** Checks of the credentials document. */
export const createDocumentChecks = (facts: ImdsFacts) =>
  ({
    'document-code': async (attempt) => {
      const [first] = await facts.getDocuments();
      const { Code } = facts.requireDocument(attempt, first);
      if (Code === 'Success') return;
      const value = typeof Code === 'string' ? attempt.quote(Code) : null;
      const fact = { code: 'UNEXPECTED_FIELD', field: 'Code', value, expected: 'success' } as const;
      attempt.fail(fact, first, chooseCodeEffects(Code));
    },
    'document-fields': async (attempt) => {
      const [first] = await facts.getDocuments();
      if (!attempt.expectStatus(first, [200])) return;
      const document = readDocument(first);
      if (document === null) return attempt.fail({ code: 'UNEXPECTED_BODY', problem: 'not-json' }, first);
      if (isErrorDocument(document)) throw new SkippedCheck({ code: 'NO_CREDENTIALS' });
      for (const field of [...KEY_FIELDS, 'Expiration']) judgeField(attempt, document, field, first);
    },
    'expiration-format': async (attempt) => {
      const [first] = await facts.getDocuments();
      const document = facts.requireDocument(attempt, first);
      if (typeof document.Expiration !== 'string' || document.Expiration === '') {
        throw new SkippedCheck({ code: 'CHECK_FAILED', check: 'document-fields' });
      }
      judgeExpirationFormat(attempt, document, first);
    },
    'error-document': async (attempt) => {
      const [first] = await facts.getDocuments();
      const document = readDocument(attempt.use(first));
      const { Code } = document ?? {};
      if (document === null || typeof Code !== 'string' || Code.toLowerCase() === 'success') {
        throw new SkippedCheck({ code: 'NO_ERROR_DOCUMENT' });
      }
      const hasKeys = KEY_FIELDS.some(
        (field) => typeof document[field] === 'string' && document[field] !== '',
      );
      if (hasKeys) attempt.fail({ code: 'UNEXPECTED_BODY', problem: 'has-keys' }, first);
    },
    'key-stable': async (attempt) => {
      const reads = await facts.requireAllDocuments(attempt);
      const unstable = findUnstableRead(reads);
      if (unstable !== null) attempt.fail({ code: 'KEY_NOT_STABLE' }, unstable);
    },
    'last-updated': async (attempt) => judgeLastUpdated(attempt, await facts.requireAllDocuments(attempt)),
    'not-expired': async (attempt) => {
      const expired = findShortest(await facts.requireAllDocuments(attempt));
      if (expired === null) throw new SkippedCheck({ code: 'CHECK_FAILED', check: 'expiration-format' });
      attempt.use(expired.exchange);
      if (expired.remaining > 0) return;
      attempt.fail({ code: 'CREDENTIALS_EXPIRED', agoSeconds: -expired.remaining }, expired.exchange);
    },
    'remaining-validity': async (attempt) => {
      const shortest = findShortest(await facts.requireAllDocuments(attempt));
      if (shortest === null) throw new SkippedCheck({ code: 'CHECK_FAILED', check: 'expiration-format' });
      if (shortest.remaining <= 0) throw new SkippedCheck({ code: 'CHECK_FAILED', check: 'not-expired' });
      attempt.use(shortest.exchange);
      judgeRemainingValidity(attempt, shortest.remaining, shortest.exchange, 'imds');
    },
  }) satisfies Record<string, CheckFunction>;

function chooseCodeEffects(code: unknown): readonly ClientEffect[] | undefined {
  if (typeof code !== 'string') return undefined;
  // Go ignores the case.
  if (code.toLowerCase() === 'success') return DIFFERS;
  return [affects('no-credentials', 'go', 'go-1', 'rust')];
}

function judgeField(attempt: CheckAttempt, document: JsonObject, field: string, exchange: Exchange): void {
  const value = document[field];
  if (typeof value === 'string' && value !== '') return;
  const hasOtherCase = Object.keys(document).some(
    (name) => name !== field && name.toLowerCase() === field.toLowerCase(),
  );
  attempt.fail(
    { code: 'UNEXPECTED_FIELD', field, value: null, expected: 'non-empty-text' },
    exchange,
    value === undefined && hasOtherCase ? EXACT_NAMES : undefined,
  );
}

/** A read of credentials. */
interface DocumentRead {
  exchange: Exchange;
  document: JsonObject;
}

/** The read with the shortest remaining validity. Null if no document states a time. */
function findShortest(reads: readonly DocumentRead[]): { exchange: Exchange; remaining: number } | null {
  const known = reads.flatMap(({ exchange, document }) => {
    const remaining = computeRemaining(document, exchange);
    return remaining === null ? [] : [{ exchange, remaining }];
  });
  return known.sort((one, other) => one.remaining - other.remaining)[0] ?? null;
}

/** In a few seconds, a rotation replaces the key at most once, and no key comes back. */
function findUnstableRead(reads: readonly DocumentRead[]): Exchange | null {
  const getKey = ({ document }: DocumentRead) => document.AccessKeyId;
  const keys = [...new Set(reads.map(getKey))];
  const third = reads.find((read) => getKey(read) === keys[2]);
  if (third !== undefined) return third.exchange;
  const changed = reads.filter((read) => getKey(read) === keys[1]);
  const returned = reads.find(
    (read) => getKey(read) === keys[0] && changed.some(({ exchange }) => endsBefore(exchange, read.exchange)),
  );
  return returned?.exchange ?? null;
}

/** Concurrent reads have no order. */
const endsBefore = (one: Exchange, other: Exchange) => one.startedAt + one.durationMs < other.startedAt;

/** `Date` has whole seconds, and clocks differ a little. */
const CLOCK_TOLERANCE_MS = 2000;

function judgeLastUpdated(attempt: CheckAttempt, reads: readonly DocumentRead[]): void {
  const [first] = reads;
  if (first === undefined) return;
  judgeInstantFormat(attempt, first.document, 'LastUpdated', first.exchange, undefined);
  const stated = parseField(first.document, 'LastUpdated');
  if (stated === null) return;
  const fail = (exchange: Exchange, document: JsonObject, expected: 'not-in-future' | 'unchanged') => {
    const value = attempt.quote(String(document.LastUpdated));
    attempt.fail({ code: 'UNEXPECTED_FIELD', field: 'LastUpdated', value, expected }, exchange);
  };
  if (stated.instant > getEndpointTime(first.exchange) + CLOCK_TOLERANCE_MS) {
    fail(first.exchange, first.document, 'not-in-future');
  }
  const changed = reads.find(
    ({ document }) =>
      document.AccessKeyId === first.document.AccessKeyId &&
      document.LastUpdated !== first.document.LastUpdated,
  );
  if (changed !== undefined) fail(changed.exchange, changed.document, 'unchanged');
}
