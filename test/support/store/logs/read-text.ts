import type { FailedPoll, Sample } from '../../../../src/domain/model.ts';
import { readRecords } from '../../../../src/store/import/reader.ts';
import { createLocalTimeConverter } from '../../../../src/store/import/time-zone.ts';
import { knownZone } from '../../domain/known-zone.ts';

interface Options {
  timezone?: string;
  fileTime?: number;
  /** The size of the chunks in bytes. */
  chunkSize?: number;
}

async function* divide(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** Reads a log. Returns its records and the summary. */
export async function readText(text: string | Uint8Array, options: Options = {}) {
  const { timezone, fileTime = null, chunkSize = 262_144 } = options;
  const samples: Sample[] = [];
  const failedPolls: FailedPoll[] = [];
  const roles = new Set<string>();
  const sources = new Set<string>();
  const convert = createLocalTimeConverter(knownZone(timezone ?? 'UTC'));
  const summary = await readRecords(
    divide(Buffer.from(text), chunkSize),
    'a.log',
    {
      identity: { host: 'h', source: 'imds', apiVersion: '', role: '' },
      convert,
      isZoneGiven: timezone !== undefined,
      fileTime,
    },
    (records) => {
      for (const record of records) {
        if (record.record === 'sample') {
          samples.push(record.sample);
          roles.add(record.identity.role);
          sources.add(record.identity.source);
        }
        if (record.record === 'failed_poll') failedPolls.push(record.poll);
      }
    },
  );
  return { samples, failedPolls, roles: [...roles], sources: [...sources], summary };
}
