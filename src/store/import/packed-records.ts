import type { Sample, SampleTime, SeriesIdentity } from '../../domain/model.ts';
import type { ArchiveRecord, SampleRun } from '../archive/record.ts';

/** Numbers per run: number of samples, key id, series, ordinal, and the values that the samples share. */
const RUN_WIDTH = 7;

/** Numbers per sample: time and clock offset. */
const TIME_WIDTH = 2;

/** Records as bytes and JSON. Samples are numbers, because JSON of a million samples takes seconds. */
export interface PackedRecords {
  samples: Buffer;
  /** JSON of the key ids, the series and the other records. */
  rest: string;
}

interface Rest {
  keyIds: string[];
  series: SeriesIdentity[];
  /** Records other than samples, with the numbers of runs before them. */
  others: [runsBefore: number, record: ArchiveRecord][];
}

/** Collects records in their order. Neighbouring samples that differ only in time and clock offset become a run. */
export class RecordPacker {
  readonly #numbers: Float64Array;
  /** The number of used elements of `#numbers`. */
  #length = 0;
  #count = 0;
  #runCount = 0;
  /** The run of the last record, and the position of its number of samples. Null after another record. */
  #last: { sample: Sample; identity: SeriesIdentity; ordinal: number; at: number } | null = null;
  #rest: Rest = createRest();
  readonly #keyIds = new Map<string, number>();
  readonly #series = new Map<SeriesIdentity, number>();

  /** @param capacity the largest number of records */
  constructor(capacity: number) {
    this.#numbers = new Float64Array(capacity * (RUN_WIDTH + TIME_WIDTH));
  }

  get count(): number {
    return this.#count;
  }

  add(record: ArchiveRecord): void {
    this.#count += 1;
    if (record.record !== 'sample') {
      this.#rest.others.push([this.#runCount, record]);
      this.#last = null;
      return;
    }
    const { sample, identity, ordinal } = record;
    const numbers = this.#numbers;
    const last = this.#last;
    if (
      last !== null &&
      last.identity === identity &&
      last.ordinal === ordinal &&
      areAlike(last.sample, sample)
    ) {
      numbers[last.at] = (numbers[last.at] ?? 0) + 1;
    } else {
      this.#openRun(sample, identity, ordinal);
    }
    numbers[this.#length] = sample.observedAt;
    numbers[this.#length + 1] = sample.clockOffset ?? Number.NaN;
    this.#length += TIME_WIDTH;
  }

  /** Returns the records that were added since the last call. */
  take(): PackedRecords {
    const bytes = new Uint8Array(this.#numbers.buffer, 0, this.#length * 8);
    const packed = { samples: Buffer.from(bytes), rest: JSON.stringify(this.#rest) };
    this.#length = 0;
    this.#count = 0;
    this.#runCount = 0;
    this.#last = null;
    this.#rest = createRest();
    this.#keyIds.clear();
    this.#series.clear();
    return packed;
  }

  #openRun(sample: Sample, identity: SeriesIdentity, ordinal: number): void {
    const { keyIds, series } = this.#rest;
    const at = this.#length;
    this.#numbers.set(
      [
        1,
        toIndex(this.#keyIds, keyIds, sample.accessKeyId),
        toIndex(this.#series, series, identity),
        ordinal,
        sample.lastUpdated ?? Number.NaN,
        sample.expiration,
        sample.zoneless ? 1 : 0,
      ],
      at,
    );
    this.#length += RUN_WIDTH;
    this.#runCount += 1;
    this.#last = { sample, identity, ordinal, at };
  }
}

const areAlike = (a: Sample, b: Sample): boolean =>
  a.accessKeyId === b.accessKeyId &&
  a.lastUpdated === b.lastUpdated &&
  a.expiration === b.expiration &&
  a.zoneless === b.zoneless;

/** Returns the records in the order in which they were added. */
export function unpackRecords({ samples, rest }: PackedRecords): (ArchiveRecord | SampleRun)[] {
  // The type of JSON.parse() is any. `take` has written this text.
  const { keyIds, series, others }: Rest = JSON.parse(rest);
  const records: (ArchiveRecord | SampleRun)[] = [];
  // A view needs an aligned offset, which a buffer of SQLite may not have.
  const numbers = new Float64Array(new Uint8Array(samples).buffer);
  let runs = 0;
  let next = 0;
  const addOthers = () => {
    for (; others[next]?.[0] === runs; next += 1) {
      const other = others[next];
      if (other !== undefined) records.push(other[1]);
    }
  };
  addOthers();
  for (let at = 0; at < numbers.length; ) {
    const [count = 0, keyId = 0, identityIndex = 0, ordinal = 0, lastUpdated, expiration = 0, zoneless] =
      numbers.subarray(at, at + RUN_WIDTH);
    at += RUN_WIDTH;
    const times: SampleTime[] = [];
    for (const end = at + count * TIME_WIDTH; at < end; at += TIME_WIDTH) {
      times.push({ observedAt: numbers[at] ?? 0, clockOffset: toNull(numbers[at + 1]) });
    }
    const identity = series[identityIndex];
    const credentials = {
      accessKeyId: keyIds[keyId] ?? '',
      lastUpdated: toNull(lastUpdated),
      expiration,
      zoneless: zoneless === 1,
    };
    if (identity !== undefined) records.push({ record: 'sample_run', identity, credentials, times, ordinal });
    runs += 1;
    addOthers();
  }
  return records;
}

const createRest = (): Rest => ({ keyIds: [], series: [], others: [] });

function toIndex<T>(known: Map<T, number>, values: T[], value: T): number {
  let index = known.get(value);
  if (index === undefined) {
    index = values.push(value) - 1;
    known.set(value, index);
  }
  return index;
}

const toNull = (value = Number.NaN): number | null => (Number.isNaN(value) ? null : value);
