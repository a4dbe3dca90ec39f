import { DEFAULT_ROLE_SESSION } from './aws-limits.ts';
import type { Instant, Seconds } from './model.ts';
import type { PollNote } from './poll-note.ts';

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
