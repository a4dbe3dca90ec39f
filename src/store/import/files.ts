import type { SeriesIdentity } from '../../domain/model.ts';
import type { WriteResult } from '../contract.ts';
import type { SampleStore } from '../sample-store.ts';
import { type FileKind, readRecords } from './reader.ts';
import type { ImportStage } from './stage.ts';
import type { BadLine } from './text-lines.ts';
import { type LocalTimeConverter, ZoneCheck, type ZoneConflict } from './time-zone.ts';

export interface ImportFile {
  name: string;
  chunks: AsyncIterable<Uint8Array>;
  /** The series of a log. An export names the series in every record. */
  identity: SeriesIdentity;
}

export interface StagedFile {
  name: string;
  kind: FileKind;
  lines: number;
  records: number;
  badLines: number;
  conflict: ZoneConflict | null;
}

interface StageOptions {
  toInstant: LocalTimeConverter;
  onBadLine: (badLine: BadLine) => void;
  onProgress: (lines: number) => void;
}

/**
 * Reads a file into the stage. The database does not change.
 * @throws CredWatchError if the file has no known format
 */
export async function stageFile(
  stage: ImportStage,
  file: ImportFile,
  options: StageOptions,
): Promise<StagedFile> {
  const { name, chunks, identity } = file;
  const { kind, batches } = await readRecords(chunks, name, { identity, toInstant: options.toInstant });
  const check = kind === 'log' ? new ZoneCheck() : null;
  const staged = { name, kind, lines: 0, records: 0, badLines: 0 };
  for await (const { records, badLines, linesRead } of batches) {
    stage.add(records);
    for (const each of records) if (each.record === 'sample') check?.add(each.sample);
    for (const badLine of badLines) options.onBadLine(badLine);
    staged.lines = Math.max(staged.lines, linesRead);
    staged.records += records.length;
    staged.badLines += badLines.length;
    options.onProgress(staged.lines);
  }
  return { ...staged, conflict: check?.findConflict() ?? null };
}

/** Copies the staged records into the database. Pollers can write between two batches. */
export async function writeStagedRecords(
  stage: ImportStage,
  store: SampleStore,
  onProgress: (written: number) => void,
): Promise<WriteResult> {
  const total = { added: 0, known: 0 };
  for (const batch of stage.batches()) {
    const { added, known } = store.writeRecords(batch);
    total.added += added;
    total.known += known;
    onProgress(total.added + total.known);
    await new Promise(setImmediate);
  }
  return total;
}
