import {
  FAILURE_REASONS,
  type FailureReason,
  type Sample,
  type SeriesIdentity,
} from '../../../src/domain/model.ts';
import type { Assessment, JobToJudge } from '../../../src/domain/verdict/assessment.ts';
import type { ReportContext } from '../../../src/report/context.ts';
import type { SampleStore } from '../../../src/store/sample-store.ts';
import { contextAt, judgedAt, wantedJob } from './judged-at.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export const START = Date.UTC(2026, 0, 1);

export const IMDS: SeriesIdentity = { host: 'i-0abc', source: 'imds', apiVersion: '2', role: 'loader' };

/** Names that try to break text formats. */
export const HOSTILE: SeriesIdentity = {
  host: '<script>alert(1)</script>"\\\n} 1 1\n# EOF\n',
  source: 'process',
  apiVersion: '',
  role: 'a"b\\c\nd%0A|`-->]]>\u202e\u001b[31m\u0000é',
};

interface SamplingOptions {
  from: number;
  hours: number;
  /** Minutes. */
  every?: number;
  rotateEvery?: number;
  /** Hours. */
  lifetime?: number;
  dated?: boolean;
  offset?: number | null;
  /** The value of `series.machine`. */
  machine?: string;
}

/** Samples of a source that rotates every hour by default. */
export function recordSamples(store: SampleStore, identity: SeriesIdentity, options: SamplingOptions): void {
  const { from, hours, every = 10, rotateEvery = 60, lifetime = 6, dated = true, offset = 0 } = options;
  const { machine = 'machine' } = options;
  for (let minute = 0; minute <= hours * 60; minute += every) {
    const number = Math.floor(minute / rotateEvery);
    const issued = from + number * rotateEvery * MINUTE;
    const sample: Sample = {
      accessKeyId: `ASIA${identity.role.length}${from}${number}`.slice(0, 20).padEnd(20, 'X'),
      lastUpdated: dated ? issued : null,
      expiration: issued + lifetime * HOUR + (number % 3) * MINUTE,
      zoneless: false,
      // Polls are some seconds after the full minute.
      observedAt: from + minute * MINUTE + 7321 + (offset ?? 0) * 1000,
      clockOffset: offset,
    };
    store.recordSample(identity, sample, machine);
  }
}

/** A text that no poll stores: polls store one line. */
const HOSTILE_DETAIL = 'no\nsuch "thing"';

export function recordFailures(
  store: SampleStore,
  { host, source }: Pick<SeriesIdentity, 'host' | 'source'>,
  from: number,
  reasons: readonly FailureReason[],
  detail = HOSTILE_DETAIL,
): void {
  for (const [index, reason] of reasons.entries()) {
    const poll = { observedAt: from + index * MINUTE, reason, detail, accessKeyId: '' };
    store.recordFailedPoll(host, source, { ...poll, expiration: null, clockOffset: null });
  }
}

/** PostgreSQL cannot store the character 0. */
export const HOSTILE_WITHOUT_NUL: SeriesIdentity = { ...HOSTILE, role: HOSTILE.role.replace('\0', '') };

/** Adds hosts in every state that metrics show. */
export function fillRichly(store: SampleStore, hostile = HOSTILE, detail = HOSTILE_DETAIL): void {
  recordSamples(store, IMDS, { from: START, hours: 30 });
  // Retired: replaced by the series above.
  recordSamples(store, { ...IMDS, apiVersion: '1' }, { from: START - 10 * HOUR, hours: 4 });
  recordFailures(
    store,
    IMDS,
    START + 5 * HOUR + 3 * MINUTE,
    ['timeout', 'timeout', 'server-error', 'throttled'],
    detail,
  );
  recordSamples(
    store,
    { host: 'task', source: 'container', apiVersion: '', role: '' },
    { from: START + 20 * HOUR, hours: 9, dated: false, offset: null, lifetime: 2 },
  );
  recordSamples(store, hostile, { from: START + 28 * HOUR, hours: 1, offset: 90 });
  recordFailures(store, hostile, START + 30 * HOUR, ['process-failed'], detail);
  recordFailures(store, { host: 'dark', source: 'imds' }, START + 28 * HOUR, FAILURE_REASONS, detail);
}

/** A host whose role was `old`, and is `new` now. */
export function recordChangedRole(store: SampleStore): void {
  recordSamples(store, { ...IMDS, role: 'old' }, { from: START, hours: 3 });
  recordSamples(store, { ...IMDS, role: 'new' }, { from: START + 5 * HOUR, hours: 24 });
}

export const NOW = START + 30 * HOUR + 5 * MINUTE;

export const job = (duration: number | null, name: string | null = null): JobToJudge =>
  wantedJob(duration, { name });

export const assessStore = (
  store: SampleStore,
  jobs: readonly JobToJudge[] = [],
  filter: Parameters<SampleStore['histories']>[0] = {},
): Assessment => judgedAt(NOW, store.histories(filter), jobs);

export const contextFor = (allTime: Assessment): ReportContext =>
  contextAt(NOW, allTime, { version: '1.2.3', nodeVersion: '20.18.1' });
