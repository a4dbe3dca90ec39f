import { type Instant, SESSION_LIMITS, type SessionFacts } from './model.ts';
import type { PollNote, PollNoteCode } from './poll-note.ts';

type SessionLimit = (typeof SESSION_LIMITS)[number];

export const isSessionLimit = (code: PollNoteCode): code is SessionLimit =>
  SESSION_LIMITS.some((limit) => limit === code);

/** What a poll noted about the session whose credentials it got. Null if it noted nothing. */
export function readSessionFacts(notes: readonly PollNote[]): SessionFacts | null {
  let limit: SessionFacts['limit'] = null;
  let tokenExpiresAt: Instant | null = null;
  for (const note of notes) {
    if (isSessionLimit(note.code)) limit = note.code;
    // The AWS CLI and SDKs renew other tokens.
    const isToken = note.code === 'SSO_TOKEN_EXPIRES' || note.code === 'SSO_TOKEN_EXPIRED';
    if (isToken && !note.isRenewable) tokenExpiresAt = note.expiresAt;
  }
  return limit === null && tokenExpiresAt === null ? null : { limit, tokenExpiresAt };
}

/** The notes of the poll that stored these facts, as a poll now would make them. */
export function listSessionNotes(facts: SessionFacts | null, now: Instant): PollNote[] {
  if (facts === null) return [];
  const { limit, tokenExpiresAt } = facts;
  const notes: PollNote[] = limit === null ? [] : [{ code: limit }];
  if (tokenExpiresAt === null) return notes;
  const code = tokenExpiresAt > now ? 'SSO_TOKEN_EXPIRES' : 'SSO_TOKEN_EXPIRED';
  return [...notes, { code, expiresAt: tokenExpiresAt, isRenewable: false }];
}
