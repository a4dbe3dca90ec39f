import type { AssessedJob } from '../../domain/verdict/assessment.ts';
import type { SeriesAnalysis } from '../../domain/verdict/series-analysis.ts';
import type { ReportContext } from '../context.ts';
import { palette } from './colour.ts';
import { figureRows } from './figure-rows.ts';
import { jobRunRows } from './job-run-rows.ts';
import type { Row } from './layout.ts';

const NO_COLOURS = palette(false);

/** Whatever the terminal can show: these rows are read elsewhere. */
const ELSEWHERE = { ascii: false };

/** The rows of the table as text for other formats: what the samples of a series come to, figure by figure. */
export const plainFigureRows = (analysis: SeriesAnalysis, { margin }: Pick<ReportContext, 'margin'>): Row[] =>
  figureRows(analysis, { margin, ...ELSEWHERE }, NO_COLOURS);

/** What is recorded of the runs of a job. */
export const plainRunRows = (job: AssessedJob): Row[] => jobRunRows(job, ELSEWHERE, NO_COLOURS);
