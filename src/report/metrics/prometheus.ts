import { type Metric, Registry } from 'prom-client';
import type { Assessment } from '../../domain/verdict/assessment.ts';
import type { ReportContext } from '../context.ts';
import { buildCurrentFamilies, type FamilyWithMetrics, toUnixSeconds } from './families.ts';

/** Without timestamps, because the textfile collector rejects a file that contains one. */
export function renderPrometheus(assessment: Assessment, context: ReportContext): Promise<string> {
  const registry = new Registry();
  for (const family of buildCurrentFamilies(assessment, context)) registry.registerMetric(toMetric(family));
  return registry.metrics();
}

/**
 * The gauges of prom-client identify values by their labels joined with commas and colons, so hostile names
 * could replace each other. This object has only what the registry reads.
 */
function toMetric({ name, type, help, isInstant, metrics }: FamilyWithMetrics<number>): Metric {
  const fullName = type === 'counter' ? `${name}_total` : name;
  const values = metrics.map((each) => (isInstant ? { ...each, value: toUnixSeconds(each.value) } : each));
  const metric = { name: fullName, type, help, aggregator: 'omit', values };
  // `Metric` is a union of classes with private fields, but the registry calls `get()` only.
  return { ...metric, get: async () => metric } as unknown as Metric;
}
