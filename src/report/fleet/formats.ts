import type { AssessedFleet } from '../../domain/fleet/assessed-fleet.ts';
import type { RenderedReport, ReportFormat } from '../formats.ts';
import type { FleetContext } from './fleet-context.ts';

type FleetRenderer = (
  fleet: AssessedFleet,
  context: FleetContext,
) => RenderedReport | Promise<RenderedReport>;

/** The formats of a fleet. The other formats of `report` show single series. */
export const FLEET_FORMATS = {
  table: async (...args) => (await import('./table.ts')).renderFleetTable(...args),
  json: async (...args) => (await import('./json.ts')).renderFleetJson(...args),
  csv: async (fleet) => (await import('./csv.ts')).renderFleetCsv(fleet),
  markdown: async (...args) => (await import('./markdown.ts')).renderFleetMarkdown(...args),
  prometheus: async (...args) => (await import('./prometheus.ts')).renderFleetPrometheus(...args),
  html: async (...args) => (await import('../page/html.ts')).renderFleetPage(...args),
} as const satisfies Partial<Record<ReportFormat, FleetRenderer>>;

export type FleetFormat = keyof typeof FLEET_FORMATS;

export const isFleetFormat = (format: ReportFormat): format is FleetFormat =>
  Object.hasOwn(FLEET_FORMATS, format);
