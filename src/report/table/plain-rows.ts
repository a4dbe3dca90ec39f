import type { AssessedJob } from '../../domain/verdict/assessment.ts';
import type { SeriesAnalysis } from '../../domain/verdict/series-analysis.ts';
import type { ReportContext } from '../context.ts';
import { createPalette } from './colour.ts';
import { buildJobRunRows } from './job-run-rows.ts';
import type { LabelledRow } from './layout.ts';
import { buildSeriesRows } from './series-rows.ts';

const NO_COLOURS = createPalette(false);

/** Whatever the terminal can show: these rows are read elsewhere. */
const ELSEWHERE = { isAsciiOnly: false };

/** The rows of the table as text for other formats: what the samples of a series come to, figure by figure. */
export const buildPlainSeriesRows = (
  analysis: SeriesAnalysis,
  { margin }: Pick<ReportContext, 'margin'>,
): LabelledRow[] => buildSeriesRows(analysis, { margin, ...ELSEWHERE }, NO_COLOURS);

/** What is recorded of the runs of a job. */
export const buildPlainJobRunRows = (job: AssessedJob): LabelledRow[] =>
  buildJobRunRows(job, ELSEWHERE, NO_COLOURS);
