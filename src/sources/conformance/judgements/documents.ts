import type { ClientEffect } from '../../../domain/conformance/clients.ts';
import { affects } from '../../../domain/conformance/usual-effects.ts';
import { toValidityEffects } from '../../../domain/conformance/validity-effects.ts';
import { correctTime } from '../../../domain/measurement/generations.ts';
import type { Instant, Seconds } from '../../../domain/model.ts';
import { type EndpointKind, findRefreshWindows } from '../../../domain/sdk-refresh/refresh-windows.ts';
import { parseInstant } from '../../../domain/time/instant.ts';
import type { JsonObject } from '../../document/json-object.ts';
import type { CheckAttempt } from '../check-attempt.ts';
import type { Exchange } from '../exchanges/prober.ts';

const WHOLE_SECONDS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** With a larger offset, `Date` is wrong. SDKs use the clock of the host, so they see expired credentials. */
const MAX_CORRECTED_OFFSET: Seconds = 24 * 3600;

/** The time of the endpoint when it responded, by its `Date` header, else by the host's clock. */
export function getEndpointTime({ response, startedAt }: Exchange): Instant {
  const { receivedAt = startedAt, clockOffset = null } = response ?? {};
  const isCredible = Math.abs(clockOffset ?? 0) <= MAX_CORRECTED_OFFSET;
  return isCredible ? correctTime({ observedAt: receivedAt, clockOffset }) : receivedAt;
}

/** Remaining validity when the document was read, rounded down. Null if the document states no time. */
export function computeRemaining(document: JsonObject, exchange: Exchange): Seconds | null {
  const expiration = parseField(document, 'Expiration');
  return expiration === null ? null : Math.floor((expiration.instant - getEndpointTime(exchange)) / 1000);
}

export const parseField = (document: JsonObject, field: string) => {
  const value = document[field];
  return typeof value === 'string' ? parseInstant(value) : null;
};

/**
 * Fails if a field is not in the form `2026-11-22T06:23:11Z`.
 * @param effects replaces the usual effects of the check
 */
export function judgeInstantFormat(
  attempt: CheckAttempt,
  document: JsonObject,
  field: string,
  exchange: Exchange,
  effects: readonly ClientEffect[] | undefined,
): void {
  const value = document[field];
  if (typeof value === 'string' && WHOLE_SECONDS.test(value) && parseInstant(value) !== null) return;
  const shown = typeof value === 'string' ? attempt.quote(value) : null;
  attempt.fail(
    { code: 'UNEXPECTED_FIELD', field, value: shown, expected: 'instant-in-seconds' },
    exchange,
    effects,
  );
}

/** botocore parses exactly one form. JavaScript never refreshes credentials whose expiration is not a date. */
export function judgeExpirationFormat(attempt: CheckAttempt, document: JsonObject, exchange: Exchange): void {
  judgeInstantFormat(attempt, document, 'Expiration', exchange, chooseExpirationEffects(document));
}

function chooseExpirationEffects(document: JsonObject): readonly ClientEffect[] | undefined {
  const parsed = parseField(document, 'Expiration');
  if (parsed === null) {
    return [
      affects('no-credentials', 'botocore', 'go', 'go-1', 'rust'),
      affects('never-refreshes', 'javascript'),
    ];
  }
  // Go and Rust require a zone. JavaScript reads the time in the zone of the host.
  if (parsed.zoneless)
    return [affects('no-credentials', 'go', 'go-1', 'rust'), affects('uses-expired', 'javascript')];
  return undefined;
}

/** Fails if the remaining validity lies in the refresh window of an SDK. */
export function judgeRemainingValidity(
  attempt: CheckAttempt,
  remaining: Seconds,
  exchange: Exchange,
  kind: EndpointKind,
): void {
  const windows = findRefreshWindows(remaining, kind);
  if (windows.length === 0) return;
  attempt.fail(
    { code: 'VALIDITY_TOO_SHORT', remainingSeconds: remaining, windows },
    exchange,
    toValidityEffects(windows),
  );
}
