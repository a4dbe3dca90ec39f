import type { JudgedOnceNote, JudgedSubject } from '../../../domain/judged-job.ts';
import { formatDuration as duration } from '../../../domain/time/duration.ts';
import { formatTimestamp } from '../../text/format-values.ts';

const EVERY_CALL = 'every call judges the job, because';

/** What `env --judge once-per-job` says about its judgement. */
export function describeJudgedOnceNote(note: JudgedOnceNote): { message: string; hint?: string } {
  switch (note.code) {
    case 'ALREADY_JUDGED': {
      const { subject, judgedAt, elapsedSeconds: elapsed, durationSeconds } = note;
      const overrun =
        elapsed > durationSeconds
          ? `; it has run for ${duration(elapsed)} since then, longer than its duration of ${duration(durationSeconds)}`
          : '';
      return {
        message: `not judged again: ${describeSubject(subject)} was judged at ${formatTimestamp(judgedAt)}${overrun}`,
      };
    }
    case 'JUDGED_TOO_LONG_AGO':
      return {
        message: `judged again: ${describeSubject(note.subject)} was judged at ${formatTimestamp(note.judgedAt)}, and has run for more than twice its duration of ${duration(note.durationSeconds)} since then`,
        hint: 'give a longer -j; if the process runs several jobs, start each with `cred-watch exec --job NAME`',
      };
    case 'JUDGEMENT_NOT_STORED':
      return {
        message: `${EVERY_CALL} the database cannot be written`,
        hint: 'name a database that this user can write, with --db FILE',
      };
    case 'CALLER_UNKNOWN':
      return {
        message: `${EVERY_CALL} the process that called this program could not be identified`,
        hint: 'make /proc show the processes of this user; on Windows, use `cred-watch exec` instead',
      };
    case 'RUN_NOT_FOUND':
      return {
        message: `${EVERY_CALL} this process belongs to no run of '${note.job}'`,
        hint: `start the job with \`cred-watch exec --job ${note.job} -- …\`, with the same database`,
      };
  }
}

const describeSubject = (subject: JudgedSubject) =>
  subject.kind === 'process' ? `process ${subject.pid} (${subject.name})` : `this run of '${subject.job}'`;
