import { DEFAULT_ROLE_SESSION } from './aws-limits.ts';
import type { Instant, Seconds } from './model.ts';
import type { PollNote, PollNoteCode } from './poll-note.ts';
import type { NowJudgement } from './verdict/now-verdict.ts';

/** These notes only say what to do if the credentials do not outlive the job. */
const ONLY_IF_UNSAFE: ReadonlySet<PollNoteCode> = new Set(['CONTAINER_OF_BUILD', 'KEYS_OF_LAMBDA']);

/** The notes without those that a safe start makes superfluous. */
export const selectVerdictNotes = (
  notes: readonly PollNote[],
  verdict: NowJudgement['verdict'],
): PollNote[] => notes.filter(({ code }) => verdict !== 'safe' || !ONLY_IF_UNSAFE.has(code));

/**
 * The notes of a poll that matter for a job: limits of a session only for a job that is longer, and a token that ends
 * before the job does.
 * @param job null if there is none, or if its duration is unknown
 */
export function selectJobNotes(
  notes: readonly PollNote[],
  job: { duration: Seconds; margin: Seconds } | null,
  now: Instant,
): PollNote[] {
  const required = job === null ? 0 : job.duration + job.margin;
  return notes.flatMap((note): PollNote[] => {
    if (note.code === 'ROLE_CHAIN_CAPPED' || note.code === 'DURATION_NOT_SET') {
      return required > DEFAULT_ROLE_SESSION ? [note] : [];
    }
    if (job === null || note.code !== 'SSO_TOKEN_EXPIRES' || note.isRenewable) return [note];
    const jobEndsAt = now + job.duration * 1000;
    const { expiresAt } = note;
    return expiresAt < jobEndsAt ? [{ code: 'SSO_TOKEN_ENDS_BEFORE_JOB', expiresAt, jobEndsAt }] : [note];
  });
}
