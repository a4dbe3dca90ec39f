import type { Instant, SeriesIdentity } from '../../domain/model.ts';
import type { WriteResult } from '../contract.ts';
import type { SampleStore } from '../sample-store.ts';
import { DOCUMENT_FORMS } from './documents/forms.ts';
import { FingerprintCollector, type LogFingerprint } from './log-copies.ts';
import { type ReadSummary, readRecords } from './reader.ts';
import type { ImportStage } from './stage.ts';
import type { LocalTimeConverter } from './time-zone.ts';

export interface ImportFile {
  name: string;
  chunks: AsyncIterable<Uint8Array>;
  /** The series of a log. An export names the series in every record. */
  identity: SeriesIdentity;
  /** See {@link AssemblerOptions.isSourceGiven}. */
  isSourceGiven?: boolean;
  /** When the file was written, for a document without a timestamp. Null if that time is not to be used. */
  fileTime: Instant | null;
  /** When the file was written, for timestamps without a year in a file without documents. */
  writtenAt?: Instant | null;
}

export interface StagedFile extends ReadSummary {
  name: string;
  records: number;
  /** The number of lines that should be samples, but are not readable. */
  badLines: number;
  /** Whether every record comes from our own export or poll, so that it states its series. */
  isOwn: boolean;
  /** Find the log in the database, one per series. */
  fingerprints: readonly LogFingerprint[];
}

interface StageOptions {
  convert: LocalTimeConverter;
  /** Whether the user named the time zone. */
  isZoneGiven: boolean;
  onProgress: (lines: number) => void;
}

const OWN_FORMS: ReadonlySet<string> = new Set([DOCUMENT_FORMS.export.name, DOCUMENT_FORMS.poll.name]);

/**
 * Reads a file into the stage. The database does not change.
 * @throws CredWatchError for a compression that cannot be read
 */
export async function stageFile(
  stage: ImportStage,
  file: ImportFile,
  { convert, isZoneGiven, onProgress }: StageOptions,
): Promise<StagedFile> {
  const { name, chunks, identity, isSourceGiven = false, fileTime, writtenAt = null } = file;
  let count = 0;
  const collector = new FingerprintCollector();
  const options = { identity, isSourceGiven, convert, isZoneGiven, fileTime, writtenAt };
  const summary = await readRecords(chunks, name, options, (records, lines) => {
    stage.add(records);
    collector.add(records);
    count += records.length;
    onProgress(lines);
  });
  const badLines = summary.skipped.reduce((sum, each) => sum + (each.isBad ? each.count : 0), 0);
  const { forms } = summary.content;
  const isOwn = forms.length > 0 && forms.every((form) => OWN_FORMS.has(form));
  return { ...summary, name, records: count, badLines, isOwn, fingerprints: collector.fingerprints };
}

/** Records per transaction. Pollers wait for one transaction at most, which is two seconds. */
const MAX_TOGETHER = 1_000_000;

/**
 * Copies the staged records into the database: all or none of them, or several transactions for more than a million.
 */
export async function writeStagedRecords(
  stage: ImportStage,
  store: SampleStore,
  onProgress: (written: number) => void,
): Promise<WriteResult> {
  if (stage.count <= MAX_TOGETHER) return store.writeBatches(stage.batches(), onProgress);
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
