import { compareText } from '../../domain/lists.ts';
import { getRecordedGeneration } from '../../domain/measurement/columns/generation-columns.ts';
import { getGenerationKey } from '../../domain/measurement/generations.ts';
import type { LoadedHistories, LoadedSeries } from '../../remote/loaded-histories.ts';
import type { ArchiveRecord, GenerationRecord } from '../../store/archive/record.ts';

/**
 * Yields the records of an export of a database without samples. They are those of a database whose samples are all
 * pruned, so an import of them gives the same reports. Failed polls are stored per day, so no record has them.
 */
export function* listLoadedRecords(histories: LoadedHistories): Generator<ArchiveRecord> {
  for (const series of histories.series) yield* listGenerations(series);
  for (const each of histories.allJobRuns) yield { record: 'job_run', ...each };
}

function* listGenerations({ identity, generations }: LoadedSeries): Generator<GenerationRecord> {
  const all = Array.from({ length: generations.count }, (_, index) =>
    getRecordedGeneration(generations, index),
  );
  const ordered = all.sort(
    (a, b) => a.firstSeen - b.firstSeen || compareText(getGenerationKey(a), getGenerationKey(b)),
  );
  for (const generation of ordered) {
    // All samples are earlier than this time.
    const prunedUntil = generation.lastSeen + 1;
    yield { record: 'generation', identity, generation, earlierSampleCount: generation.samples, prunedUntil };
  }
}
