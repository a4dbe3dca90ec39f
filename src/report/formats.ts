import type { Assessment } from '../domain/assessment.ts';
import type { Instant, Seconds } from '../domain/model.ts';
import { renderJson } from './json.ts';

/** What a renderer is told beside the facts. */
export interface ReportContext {
  now: Instant;
  margin: Seconds;
  /** Columns of the terminal. */
  width: number;
  colour: boolean;
}

type Renderer = (assessment: Assessment, context: ReportContext) => string | Promise<string>;

/** One renderer a format. The table loads its library only when it is wanted. */
export const REPORT_FORMATS = {
  table: async (assessment, context) => (await import('./table.ts')).renderTable(assessment, context),
  json: renderJson,
} as const satisfies Record<string, Renderer>;

export type ReportFormat = keyof typeof REPORT_FORMATS;
