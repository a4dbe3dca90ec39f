import { readFileSync } from 'node:fs';
import type {
  FailedPoll,
  FailedPollCount,
  Sample,
  SeriesHistory,
  SeriesIdentity,
  SourceName,
} from '../../../src/domain/model.ts';
import { getHostSourceKey, getSeriesKey } from '../../../src/domain/series-key.ts';
import { parseArchiveRecord } from '../../../src/store/archive/record.ts';
import { createHistory } from './history.ts';

export const SCENARIO_FOLDER = new URL('../../../fixtures/histories/', import.meta.url);

/** The histories of a folder of `fixtures/histories`. */
export function readHistories(name: string, polled: boolean): SeriesHistory[] {
  const lines = readFileSync(new URL(`${name}/observations.ndjson`, SCENARIO_FOLDER), 'utf8')
    .trimEnd()
    .split('\n');
  const records = lines.map((line) => parseArchiveRecord(JSON.parse(line)));
  const series = new Map<string, { identity: SeriesIdentity; samples: Sample[] }>();
  const failed = new Map<string, { host: string; source: SourceName; polls: FailedPoll[] }>();
  for (const record of records) {
    if (record.record === 'sample') {
      const key = getSeriesKey(record.identity);
      if (!series.has(key)) series.set(key, { identity: record.identity, samples: [] });
      series.get(key)!.samples.push(record.sample);
    } else if (record.record === 'failed_poll') {
      const { host, source } = record;
      const key = getHostSourceKey({ host, source });
      if (!failed.has(key)) failed.set(key, { host, source, polls: [] });
      failed.get(key)!.polls.push(record.poll);
    } else throw new Error('a scenario contains only samples and failed polls');
  }
  const histories = [...series]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { identity, samples }]) => {
      const failedPolls = countFailures(failed.get(getHostSourceKey(identity))?.polls ?? []);
      return createHistory(samples, identity, { isPolled: polled, failedPolls });
    });
  const seen = new Set(histories.map(({ identity }) => getHostSourceKey(identity)));
  const onlyFailed = [...failed].filter(([key]) => !seen.has(key));
  return [
    ...histories,
    ...onlyFailed.map(([, { host, source, polls }]) => {
      const identity = { host, source, apiVersion: '', role: '' };
      return createHistory([], identity, { isPolled: polled, failedPolls: countFailures(polls) });
    }),
  ];
}

function countFailures(polls: readonly FailedPoll[]): FailedPollCount[] {
  return [...new Set(polls.map(({ reason }) => reason))].map((reason) => {
    const same = polls.filter((poll) => poll.reason === reason);
    const times = same.map(({ observedAt }) => observedAt);
    const lastAt = Math.max(...times);
    const { detail } = same.find(({ observedAt }) => observedAt === lastAt)!;
    return { reason, count: same.length, firstAt: Math.min(...times), lastAt, lastDetail: detail };
  });
}
