import type { Assessment } from '../domain/verdict/assessment.ts';
import type { ReportContext } from './context.ts';
import { addGeneralKnowledge } from './general-knowledge/add-knowledge.ts';

/** A report may be longer than a JavaScript string can be, so a renderer may return pieces. */
export type RenderedReport = string | Iterable<string>;

export interface ReportFormatDefinition {
  /** Loads its renderer, and the libraries that the renderer needs, only when called. */
  render(assessment: Assessment, context: ReportContext): RenderedReport | Promise<RenderedReport>;
  /** For help and completion: a phrase without a full stop. */
  description: string;
  /** Without the dot. */
  fileExtension: string;
  /** For the `Content-Type` header. */
  mediaType: string;
}

/** The only list of report formats. */
export const REPORT_FORMATS = {
  table: {
    render: async (assessment, context) => {
      const { renderTable } = await import('./table/table.ts');
      const table = renderTable(assessment, context) + (await renderKnowledge(assessment, context));
      if (context.presigned === undefined) return table;
      return (await import('./presigned/table.ts')).renderPresignedTable(context.presigned, context) + table;
    },
    description: 'for a terminal',
    fileExtension: 'txt',
    mediaType: 'text/plain; charset=utf-8',
  },
  json: {
    render: async (assessment, context) => {
      const { renderJson } = await import('./json.ts');
      const full = await addGeneralKnowledge(assessment, context);
      if (context.presigned === undefined) return renderJson(assessment, full);
      const { buildPresignedJson } = await import('./presigned/json.ts');
      return renderJson(assessment, full, buildPresignedJson(context.presigned));
    },
    description: 'for programs',
    fileExtension: 'json',
    mediaType: 'application/json',
  },
  csv: {
    render: async (assessment) => (await import('./ci/csv.ts')).renderCsv(assessment),
    description: 'for spreadsheets, one row per series and job',
    fileExtension: 'csv',
    mediaType: 'text/csv; charset=utf-8',
  },
  markdown: {
    render: async (assessment, context) => {
      const { renderMarkdown } = await import('./ci/markdown.ts');
      return renderMarkdown(assessment, await addGeneralKnowledge(assessment, context));
    },
    description: 'for issues and pull requests',
    fileExtension: 'md',
    mediaType: 'text/markdown; charset=utf-8',
  },
  junit: {
    render: async (...args) => (await import('./ci/junit.ts')).renderJunit(...args),
    description: 'XML for CI servers, one test case per series and job',
    fileExtension: 'xml',
    mediaType: 'application/xml',
  },
  github: {
    render: async (assessment, context) => {
      const { renderGithub } = await import('./ci/github.ts');
      return renderGithub(assessment, await addGeneralKnowledge(assessment, context));
    },
    description: 'annotations, step summary and outputs of GitHub Actions',
    fileExtension: 'txt',
    mediaType: 'text/plain; charset=utf-8',
  },
  prometheus: {
    render: async (...args) => (await import('./metrics/prometheus.ts')).renderPrometheus(...args),
    description: 'current metrics, for the textfile collector of node_exporter',
    fileExtension: 'prom',
    mediaType: 'text/plain; version=0.0.4; charset=utf-8',
  },
  openmetrics: {
    render: async (...args) => (await import('./metrics/openmetrics.ts')).renderOpenMetrics(...args),
    description: 'past metrics with timestamps, for promtool',
    fileExtension: 'txt',
    mediaType: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  },
  emf: {
    render: async (...args) => (await import('./metrics/emf.ts')).renderEmf(...args),
    description: 'metrics for CloudWatch Logs (embedded metric format)',
    fileExtension: 'ndjson',
    mediaType: 'application/x-ndjson',
  },
  html: {
    render: async (assessment, context) => {
      const { renderPage } = await import('./page/html.ts');
      return renderPage(assessment, await addGeneralKnowledge(assessment, context));
    },
    description: 'one page with charts',
    fileExtension: 'html',
    mediaType: 'text/html; charset=utf-8',
  },
} as const satisfies Record<string, ReportFormatDefinition>;

/** The block below the table. Empty if every source is measured. */
async function renderKnowledge(assessment: Assessment, context: ReportContext): Promise<string> {
  const { generalKnowledge } = await addGeneralKnowledge(assessment, context);
  if (generalKnowledge === undefined) return '';
  const { renderKnowledgeText } = await import('./general-knowledge/text.ts');
  const text = renderKnowledgeText(generalKnowledge, context);
  return text === '' ? '' : `\n\n${text}`;
}

export type ReportFormat = keyof typeof REPORT_FORMATS;
// Object.keys() returns string[], although the table has these keys only.
export const REPORT_FORMAT_NAMES = Object.keys(REPORT_FORMATS) as ReportFormat[];
