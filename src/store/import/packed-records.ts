import type { Sample, SeriesIdentity } from '../../domain/model.ts';
import type { ArchiveRecord } from '../archive/record.ts';

/** Numbers per sample: position, key id, series, ordinal, and the fields of the sample. */
const NUMBERS_PER_SAMPLE = 9;

/** Records as bytes and JSON. Samples are numbers, because JSON of a million samples takes seconds. */
export interface PackedRecords {
  samples: Buffer;
  /** JSON of the key ids, the series and the other records. */
  rest: string;
}

interface Rest {
  count: number;
  keyIds: string[];
  series: SeriesIdentity[];
  /** Records other than samples, with their positions. */
  others: [position: number, record: ArchiveRecord][];
}

/** Collects records in their order. */
export class RecordPacker {
  readonly #numbers: Float64Array;
  #sampleCount = 0;
  #rest: Rest = createRest();
  readonly #keyIds = new Map<string, number>();
  readonly #series = new Map<SeriesIdentity, number>();

  /** @param capacity the largest number of records */
  constructor(capacity: number) {
    this.#numbers = new Float64Array(capacity * NUMBERS_PER_SAMPLE);
  }

  get count(): number {
    return this.#rest.count;
  }

  add(record: ArchiveRecord): void {
    const rest = this.#rest;
    if (record.record === 'sample') {
      const { sample, identity, ordinal } = record;
      const numbers = this.#numbers;
      const at = this.#sampleCount * NUMBERS_PER_SAMPLE;
      numbers[at] = rest.count;
      numbers[at + 1] = toIndex(this.#keyIds, rest.keyIds, sample.accessKeyId);
      numbers[at + 2] = toIndex(this.#series, rest.series, identity);
      numbers[at + 3] = ordinal;
      numbers[at + 4] = sample.observedAt;
      numbers[at + 5] = sample.clockOffset ?? Number.NaN;
      numbers[at + 6] = sample.lastUpdated ?? Number.NaN;
      numbers[at + 7] = sample.expiration;
      numbers[at + 8] = sample.zoneless ? 1 : 0;
      this.#sampleCount += 1;
    } else {
      rest.others.push([rest.count, record]);
    }
    rest.count += 1;
  }

  /** Returns the records that were added since the last call. */
  take(): PackedRecords {
    const bytes = new Uint8Array(this.#numbers.buffer, 0, this.#sampleCount * NUMBERS_PER_SAMPLE * 8);
    const packed = { samples: Buffer.from(bytes), rest: JSON.stringify(this.#rest) };
    this.#sampleCount = 0;
    this.#rest = createRest();
    this.#keyIds.clear();
    this.#series.clear();
    return packed;
  }
}

/** Returns the records in the order in which they were added. */
export function unpackRecords({ samples, rest }: PackedRecords): ArchiveRecord[] {
  // The type of JSON.parse() is any. `take` has written this text.
  const { count, keyIds, series, others }: Rest = JSON.parse(rest);
  const records = new Array<ArchiveRecord>(count);
  // A view needs an aligned offset, which a buffer of SQLite may not have.
  const numbers = new Float64Array(new Uint8Array(samples).buffer);
  for (let at = 0; at < numbers.length; at += NUMBERS_PER_SAMPLE) {
    const position = numbers[at] ?? 0;
    const sample: Sample = {
      accessKeyId: keyIds[numbers[at + 1] ?? 0] ?? '',
      lastUpdated: toNull(numbers[at + 6]),
      expiration: numbers[at + 7] ?? 0,
      zoneless: numbers[at + 8] === 1,
      observedAt: numbers[at + 4] ?? 0,
      clockOffset: toNull(numbers[at + 5]),
    };
    const identity = series[numbers[at + 2] ?? 0];
    const ordinal = numbers[at + 3] ?? 0;
    if (identity !== undefined) records[position] = { record: 'sample', identity, sample, ordinal };
  }
  for (const [position, record] of others) records[position] = record;
  return records;
}

const createRest = (): Rest => ({ count: 0, keyIds: [], series: [], others: [] });

function toIndex<T>(known: Map<T, number>, values: T[], value: T): number {
  let index = known.get(value);
  if (index === undefined) {
    index = values.push(value) - 1;
    known.set(value, index);
  }
  return index;
}

const toNull = (value = Number.NaN): number | null => (Number.isNaN(value) ? null : value);
