import type { Instant, Seconds, SourceName } from '../domain/model.ts';
import type { Assessment } from '../domain/verdict/assessment.ts';
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
  /** Of Node.js; absent where nobody asked. */
  nodeVersion?: string;
  /** How long the last poll took. Absent where nobody is polling: nothing stored tells. */
  lastPoll?: { host: string; source: SourceName; seconds: number };
}

/** What can be longer than a string comes in pieces. */
export type Rendering = string | Iterable<string>;

export type Renderer = (assessment: Assessment, context: ReportContext) => Rendering | Promise<Rendering>;

/** One renderer a format, each loaded with its libraries only when it is wanted. */
export const REPORT_FORMATS = {
  table: async (assessment, context) => (await import('./table/table.ts')).renderTable(assessment, context),
  json: renderJson,
  csv: async (assessment) => (await import('./ci/csv.ts')).renderCsv(assessment),
  markdown: async (assessment, context) =>
    (await import('./ci/markdown.ts')).renderMarkdown(assessment, context),
  junit: async (assessment, context) => (await import('./ci/junit.ts')).renderJunit(assessment, context),
  github: async (assessment, context) => (await import('./ci/github.ts')).renderGithub(assessment, context),
  prometheus: async (assessment, context) =>
    (await import('./metrics/prometheus.ts')).renderPrometheus(assessment, context),
  openmetrics: async (assessment, context) =>
    (await import('./metrics/openmetrics.ts')).renderOpenMetrics(assessment, context),
  html: async (assessment, context) => (await import('./page/html.ts')).renderPage(assessment, context),
} as const satisfies Record<string, Renderer>;

export type ReportFormat = keyof typeof REPORT_FORMATS;
