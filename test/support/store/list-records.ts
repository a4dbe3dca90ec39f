import { type ArchiveRecord, listSamples, type SampleRun } from '../../../src/store/archive/record.ts';

/** The records, with each sample of a run on its own. */
export const listRecords = (records: readonly (ArchiveRecord | SampleRun)[]): ArchiveRecord[] =>
  records.flatMap((each) => (each.record === 'sample_run' ? [...listSamples(each)] : [each]));
