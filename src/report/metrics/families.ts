import type { Instant, SeriesIdentity } from '../../domain/model.ts';
import { escapeUnprintable } from '../../untrusted-text.ts';
import { METRIC_HELP } from '../messages/metrics.ts';

/**
 * All metrics of one name.
 * @typeParam Value a number, or its time series
 */
export interface MetricFamily<Value> {
  /** As in `METRIC_HELP`, with the prefix. */
  name: string;
  type: 'gauge' | 'counter';
  help: string;
  /** The values are instants, written in seconds since 1970. */
  isInstant: boolean;
  metrics: Metric<Value>[];
}

/** The values at one moment. */
export type CurrentFamily = MetricFamily<number>;

export interface Metric<Value> {
  labels: Labels;
  value: Value;
}

export type Labels = Readonly<Record<string, string>>;

/** Several values of one metric, each with a label of its own. */
type LabelledValues<Value> = readonly (readonly [value: Value | null, more: Labels])[];

const isList = <Value>(values: Value | LabelledValues<Value>): values is LabelledValues<Value> =>
  Array.isArray(values);

/**
 * Returns a function that builds a family from the values of all subjects. A missing value is left out.
 * Different names can be equal when escaped: only the last subject with equal labels counts, because
 * Prometheus rejects a file that contains a metric twice.
 */
export const createFamilyBuilder = <T, Value = number>(
  subjects: readonly T[],
  buildLabels: (subject: T) => Labels,
) => {
  const labelled = new Map(
    subjects.map((subject) => {
      const labels = buildLabels(subject);
      return [JSON.stringify(Object.values(labels)), { subject, labels }];
    }),
  );
  return (
    name: keyof typeof METRIC_HELP,
    getValues: (subject: T) => Value | null | undefined | LabelledValues<Value>,
  ): MetricFamily<Value> => {
    const metrics: Metric<Value>[] = [];
    for (const { subject, labels } of labelled.values()) {
      const values = getValues(subject) ?? null;
      if (isList(values)) {
        for (const [value, more] of values)
          if (value !== null) metrics.push({ labels: { ...labels, ...more }, value });
      } else if (values !== null) metrics.push({ labels, value: values });
    }
    return {
      name: `cred_watch_${name}`,
      type: name.endsWith('_total') ? 'counter' : 'gauge',
      help: METRIC_HELP[name],
      isInstant: name.endsWith('_timestamp_seconds'),
      metrics,
    };
  };
};

/**
 * Never a key id or a date: each rotation would then start a new series in Prometheus, and alerts on the old
 * one would continue. Names are escaped, because users print metrics on a terminal.
 */
export const buildSeriesLabels = (identity: SeriesIdentity): Labels => ({
  ...buildHostSourceLabels(identity),
  api_version: escapeUnprintable(identity.apiVersion),
  role: escapeUnprintable(identity.role),
});

export const buildHostSourceLabels = ({ host, source }: Pick<SeriesIdentity, 'host' | 'source'>): Labels => ({
  host: escapeUnprintable(host),
  source,
});

export const toUnixSeconds = (instant: Instant): number => instant / 1000;
