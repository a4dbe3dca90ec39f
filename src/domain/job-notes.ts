import { DEFAULT_ROLE_SESSION } from './aws-limits.ts';
import type { PollNote, PollNoteCode } from './poll-note.ts';
import { isSessionLimit } from './session-facts.ts';
import type { NowJudgement } from './verdict/now-verdict.ts';

/** These notes only say what to do if the credentials do not outlive the job. */
const ONLY_IF_UNSAFE: ReadonlySet<PollNoteCode> = new Set(['CONTAINER_OF_BUILD', 'KEYS_OF_LAMBDA']);

/** What {@link selectJobNotes} needs of a judgement. */
type StartedJob = Pick<NowJudgement, 'job' | 'judgedAt' | 'remaining' | 'verdict'>;

/**
 * The notes of a poll that matter for a job: limits of a session only for a job that needs more, and a token that ends
 * before the job does.
 * @param started null if no job is judged
 */
export function selectJobNotes(notes: readonly PollNote[], started: StartedJob | null): PollNote[] {
  return notes.flatMap((note): PollNote[] => {
    if (ONLY_IF_UNSAFE.has(note.code)) return started?.verdict === 'safe' ? [] : [note];
    if (isSessionLimit(note.code)) return started !== null && isTooShort(started) ? [note] : [];
    if (started === null || note.code !== 'SSO_TOKEN_EXPIRES' || note.isRenewable) return [note];
    const jobEndsAt = started.judgedAt + started.job.duration * 1000;
    const { expiresAt } = note;
    return expiresAt < jobEndsAt ? [{ code: 'SSO_TOKEN_ENDS_BEFORE_JOB', expiresAt, jobEndsAt }] : [note];
  });
}

/** Without credentials, assumes a session slightly shorter than AWS's default. */
const isTooShort = ({ job, remaining }: StartedJob): boolean =>
  job.duration + job.margin > (remaining ?? DEFAULT_ROLE_SESSION - 1);
