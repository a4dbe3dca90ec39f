import type { Assessment } from '../domain/verdict/assessment.ts';
import type { ReportContext } from './context.ts';
import { renderJson } from './json.ts';

/** What can be longer than a string comes in pieces. */
export type RenderedReport = string | Iterable<string>;

export type Renderer = (
  assessment: Assessment,
  context: ReportContext,
) => RenderedReport | Promise<RenderedReport>;

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
