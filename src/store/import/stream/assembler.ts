import type { FailureReason, Instant, SeriesIdentity, SourceName } from '../../../domain/model.ts';
import type { ArchiveRecord } from '../../archive/record.ts';
import type { ColumnRow } from '../documents/column-rows.ts';
import type { LoggedDocument } from '../documents/document.ts';
import type { DocumentForm } from '../documents/forms.ts';
import type { Timestamp } from '../timestamps/timestamp.ts';
import { ZoneCheck } from '../zone-check.ts';
import type { AssemblerOptions } from './assembler-options.ts';
import { ContentCounter } from './content-counter.ts';
import { createSample } from './create-sample.ts';
import { LocalTimes } from './local-times.ts';
import { chooseTimestamp, type ObservationTime, resolveObservationTime } from './observation-time.ts';
import { SkipCounter } from './skipped-lines.ts';
import { UnansweredTimestamps } from './unanswered-timestamps.ts';
import { UndatedRowDetector } from './undated-rows.ts';

/** A failed poll that is not complete yet: its year or the source of its series is unknown. */
interface WaitingFailure {
  reason: FailureReason;
  timestamp: Timestamp | null;
  date: Instant | null;
  line: number;
}

const MAX_WAITING = 10_000;

/** The reason to skip a failed poll without a timestamp. */
export const UNDATED_FAILURE = 'failed poll without a timestamp';

/** Pairs timestamps with documents, and creates records. */
export class Assembler {
  readonly skipped = new SkipCounter();
  readonly counter = new ContentCounter();
  readonly zoneCheck = new ZoneCheck();
  readonly #options: AssemblerOptions;
  readonly #localTimes: LocalTimes;
  readonly #rows = new UndatedRowDetector();
  readonly #unanswered = new UnansweredTimestamps(this.skipped);
  #records: ArchiveRecord[] = [];
  /** The series of the last sample. */
  #identity: SeriesIdentity;
  /** A timestamp on a line of its own that no document has used. */
  #pending: Timestamp | null = null;
  /** The `Date` header of the response whose document comes next. */
  #date: Instant | null = null;
  #hasSample = false;
  #requestedRole: string | null = null;
  /** The source of the last document. Null before the first document. */
  #source: SourceName | null = null;
  /** A time close to the last poll. */
  #reference: Instant | null = null;
  #waiting: WaitingFailure[] = [];
  /** Whether the first document had no timestamp. */
  #isFirstUndated = false;
  #lastUndated: { document: LoggedDocument; line: number } | null = null;

  constructor(options: AssemblerOptions) {
    this.#options = options;
    this.#identity = options.identity;
    this.#localTimes = new LocalTimes(options.convert);
  }

  /** A timestamp on a line of its own that waits for its document. */
  get pending(): Timestamp | null {
    return this.#pending;
  }

  /** Adds the document of a row of columns. */
  addRow(row: ColumnRow, line: number): void {
    this.#rows.add(row);
    this.addDocument(row.document, null, line, 'rows of columns');
  }

  /**
   * Keeps a timestamp for the next document.
   * @param line the number of the line if it has only the timestamp, else null
   */
  setTimestamp(timestamp: Timestamp, line: number | null): void {
    this.#pending = timestamp;
    if (line !== null) this.#unanswered.add(timestamp, line);
  }

  /** Keeps the `Date` header of a response for the next document. */
  setDate(date: Instant): void {
    this.counter.timestamps += 1;
    this.#date = date;
  }

  setRequestedRole(role: string): void {
    this.#requestedRole = role;
  }

  /**
   * @param inline the timestamp on the line of the document
   * @param form the name of the form of the document
   */
  addDocument(document: LoggedDocument, inline: Timestamp | null, line: number, form: DocumentForm): void {
    const { errorCode, invalid, expiration, lastUpdated } = document;
    if (errorCode !== null && expiration === null) {
      const isMissing = errorCode === 'InstanceProfileNotFound';
      const reason = isMissing ? 'instance-profile-not-found' : 'error-document';
      this.addFailure(reason, inline ?? document.timestamp, line);
      return;
    }
    if (invalid !== null || expiration === null) {
      this.skipped.add(invalid ?? 'document without Expiration', line, true);
      this.#forgetTimes(inline ?? document.timestamp);
      return;
    }
    const { timestamp, place } = chooseTimestamp(document.timestamp, inline, this.#pending);
    this.#source = this.#findSource(document);
    this.#reference ??= lastUpdated?.instant ?? expiration.instant;
    this.#flushFailures();
    const reference = lastUpdated?.instant ?? expiration.instant;
    const time = this.#resolve(timestamp, this.#date, reference, lastUpdated?.instant ?? null);
    this.#forgetTimes(timestamp);
    if (time === null) {
      this.#isFirstUndated ||= !this.#hasSample && this.counter.undatedDocuments === 0;
      this.counter.undatedDocuments += 1;
      this.#addUndated(document, line);
      return;
    }
    this.counter.addForm(form);
    if (time.localTime !== null && timestamp !== null) this.counter.addAmbiguousZone(timestamp.ambiguousZone);
    if (timestamp === null) this.counter.addTimestampForm('Date header', '');
    else this.counter.addTimestampForm(timestamp.family, place);
    if (timestamp?.isMinute) this.counter.minuteSamples += 1;
    this.#reference = time.observedAt;
    this.#hasSample = true;
    this.#addSample(document, time);
  }

  /** Adds a failed poll. A failed poll without a timestamp is skipped. */
  addFailure(reason: FailureReason, inline: Timestamp | null, line: number): void {
    const timestamp = inline ?? this.#pending;
    const date = this.#date;
    this.#forgetTimes(timestamp);
    if (timestamp === null && date === null) {
      this.skipped.add(UNDATED_FAILURE, line, false);
      return;
    }
    this.#waiting.push({ reason, timestamp, date, line });
    if (this.#source !== null || this.#waiting.length >= MAX_WAITING) this.#flushFailures();
  }

  /** Adds a record of our own export or poll. */
  addRecord(record: ArchiveRecord, form: DocumentForm): void {
    this.counter.addForm(form);
    this.#add(record);
  }

  /** Call this method after the last line. */
  finish(): void {
    const undated = this.#lastUndated;
    const { fileTime } = this.#options;
    if (undated !== null && fileTime !== null) {
      this.counter.undatedDocuments -= 1;
      this.counter.addTimestampForm('time of the file', '');
      this.#addSample(undated.document, { observedAt: fileTime, clockOffset: null, localTime: null });
    }
    this.#lastUndated = null;
    this.#unanswered.finish();
    this.#flushFailures();
    this.counter.undatedRows = this.#rows.reason;
    this.counter.timestampsFollow = this.#isFirstUndated && this.#pending !== null;
  }

  takeRecords(): ArchiveRecord[] {
    const records = this.#records;
    this.#records = [];
    return records;
  }

  #resolve(
    timestamp: Timestamp | null,
    date: Instant | null,
    reference: Instant | null,
    lastUpdated: Instant | null,
  ): ObservationTime | null {
    const { isZoneGiven } = this.#options;
    return resolveObservationTime(timestamp, date, reference, lastUpdated, this.#localTimes, isZoneGiven);
  }

  /**
   * One timestamp belongs to one document.
   * @param used the timestamp of the document or failed poll. Null: the waiting timestamp, or none
   */
  #forgetTimes(used: Timestamp | null): void {
    this.#unanswered.use(used ?? this.#pending);
    this.#pending = null;
    this.#date = null;
  }

  /** The time of the file is the time of its last document. */
  #addUndated(document: LoggedDocument, line: number): void {
    const skipped = this.#options.fileTime === null ? { document, line } : this.#lastUndated;
    if (skipped !== null) this.skipped.add('document without a timestamp', skipped.line, true);
    this.#lastUndated = this.#options.fileTime === null ? null : { document, line };
  }

  #addSample(document: LoggedDocument, time: ObservationTime): void {
    const { expiration } = document;
    if (expiration === null) return;
    const source = this.#findSource(document);
    const identity = this.#findIdentity(source, document.role);
    const sample = createSample(document, expiration, time);
    if (time.localTime !== null) this.zoneCheck.add(sample, source, time.localTime);
    this.#add({ record: 'sample', identity, sample, ordinal: 0 });
  }

  #findSource({ source }: LoggedDocument): SourceName {
    return this.#options.isSourceGiven ? this.#options.identity.source : source;
  }

  /** Prefers the role that the user named. */
  #findIdentity(source: SourceName, documentRole: string | null): SeriesIdentity {
    const base = this.#options.identity;
    const role = base.role || documentRole || this.#requestedRole || '';
    if (source !== this.#identity.source || role !== this.#identity.role)
      this.#identity = { ...base, source, role };
    return this.#identity;
  }

  #add(record: ArchiveRecord): void {
    this.counter.addRecord(record);
    this.#records.push(record);
  }

  #flushFailures(): void {
    const { host } = this.#options.identity;
    for (const { reason, timestamp, date, line } of this.#waiting) {
      const reference = this.#reference ?? this.#options.writtenAt ?? null;
      const time = this.#resolve(timestamp, date, reference, null);
      if (time === null) {
        this.skipped.add('failed poll whose timestamp has no year', line, false);
        continue;
      }
      const { observedAt, clockOffset } = time;
      const poll = { observedAt, reason, detail: '', accessKeyId: null, expiration: null, clockOffset };
      this.#add({
        record: 'failed_poll',
        host,
        source: this.#source ?? this.#options.identity.source,
        poll,
        ordinal: 0,
      });
    }
    if (this.#waiting.length > 0) this.#waiting = [];
  }
}
