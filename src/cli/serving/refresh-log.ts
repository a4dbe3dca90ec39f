import { selectJobNotes } from '../../domain/job-notes.ts';
import { NOTABLE_CLOCK_OFFSET } from '../../domain/measurement/clock-correction.ts';
import { CORRECT_CLOCK_HINT, describeClockSkewNow } from '../../report/messages/now.ts';
import { describeFailedRefresh, describeRefresh } from '../../report/messages/serving/refreshes.ts';
import { formatFailedRefreshJson, formatRefreshJson } from '../../report/serving/events.ts';
import type { RefreshCounts } from '../../report/serving/summary.ts';
import type { RecordedPoll } from '../../watch/poll-once.ts';
import type { TextOrJson } from '../flags/shared-flags.ts';
import type { Io } from '../process/io.ts';
import { createPollNotePrinter, printError, printNote, printWarning } from '../process/messages.ts';
import type { SourceRole } from './source-role.ts';

const PRINT = { note: printNote, warning: printWarning, error: printError };

/** Writes a line for each refresh and for each failed one. */
export function createRefreshLog(format: TextOrJson, write: (line: string) => void, io: Io) {
  const counts: RefreshCounts = { refreshes: 0, failures: 0 };
  const lastKeys = new Map<SourceRole, string>();
  const printNotes = createPollNotePrinter(io);
  /** Returns false if the source still returns the same credentials. */
  const isNewKey = (role: SourceRole): boolean => {
    const { key } = role.getFacts();
    if (key === null || lastKeys.get(role) === key.accessKeyId) return false;
    lastKeys.set(role, key.accessKeyId);
    return true;
  };
  return {
    counts,
    /** Call after the first poll. */
    noteFirst: async (role: SourceRole, { outcome }: RecordedPoll): Promise<void> => {
      isNewKey(role);
      const offset = outcome.clockOffset ?? 0;
      if (Math.abs(offset) > NOTABLE_CLOCK_OFFSET)
        await printNote(io, describeClockSkewNow(offset), CORRECT_CLOCK_HINT);
      await printNotes(selectJobNotes(outcome.notes, null));
    },
    /** Call after each later poll. */
    onPoll(role: SourceRole, { outcome }: RecordedPoll): void {
      void printNotes(selectJobNotes(outcome.notes, null));
      const [facts, now] = [role.getFacts(), role.getNow()];
      if (outcome.ok) {
        if (!isNewKey(role)) return;
        counts.refreshes += 1;
        write(format === 'json' ? formatRefreshJson(facts, now) : describeRefresh(facts, now));
        return;
      }
      counts.failures += 1;
      if (format === 'json') write(formatFailedRefreshJson(facts, outcome, now));
      const { level, message, hint } = describeFailedRefresh(facts, outcome, now);
      void PRINT[level](io, message, hint);
    },
  };
}

export type RefreshLog = ReturnType<typeof createRefreshLog>;
