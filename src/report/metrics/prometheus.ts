import { type Metric, Registry } from 'prom-client';
import type { Assessment } from '../../domain/verdict/assessment.ts';
import type { ReportContext } from '../context.ts';
import { buildCurrentFamilies } from './current-families.ts';
import { type CurrentFamily, toUnixSeconds } from './families.ts';

/**
 * Writes no timestamps, because the textfile collector rejects a file that contains one. Returns one piece per
 * family, so that only the values of one family are in memory.
 */
export const renderPrometheus = (assessment: Assessment, context: ReportContext): Promise<string[]> =>
  renderFamilies(buildCurrentFamilies(assessment, context));

export async function renderFamilies(families: Iterable<CurrentFamily>): Promise<string[]> {
  const pieces: string[] = [];
  for (const family of families) {
    if (family.metrics.length === 0) continue;
    const registry = new Registry();
    registry.registerMetric(toMetric(family));
    pieces.push(`${pieces.length === 0 ? '' : '\n'}${await registry.metrics()}`);
  }
  return pieces;
}

/**
 * The gauges of prom-client identify values by their labels joined with commas and colons, so hostile names
 * could replace each other. This object has only the members that the registry reads.
 */
function toMetric({ name, type, help, isInstant, metrics }: CurrentFamily): Metric {
  const values = metrics.map((each) => (isInstant ? { ...each, value: toUnixSeconds(each.value) } : each));
  const metric = { name, type, help, aggregator: 'omit', values };
  // `Metric` is a union of classes with private fields, but the registry calls `get()` only.
  return { ...metric, get: async () => metric } as unknown as Metric;
}
