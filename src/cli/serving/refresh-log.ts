import { selectJobNotes } from '../../domain/job-notes.ts';
import { NOTABLE_CLOCK_OFFSET } from '../../domain/measurement/clock-correction.ts';
import type { ServedRoleFacts } from '../../domain/serving/served-role-facts.ts';
import {
  describeFailedRefresh,
  describeOtherRole,
  describeRefresh,
} from '../../report/messages/serving/refreshes.ts';
import { CORRECT_CLOCK_HINT, describeClockSkewNow } from '../../report/messages/start-check/host-clock.ts';
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
  const lastKeys = new Map<SourceRole, ServedRoleFacts>();
  const lastFailures = new Map<SourceRole, string>();
  /** Failures in a row. */
  const failureCounts = new Map<SourceRole, number>();
  const printNotes = createPollNotePrinter(io);
  /** Returns false if the source still returns the same credentials. */
  const isNewKey = (role: SourceRole): boolean => {
    const facts = role.getFacts();
    const last = lastKeys.get(role) ?? null;
    if (facts.key === null || last?.key?.accessKeyId === facts.key.accessKeyId) return false;
    lastKeys.set(role, facts);
    const change = last && describeOtherRole(last, facts);
    if (change !== null)
      void printWarning(io, change, 'if this change is unexpected, check the profile or the program');
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
        const refresh = { isNewKey: isNewKey(role), failureCount: failureCounts.get(role) ?? 0 };
        lastFailures.delete(role);
        failureCounts.delete(role);
        if (refresh.isNewKey) counts.refreshes += 1;
        else if (refresh.failureCount === 0) return;
        const formatLine = format === 'json' ? formatRefreshJson : describeRefresh;
        write(formatLine(facts, refresh, now));
        return;
      }
      counts.failures += 1;
      failureCounts.set(role, (failureCounts.get(role) ?? 0) + 1);
      if (format === 'json') write(formatFailedRefreshJson(facts, outcome, now));
      const { level, message, hint } = describeFailedRefresh(facts, outcome, now);
      // An outage lasts for hours, with an attempt every minute.
      const failure = [level, outcome.reason, outcome.detail].join('\0');
      if (lastFailures.get(role) === failure) return;
      lastFailures.set(role, failure);
      void PRINT[level](io, message, hint);
    },
  };
}

export type RefreshLog = ReturnType<typeof createRefreshLog>;
