import type { ArchiveRecord } from '../archive/record.ts';
import { decompress } from './lines/compression.ts';
import { decodeLines } from './lines/decode-lines.ts';
import { Assembler } from './stream/assembler.ts';
import type { AssemblerOptions } from './stream/assembler-options.ts';
import type { RecognisedContent } from './stream/content-counter.ts';
import { LineReader } from './stream/line-reader.ts';
import type { SkippedLines } from './stream/skipped-lines.ts';
import type { SuspectedZone, ZoneConflict } from './zone-check.ts';

/** What was read from a file. */
export interface ReadSummary {
  /** The number of lines. */
  lines: number;
  /** Whether the file has only white space. */
  isEmpty: boolean;
  content: RecognisedContent;
  skipped: readonly SkippedLines[];
  conflict: ZoneConflict | null;
  /** The number of samples whose times have no zone, and were read in the zone of the import. */
  zonelessSamples: number;
  /** If times without a zone are UTC, they are probably wrong. */
  suspectedZone: SuspectedZone | null;
}

/**
 * Reads a log or an export of any form.
 * @param onRecords called with the records of some lines, and the number of the last line
 * @throws CredWatchError for a compression that cannot be read
 */
export async function readRecords(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
  options: AssemblerOptions,
  onRecords: (records: ArchiveRecord[], lines: number) => void,
): Promise<ReadSummary> {
  const assembler = new Assembler(options);
  const reader = new LineReader(assembler);
  let lineCount = 0;
  let isEmpty = true;
  for await (const { lines, ends, firstNumber, tooLong } of decodeLines(decompress(chunks, name))) {
    for (const [index, line] of lines.entries()) {
      if (ends !== null) reader.lineEnd = ends[index] ?? '\n';
      reader.readLine(line, firstNumber + index);
    }
    for (const number of tooLong) assembler.skipped.add('line that is longer than 16 MiB', number, true);
    isEmpty &&= tooLong.length === 0 && lines.every((line) => line.trim() === '');
    lineCount = firstNumber + lines.length - 1;
    onRecords(assembler.takeRecords(), lineCount);
  }
  reader.finish(lineCount);
  assembler.finish();
  onRecords(assembler.takeRecords(), lineCount);
  return {
    lines: lineCount,
    isEmpty,
    content: assembler.counter.content,
    skipped: assembler.skipped.list(),
    conflict: assembler.zoneCheck.findConflict(),
    zonelessSamples: assembler.zoneCheck.sampleCount,
    suspectedZone: assembler.zoneCheck.findSuspectedZone(),
  };
}
