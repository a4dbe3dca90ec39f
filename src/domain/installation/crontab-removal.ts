import { CRON_COMMENT, isWrittenCronLine } from './cron-line.ts';
import { findCronPolls, parseCrontab } from './crontab.ts';
import type { KeptSchedule, WrittenSchedule } from './removal.ts';

type WrittenLine = Extract<WrittenSchedule, { kind: 'cron' }>;
type KeptLine = Extract<KeptSchedule, { kind: 'cron' }>;

export interface CrontabRemoval {
  /** The lines of `init`, with their index in the crontab. The comment is directly above. */
  written: readonly (WrittenLine & { index: number })[];
  /** Other lines that poll. */
  kept: readonly KeptLine[];
}

/** @param selected the database whose lines are removed. Null: the lines of each database */
export function findCrontabRemoval(text: string, selected: string | null): CrontabRemoval {
  const written: (WrittenLine & { index: number })[] = [];
  const kept: KeptLine[] = [];
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    const [entry] = findCronPolls(parseCrontab(line, { hasUser: false }));
    if (entry === undefined) continue;
    const isBelowComment = lines[index - 1]?.trim() === CRON_COMMENT;
    const isWritten = isWrittenCronLine(line) && lines[index - 1] === CRON_COMMENT;
    const database = entry.poll.flags.get('--db') ?? '';
    if (!isWritten) kept.push({ kind: 'cron', reason: isBelowComment ? 'edited' : 'foreign', line });
    else if (selected !== null && database !== selected)
      kept.push({ kind: 'cron', reason: 'other-database', line });
    else written.push({ kind: 'cron', line, database, index });
  }
  return { written, kept };
}

/** The lines of a crontab without the lines at these indices and without the comments above them. */
export const removeCronLines = (
  lines: readonly string[],
  written: readonly { index: number }[],
): readonly string[] => {
  const removed = new Set(written.flatMap(({ index }) => [index - 1, index]));
  return lines.filter((_, index) => !removed.has(index));
};
