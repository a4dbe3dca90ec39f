import type { Assessment } from '../domain/assessment.ts';
import type { Instant, Seconds } from '../domain/model.ts';
import { renderJson } from './json.ts';

/** What a renderer is told beside the series. */
export interface ReportContext {
  now: Instant;
  margin: Seconds;
  /** Of cred-watch. */
  version: string;
  /** Columns of the terminal. */
  width: number;
  colour: boolean;
  /** Nothing but ASCII can be shown. */
  ascii: boolean;
  /** Of the same series over all time, whatever part of it was selected: counters never go back. */
  allTime: Assessment;
}

export type Renderer = (assessment: Assessment, context: ReportContext) => string | Promise<string>;

/** One renderer a format, each loaded with its libraries only when it is wanted. */
export const REPORT_FORMATS = {
  table: async (assessment, context) => (await import('./table.ts')).renderTable(assessment, context),
  json: renderJson,
  html: async (assessment, context) => (await import('./page/html.ts')).renderPage(assessment, context),
} as const satisfies Record<string, Renderer>;

export type ReportFormat = keyof typeof REPORT_FORMATS;
