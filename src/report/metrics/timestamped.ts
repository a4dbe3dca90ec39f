import type { Generation, Instant, Seconds, SeriesIdentity, SourceName } from '../../domain/model.ts';
import { secondsBetween } from '../../domain/time/instant.ts';
import {
  buildHostSourceLabels,
  buildSeriesLabels,
  type CurrentFamily,
  type Labels,
  toUnixSeconds,
} from './families.ts';

/** A sample that the source served at a time of the clock of its series. */
export interface TimedSample extends Pick<Generation, 'lastUpdated' | 'expiration'> {
  identity: SeriesIdentity;
  at: Instant;
}

/** Lines of the text format of Prometheus with timestamps in milliseconds. OpenMetrics has seconds. */
export function* formatCurrentValues(families: Iterable<CurrentFamily>, at: Instant): Generator<string> {
  for (const { name, isInstant, metrics } of families) {
    for (const { labels, value } of metrics)
      yield formatLine(name, labels, isInstant ? toUnixSeconds(value) : value, at);
  }
}

/** The metrics that change at each sample. All others are sent once per push, because they cover the time before. */
export function formatSample({ identity, lastUpdated, expiration, at }: TimedSample): string[] {
  const labels = buildSeriesLabels(identity);
  const remaining: Seconds = secondsBetween(at, expiration);
  const format = (name: string, value: number) => formatLine(`cred_watch_${name}`, labels, value, at);
  return [
    format('credential_expiration_timestamp_seconds', toUnixSeconds(expiration)),
    ...(lastUpdated === null
      ? []
      : [format('credential_last_updated_timestamp_seconds', toUnixSeconds(lastUpdated))]),
    format('observed_remaining_seconds', remaining),
    format('poll_last_success_timestamp_seconds', toUnixSeconds(at)),
    ...formatAttempt(identity, at, true),
  ];
}

/** The metrics of a poll that need no sample. */
export function formatAttempt(
  hostSource: { host: string; source: SourceName },
  at: Instant,
  isSuccessful: boolean,
): string[] {
  const labels = buildHostSourceLabels(hostSource);
  return [
    formatLine('cred_watch_source_up', labels, Number(isSuccessful), at),
    formatLine('cred_watch_poll_last_attempt_timestamp_seconds', labels, toUnixSeconds(at), at),
  ];
}

function formatLine(name: string, labels: Labels, value: number, at: Instant): string {
  const texts = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabelValue(text)}"`);
  return `${name}{${texts.join(',')}} ${value} ${Math.floor(at)}\n`;
}

const escapeLabelValue = (text: string) =>
  text.replace(/[\\"\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`));
