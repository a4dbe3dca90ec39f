import { expect, test } from 'vitest';
import type { JudgedOnceNote } from '../../../../src/domain/judged-job.ts';
import { describeJudgedOnceNote } from '../../../../src/report/messages/judged-job/judged-job.ts';

const judged = {
  subject: { kind: 'process', pid: 4711, name: 'python3' },
  judgedAt: Date.UTC(2026, 0, 1),
  elapsedSeconds: 4 * 3600,
  durationSeconds: 4 * 3600,
} as const;

test.each<[JudgedOnceNote, string]>([
  [
    { code: 'ALREADY_JUDGED', ...judged },
    'not judged again: process 4711 (python3) was judged at 2026-01-01 00:00:00Z',
  ],
  [
    {
      code: 'ALREADY_JUDGED',
      ...judged,
      subject: { kind: 'run', job: 'nightly' },
      elapsedSeconds: 4 * 3600 + 1,
    },
    "not judged again: this run of 'nightly' was judged at 2026-01-01 00:00:00Z; it has run for 4h 00m 01s since then, longer than its duration of 4h",
  ],
  [
    { code: 'JUDGED_TOO_LONG_AGO', ...judged },
    'judged again: process 4711 (python3) was judged at 2026-01-01 00:00:00Z, and has run for more than twice its duration of 4h since then',
  ],
  [{ code: 'JUDGEMENT_NOT_STORED' }, 'every call judges the job, because the database cannot be written'],
  [
    { code: 'CALLER_UNKNOWN' },
    'every call judges the job, because the process that called this program could not be identified',
  ],
  [
    { code: 'RUN_NOT_FOUND', job: 'nightly' },
    "every call judges the job, because this process belongs to no run of 'nightly'",
  ],
])('%j is explained', (note, message) => {
  const { hint, message: text } = describeJudgedOnceNote(note);
  expect(text).toBe(message);
  expect(hint === undefined).toBe(note.code === 'ALREADY_JUDGED');
});
