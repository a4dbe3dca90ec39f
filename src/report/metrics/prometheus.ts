import { type Metric, Registry } from 'prom-client';
import type { Assessment } from '../../domain/verdict/assessment.ts';
import type { ReportContext } from '../context.ts';
import { buildCurrentFamilies, type FamilyWithMetrics, type LabelledValue } from './families.ts';

/**
 * For a scrape, and for the textfile collector, which drops a whole file for one timestamp in it: so there is none.
 */
export function renderPrometheus(assessment: Assessment, context: ReportContext): Promise<string> {
  const registry = new Registry();
  for (const family of buildCurrentFamilies(assessment, context)) registry.registerMetric(collected(family));
  return registry.metrics();
}

/**
 * A registry asks its metrics for what they have and writes that. The library's own gauges are not used: they find
 * values again by their labels joined with commas and colons, so that hostile names could take each other's place.
 */
function collected({ name, type, help, metrics }: FamilyWithMetrics<LabelledValue>): Metric {
  const full = type === 'counter' ? `${name}_total` : name;
  const figures = { name: full, type, help, aggregator: 'omit', values: metrics };
  return { ...figures, get: async () => figures } as unknown as Metric;
}
