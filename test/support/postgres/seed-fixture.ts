import { readFileSync } from 'node:fs';
import { SESSION_LIMITS, type SessionFacts } from '../../../src/domain/model.ts';
import { parseInstant } from '../../../src/domain/time/instant.ts';
import { parseArchiveRecord } from '../../../src/store/archive/record.ts';
import type { SampleStore } from '../../../src/store/sample-store.ts';

const FOLDER = new URL('../../../fixtures/histories/', import.meta.url);

/** What a scenario of `fixtures/histories` says about its history and its report. */
export interface Scenario {
  now: number;
  /** Flags of `report` and `check`. */
  flags: string[];
}

/** Records the history of a scenario, as the polls of the host did. */
export function seedScenario(store: SampleStore, name: string): Scenario {
  const expected = JSON.parse(readFileSync(new URL(`${name}/expected.json`, FOLDER), 'utf8'));
  const lines = readFileSync(new URL(`${name}/observations.ndjson`, FOLDER), 'utf8')
    .trimEnd()
    .split('\n');
  const session = readSession(expected.session);
  for (const record of lines.map((line) => parseArchiveRecord(JSON.parse(line)))) {
    if (record.record === 'sample' && expected.polled !== false)
      store.recordSample(record.identity, record.sample, 'machine', { session });
    else store.writeRecords([record]);
  }
  const { job, max_age: maxAge, confidence } = expected;
  return {
    now: parseInstant(expected.now)?.instant ?? Number.NaN,
    flags: [
      ...(job === null ? [] : ['-j', job.duration, '--margin', job.margin]),
      ...(maxAge === undefined ? [] : ['--max-age', maxAge]),
      ...(confidence === undefined ? [] : ['--confidence', confidence]),
    ],
  };
}

function readSession(session: Record<string, string> | undefined): SessionFacts | null {
  if (session === undefined) return null;
  return {
    limit: SESSION_LIMITS.find((each) => each === session.limit) ?? null,
    tokenExpiresAt: parseInstant(session.token_expires_at ?? '')?.instant ?? null,
  };
}
