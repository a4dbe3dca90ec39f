import { describe, expect, test } from 'vitest';
import { answerKey, findWorstStatus, type KeySighting } from '../../../src/domain/keys/key-answer.ts';
import type { PresignedUrl } from '../../../src/domain/keys/presigned-url.ts';

const NOW = Date.parse('2026-11-29T12:00:00Z');
const HOUR = 3_600_000;
const KEY = 'ASIAQNZGKIQY56JQ7WML';
const LONG_LIVED = 'AKIASP2TPHJSQH3FJXYZ';

const sighting = (expiration: number, more: Partial<KeySighting> = {}): KeySighting => ({
  identity: { host: 'i-0abc', source: 'imds', apiVersion: '2', role: 'loader' },
  accessKeyId: KEY,
  issuedAt: NOW - HOUR,
  firstSeen: NOW - HOUR,
  lastSeen: NOW,
  sampleCount: 2,
  expiration,
  replacement: null,
  clockOffset: null,
  issuedAhead: null,
  now: NOW,
  ...more,
});

const url = (duration: number | null, more: Partial<PresignedUrl> = {}): PresignedUrl => ({
  signatureVersion: 4,
  accessKeyId: KEY,
  address: 'https://bucket.s3.amazonaws.com/k',
  region: 'eu-west-1',
  service: 's3',
  signedAt: NOW - HOUR,
  duration,
  requestedUntil: duration === null ? null : NOW - HOUR + duration * 1000,
  hasSessionToken: true,
  hasSignature: true,
  ...more,
});

const answer = (
  sightings: readonly KeySighting[],
  presigned: PresignedUrl | null = null,
  accessKeyId = KEY,
  now = NOW,
) => answerKey({ accessKeyId, url: presigned }, sightings, now);

describe('a key', () => {
  test('a known key works until its expiration', () => {
    expect(answer([sighting(NOW + HOUR)])).toMatchObject({
      status: 'valid',
      worksUntil: NOW + HOUR,
      remaining: 3600,
      limitedBy: null,
      notes: [],
    });
  });

  test('a key that has expired by a clock of the host that is ahead has a note', () => {
    const notes = (clockOffset: number | null, expiredMinutesAgo = 60) =>
      answer([sighting(NOW - expiredMinutesAgo * 60_000, { clockOffset })]).notes;
    expect(notes(7 * 3600)).toEqual(['HOST_CLOCK_AHEAD']);
    expect(answer([sighting(NOW - HOUR, { clockOffset: 7 * 3600 })]).status).toBe('expired');
    // Also expired by AWS's clock, or the clock is right.
    expect(notes(7 * 3600, 7 * 60)).toEqual([]);
    expect(notes(200, 1)).toEqual([]);
    expect(notes(-7 * 3600)).toEqual([]);
    expect(notes(null)).toEqual([]);
  });

  test('a masked key can have been seen in more series than a call has arguments', () => {
    const many = Array.from({ length: 200_000 }, (_, index) => sighting(NOW + HOUR + index));
    expect(answer(many)).toMatchObject({ worksAtMostUntil: NOW + HOUR, judgedAt: NOW });
  });

  test('a key has expired at its expiration, not after it', () => {
    expect(answer([sighting(NOW + 1)]).status).toBe('valid');
    expect(answer([sighting(NOW)]).status).toBe('expired');
  });

  test('of several series, the smallest expiration counts', () => {
    expect(answer([sighting(NOW + 2 * HOUR), sighting(NOW + HOUR)]).worksUntil).toBe(NOW + HOUR);
  });

  test('the later clock counts', () => {
    const late = sighting(NOW + HOUR, { now: NOW + 2 * HOUR });
    expect(answer([late])).toMatchObject({ status: 'expired', judgedAt: NOW + 2 * HOUR });
    const early = sighting(NOW + HOUR, { now: NOW - 2 * HOUR });
    expect(answer([early])).toMatchObject({ status: 'valid', judgedAt: NOW });
  });

  test.each([
    ['a temporary key', KEY, ['NOT_IN_DATABASE']],
    ['a long-lived key', LONG_LIVED, ['LONG_LIVED']],
    ['the id of a role', 'AROAQNZGKIQY56JQ7WML', ['NOT_A_KEY']],
    ['a key of another server', 'minioadmin', ['NOT_IN_DATABASE']],
    ['a key that lacks two characters', KEY.slice(0, 18), ['UNUSUAL_LENGTH', 'NOT_IN_DATABASE']],
    ['a masked key', `ASIA\u2026${KEY.slice(-4)}`, ['NOT_IN_DATABASE']],
  ])('the end of %s without samples is unknown', (_, keyId, notes) => {
    expect(answer([], null, keyId)).toMatchObject({ status: 'unknown', worksUntil: null, notes });
  });

  test('a key id of another form is shown as its digest', () => {
    expect(answer([], null, 'minioadmin').accessKeyId).toMatch(/^sha256:[\da-f]{16}$/);
  });
});

describe('a masked key id', () => {
  test('is shown with the usual character', () => {
    expect(answer([], null, 'ASIA...7WML').accessKeyId).toBe('ASIA…7WML');
  });

  const OTHER = 'ASIAVJ2E6QGR2WZI7WML';
  test.each([
    ['all valid', NOW + HOUR, NOW + 2 * HOUR, 'valid'],
    ['all expired', NOW - HOUR, NOW, 'expired'],
    ['some expired', NOW - HOUR, NOW + HOUR, 'unknown'],
  ] as const)('several keys, %s', (_, first, second, status) => {
    const found = [sighting(first), sighting(second, { accessKeyId: OTHER })];
    expect(answer(found, null, 'ASIA…7WML')).toMatchObject({
      status,
      worksUntil: null,
      accountId: null,
      notes: ['SEVERAL_KEYS'],
    });
  });

  test('the account comes from the only key', () => {
    expect(answer([sighting(NOW + HOUR)], null, 'ASIA…7WML').accountId).toBe('029608264753');
  });
});

describe('a presigned URL', () => {
  test('works until the end of its duration if the key lasts longer', () => {
    expect(answer([sighting(NOW + 5 * HOUR)], url(7200))).toMatchObject({
      status: 'valid',
      worksUntil: NOW + HOUR,
      limitedBy: 'requested-duration',
    });
  });

  test('works until the expiration of its key if the duration is longer', () => {
    expect(answer([sighting(NOW + HOUR)], url(604_800))).toMatchObject({
      status: 'valid',
      worksUntil: NOW + HOUR,
      limitedBy: 'key-expiration',
    });
  });

  test('without its key, it works at most for its duration', () => {
    expect(answer([], url(7200))).toMatchObject({
      status: 'unknown',
      worksUntil: null,
      worksAtMostUntil: NOW + HOUR,
    });
  });

  test('without its temporary key, it works for at most 36 hours after it was signed', () => {
    expect(answer([], url(604_800)).worksAtMostUntil).toBe(NOW + 35 * HOUR);
    expect(answer([], url(604_800), KEY, NOW + 35 * HOUR).status).toBe('expired');
    expect(answer([], url(null))).toMatchObject({ status: 'unknown', worksAtMostUntil: NOW + 35 * HOUR });
    const longLived = url(604_800, { accessKeyId: LONG_LIVED, hasSessionToken: false });
    expect(answer([], longLived, LONG_LIVED).worksUntil).toBe(NOW + 167 * HOUR);
  });

  test('without its key, it has certainly expired after its duration', () => {
    expect(answer([], url(3600)).status).toBe('expired');
  });

  test('without its end, it has certainly expired with its key', () => {
    expect(answer([sighting(NOW)], url(null))).toMatchObject({
      status: 'expired',
      notes: ['URL_INCOMPLETE'],
    });
    expect(answer([sighting(NOW + HOUR)], url(null)).status).toBe('unknown');
  });

  test('with a long-lived key, it works for its duration', () => {
    const signed = url(7200, { accessKeyId: LONG_LIVED, hasSessionToken: false });
    expect(answer([], signed, LONG_LIVED)).toMatchObject({ status: 'valid', worksUntil: NOW + HOUR });
  });

  test.each([
    ['for more than seven days', url(604_801), 'DURATION_TOO_LONG'],
    [
      'with a temporary key and no session token',
      url(7200, { hasSessionToken: false }),
      'SESSION_TOKEN_MISSING',
    ],
    ['signed 16 minutes in the future', url(7200, { signedAt: NOW + 960_000 }), 'SIGNED_IN_FUTURE'],
  ])('%s, it is rejected', (_, presigned, note) => {
    expect(answer([sighting(NOW + HOUR)], presigned)).toMatchObject({ status: 'rejected', notes: [note] });
  });

  test.each([
    ['for seven days', url(604_800)],
    ['signed 15 minutes in the future', url(7200, { signedAt: NOW + 900_000 })],
    // The end of the text is missing, and the token may have been there.
    ['without a signature and a session token', url(7200, { hasSessionToken: false, hasSignature: false })],
  ])('%s, it is accepted', (_, presigned) => {
    expect(answer([sighting(NOW + HOUR)], presigned).status).toBe('valid');
  });
});

test('the worst status of several answers counts', () => {
  const valid = answer([sighting(NOW + HOUR)]);
  const expired = answer([sighting(NOW)]);
  const unknown = answer([]);
  expect(findWorstStatus([valid, unknown, expired])).toBe('expired');
  expect(findWorstStatus([valid, unknown])).toBe('unknown');
  expect(findWorstStatus([valid])).toBe('valid');
  expect(findWorstStatus([])).toBe('unknown');
});
