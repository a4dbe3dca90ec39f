import type { Assessment } from '../domain/assessment.ts';
import type { JobRunSummary } from '../domain/job-runs.ts';
import type { Instant, Seconds } from '../domain/model.ts';
import { renderJson } from './json.ts';

/** A job by its name, and what its recorded runs come to. */
export interface RecordedJob {
  job: string;
  summary: JobRunSummary;
  /** Its runs gave the length that was judged. */
  isJudged: boolean;
}

/** What a renderer is told beside the series. */
export interface ReportContext {
  now: Instant;
  margin: Seconds;
  /** Columns of the terminal. */
  width: number;
  colour: boolean;
  /** Null where no job was named. */
  recordedJob: RecordedJob | null;
}

type Renderer = (assessment: Assessment, context: ReportContext) => string | Promise<string>;

/** One renderer a format. The table loads its library only when it is wanted. */
export const REPORT_FORMATS = {
  table: async (assessment, context) => (await import('./table.ts')).renderTable(assessment, context),
  json: renderJson,
} as const satisfies Record<string, Renderer>;

export type ReportFormat = keyof typeof REPORT_FORMATS;
