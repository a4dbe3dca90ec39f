import { getGenerationKey } from '../../../domain/measurement/generations.ts';
import type { Instant, Sample, SeriesIdentity, Span } from '../../../domain/model.ts';
import type { ArchiveRecord } from '../../archive/record.ts';
import type { DocumentForm } from '../documents/forms.ts';
import type { PartialTimestamp } from '../lines/partial-timestamps.ts';
import type { UndatedRows } from './undated-rows.ts';

/** What was recognised in a file. */
export interface RecognisedContent {
  timestamps: number;
  samples: number;
  generations: number;
  failedPolls: number;
  jobRuns: number;
  /** From the first to the last sample or failed poll. */
  span: Span | null;
  /** Complete documents that have no timestamp. */
  undatedDocuments: number;
  /** Why the first time of rows is no timestamp. Null if it is one. */
  undatedRows: UndatedRows | null;
  /** Lines begin with a date without a time of day, or with a time of day without a date. */
  partialTimestamps: PartialTimestamp | null;
  /** Samples whose timestamps have no seconds. They count as the last second of the minute. */
  minuteSamples: number;
  /** The file begins with a document and ends with a timestamp. */
  timestampsFollow: boolean;
  /** Zone names in timestamps that mean several zones, such as `CST`. */
  ambiguousZones: readonly string[];
  hosts: readonly string[];
  roles: readonly string[];
  /** Forms of documents, the most frequent form first. */
  forms: readonly string[];
  /** Families and places of timestamps, the most frequent first. */
  timestampForms: readonly string[];
}

/** Limits the memory for names and keys of a hostile file. */
const MAX_KEPT = 1_000_000;

/** Counts what was recognised in a file. */
export class ContentCounter {
  timestamps = 0;
  undatedDocuments = 0;
  undatedRows: UndatedRows | null = null;
  minuteSamples = 0;
  timestampsFollow = false;
  partialTimestamps: PartialTimestamp | null = null;
  #samples = 0;
  #failedPolls = 0;
  #jobRuns = 0;
  #first = Number.POSITIVE_INFINITY;
  #latest = Number.NEGATIVE_INFINITY;
  /** The last sample. Neighbouring samples are of the same generation. */
  #last: { identity: SeriesIdentity; sample: Sample } | null = null;
  readonly #generations = new Set<string>();
  readonly #ambiguousZones = new Set<string>();
  readonly #hosts = new Set<string>();
  readonly #roles = new Set<string>();
  readonly #forms = new FormCounter();
  readonly #timestampForms = new FormCounter();

  readonly #maxKept: number;

  /** @param maxKept the largest number of hosts, roles and generations */
  constructor(maxKept = MAX_KEPT) {
    this.#maxKept = maxKept;
  }

  addRecord(record: ArchiveRecord): void {
    switch (record.record) {
      case 'sample': {
        const { identity, sample } = record;
        this.#samples += 1;
        if (identity !== this.#last?.identity) this.#addSeries(identity.host, identity.role);
        this.#extend(sample.observedAt);
        if (!this.#isLastGeneration(identity, sample)) {
          this.#addGeneration(`${identity.role} ${getGenerationKey(sample)}`);
        }
        return;
      }
      case 'generation':
        this.#addSeries(record.identity.host, record.identity.role);
        this.#addGeneration(`${record.identity.role} ${getGenerationKey(record.generation)}`);
        return;
      case 'failed_poll':
        this.#failedPolls += 1;
        this.#addSeries(record.host, '');
        this.#extend(record.poll.observedAt);
        return;
      case 'job_run':
        this.#jobRuns += 1;
        this.#addSeries(record.run.identity.host, record.run.identity.role);
    }
  }

  addForm(form: DocumentForm): void {
    this.#forms.add(form, '');
  }

  addAmbiguousZone(zone: string | null): void {
    if (zone !== null) this.#ambiguousZones.add(zone);
  }

  addTimestampForm(family: string, place: string): void {
    this.#timestampForms.add(family, place);
  }

  get content(): RecognisedContent {
    return {
      timestamps: this.timestamps,
      samples: this.#samples,
      generations: this.#generations.size,
      failedPolls: this.#failedPolls,
      jobRuns: this.#jobRuns,
      span: this.#first <= this.#latest ? { from: this.#first, to: this.#latest } : null,
      undatedDocuments: this.undatedDocuments,
      undatedRows: this.undatedRows,
      minuteSamples: this.minuteSamples,
      timestampsFollow: this.timestampsFollow,
      partialTimestamps: this.partialTimestamps,
      ambiguousZones: [...this.#ambiguousZones],
      hosts: [...this.#hosts],
      roles: [...this.#roles],
      forms: this.#forms.list(),
      timestampForms: this.#timestampForms.list(),
    };
  }

  #addSeries(host: string, role: string): void {
    if (this.#hosts.size < this.#maxKept) this.#hosts.add(host);
    if (role !== '' && this.#roles.size < this.#maxKept) this.#roles.add(role);
  }

  #addGeneration(key: string): void {
    if (this.#generations.size < this.#maxKept) this.#generations.add(key);
  }

  #isLastGeneration(identity: SeriesIdentity, sample: Sample): boolean {
    const last = this.#last;
    this.#last = { identity, sample };
    return (
      last !== null &&
      last.identity === identity &&
      last.sample.accessKeyId === sample.accessKeyId &&
      last.sample.lastUpdated === sample.lastUpdated &&
      last.sample.expiration === sample.expiration
    );
  }

  #extend(instant: Instant): void {
    if (instant < this.#first) this.#first = instant;
    if (instant > this.#latest) this.#latest = instant;
  }
}

/** Counts forms. Searches a list, because a log has only a few forms. */
class FormCounter {
  readonly #counts: { name: string; place: string; count: number }[] = [];

  add(name: string, place: string): void {
    let entry = this.#counts.find((each) => each.name === name && each.place === place);
    if (entry === undefined) {
      entry = { name, place, count: 0 };
      this.#counts.push(entry);
    }
    entry.count += 1;
  }

  /** Returns the most frequent form first. */
  list(): string[] {
    return [...this.#counts]
      .sort((a, b) => b.count - a.count)
      .map(({ name, place }) => (place === '' ? name : `${name} ${place}`));
  }
}
