import type { Instant, SeriesIdentity } from '../../../domain/model.ts';
import type { LocalTimeConverter } from '../time-zone.ts';

export interface AssemblerOptions {
  /** The series of the samples. A role in a document replaces an empty one. */
  identity: SeriesIdentity;
  /** Whether the user named the source. Otherwise the form of a document shows it. */
  isSourceGiven?: boolean;
  convert: LocalTimeConverter;
  /** Whether the user named the zone of the timestamps. */
  isZoneGiven: boolean;
  /** When the file was written, for a document without a timestamp. Null if that time is not to be used. */
  fileTime: Instant | null;
  /** When the file was written, for timestamps without a year in a file without documents. */
  writtenAt?: Instant | null;
}
