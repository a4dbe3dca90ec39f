import type { AssessedJob, AssessedSeries, Assessment } from '../../domain/verdict/assessment.ts';
import { toSafety } from '../../domain/verdict/figures/severity.ts';
import type { Finding } from '../../domain/verdict/finding.ts';
import type { JobJudgement, Verdict } from '../../domain/verdict/job-verdict.ts';
import { findJudgedSeries, type JudgedSeries, rankDecisiveSeries } from '../../domain/verdict/judgements.ts';
import { escapeUnprintable } from '../../untrusted-text.ts';
import type { ReportContext } from '../context.ts';
import { describeEvidenceBriefly } from '../messages/evidence.ts';
import { describeFinding } from '../messages/findings.ts';
import {
  describeRetired,
  describeRetiredSeries,
  formatMarkedName,
  RETIRED_SUFFIX,
} from '../messages/headline/retired.ts';
import { areSafeSoFar } from '../messages/headline/several.ts';
import { describeDecisiveSeries, NO_SERIES_MESSAGE } from '../messages/judgements.ts';
import { formatSafeStarts, formatWorstCase } from '../messages/measurements.ts';
import { listCurrentAdvice } from '../messages/polling/failing-polls.ts';
import { describeHiddenSeries } from '../messages/shown-series.ts';
import {
  describeSeriesVerdict,
  formatSeriesState,
  formatSharedVerdict,
  SAFE_SO_FAR,
} from '../messages/verdicts.ts';
import { listJobRunRows } from '../rows/job-run-rows.ts';
import { chooseReadableSeries, MAX_SERIES_IN_TEXT } from '../rows/readable-series.ts';
import { continueRows, type Row } from '../rows/row.ts';
import { listSeriesRows } from '../rows/series-rows.ts';
import { createPalette, type Palette, paintBySafety } from '../terminal/colour.ts';
import { makeRoomForNames } from '../terminal/column-widths.ts';
import { clampWidth, layOutBlocks, layOutColumns } from '../terminal/layout.ts';
import { JOINT } from '../terminal/unbroken.ts';
import { formatJob, formatSeriesName } from '../text/format-values.ts';
import { renderChart } from './chart/chart.ts';

interface TableContext extends ReportContext {
  palette: Palette;
}

/** For a terminal: the verdicts first, then one section per series, then what is not shown. */
export function renderTable(assessment: Assessment, context: ReportContext): string {
  const { jobs } = assessment;
  const { width, seriesLimits } = context;
  const palette = createPalette(context);
  const chosen = chooseReadableSeries(assessment, seriesLimits, MAX_SERIES_IN_TEXT);
  const visible = { ...assessment, series: chosen.shown };
  const table: TableContext = { ...context, width: clampWidth(width), palette };
  // A job that one series judges is shown in the section of that series.
  const isInSection = (job: AssessedJob) =>
    findJudgedSeries(job, assessment).length === 1 && findJudgedSeries(job, visible).length === 1;
  const headlines = jobs
    .filter((job) => !isInSection(job))
    .map((job) => renderHeadline(job, assessment, visible, table));
  const jobsInSections = jobs.filter(isInSection);
  // With jobs, series that judge one have a chart; without jobs, series that are not retired.
  const hasChart = ({ isRetired, judgements }: AssessedSeries) =>
    jobs.length === 0 ? !isRetired || visible.series.length === 1 : judgements.length > 0;
  const curveRows =
    visible.series.filter(hasChart).length === 1 ? ROWS_OF_ONLY_CHART : ROWS_OF_SEVERAL_CHARTS;
  const sections = visible.series.map((each) =>
    renderSection(each, jobsInSections, hasChart(each) ? curveRows : null, table),
  );
  const hidden = describeHiddenSeries(chosen, context.times).map((line) =>
    layOutColumns([[line]], [table.width], palette),
  );
  const empty = assessment.series.length === 0 ? [NO_SERIES_MESSAGE] : [];
  return palette.encode(`${[...headlines, ...sections, ...hidden, ...empty].join('\n\n\n')}\n`);
}

/** Curve rows are fewer if several charts share a screen. */
const [ROWS_OF_ONLY_CHART, ROWS_OF_SEVERAL_CHARTS] = [8, 4];

/** The verdict on a job with its name if there are several jobs, the runs of the job and the judging series. */
function renderHeadline(
  job: AssessedJob,
  assessment: Assessment,
  visible: Assessment,
  context: TableContext,
): string {
  const { width, times, palette } = context;
  const judged = findJudgedSeries(job, assessment);
  const decisive = rankDecisiveSeries(job, assessment);
  const names = decisive.map(({ series }) => formatMarkedName(series));
  const verdicts = decisive.map(({ judgement }) => judgement.verdict);
  const basis = judged.length === 0 ? '' : ` (${describeDecisiveSeries(names, judged.length)})`;
  const name = assessment.jobs.length === 1 ? '' : `${formatJob(job)}: `;
  const state =
    job.verdict === 'safe' && areSafeSoFar(judged) ? SAFE_SO_FAR : formatSharedVerdict(job.verdict, verdicts);
  const headline = paintVerdict(job.verdict, `${name}${state}${basis}`, palette);
  const retired = describeRetiredSeries(
    judged.map(({ series }) => series),
    times,
  );
  return [
    ...(retired === null ? [] : [layOutColumns([[palette.warning(retired)]], [width], palette)]),
    layOutColumns([[headline]], [width], palette),
    ...layOutBlocks([listJobRunRows(job, { times })], width, palette),
    ...(judged.length < 2 ? [] : [renderOverview(findJudgedSeries(job, visible), context)]),
  ].join('\n\n');
}

/** Columns of the overview. */
const [SPACE_WIDTH, VERDICT_WIDTH, VALUE_WIDTH] = [2, 34, 13];
const MIN_NAME_WIDTH = 16;

/** A table of the series that judge a job. */
function renderOverview(judged: readonly JudgedSeries[], context: TableContext): string {
  const { width, palette } = context;
  const freeWidth = width - 2 * SPACE_WIDTH - VERDICT_WIDTH;
  // A narrow table omits the values, because each section repeats them.
  const hasValues = freeWidth - 2 * VALUE_WIDTH >= MIN_NAME_WIDTH;
  const names = judged.map(
    ({ series }) => `${formatName(series, context)}${series.isRetired ? RETIRED_SUFFIX : ''}`,
  );
  const values = judged.map(({ series: { analysis }, judgement }) => [
    paintVerdict(judgement.verdict, formatSeriesState(judgement, analysis), palette),
    ...(!hasValues
      ? []
      : [
          analysis.measurement === null ? '' : formatWorstCase(analysis.measurement),
          formatSafeStarts(judgement, analysis.measurement),
        ]),
  ]);
  const labels = hasValues ? ['verdict', 'worst case', 'safe starts'] : ['verdict'];
  const columns = labels.map((label, column) => ({
    label,
    width: column === 0 ? VERDICT_WIDTH : VALUE_WIDTH,
    cells: values.map((row) => row[column] ?? ''),
  }));
  const nameWidth = freeWidth - (columns.length - 1) * VALUE_WIDTH;
  const widths = makeRoomForNames(names, columns, nameWidth);
  const used = widths.reduce((sum, each) => sum + each, 2 * SPACE_WIDTH);
  return layOutColumns(
    [
      ['', 'series', ...labels.flatMap((label) => ['', label])].map(palette.dim),
      ...values.map((row, index) => ['', names[index] ?? '', ...row.flatMap((value) => ['', value])]),
    ],
    // A value that continues on the next line must not fill the space to the next column.
    [SPACE_WIDTH, width - used, SPACE_WIDTH, ...separateColumns(widths)],
    palette,
  );
}

/** The space between two columns is a column of its own. */
const separateColumns = (widths: readonly number[]): number[] =>
  widths.flatMap((each, index) => (index === widths.length - 1 ? [each] : [each - SPACE_WIDTH, SPACE_WIDTH]));

/** The name of a series. None of its lines ends with a separator. In ASCII, the separator is a comma at the end. */
function formatName({ identity }: AssessedSeries, { isAsciiOnly, palette }: TableContext): string {
  const name = formatSeriesName(identity);
  return isAsciiOnly ? palette.encode(name) : name.replaceAll('\u00b7 ', `\u00b7${JOINT}`);
}

const paintVerdict = (verdict: Verdict, text: string, palette: Palette) =>
  paintBySafety(toSafety(verdict), text, palette);

/** @param curveRows height of the curve; null without a chart */
function renderSection(
  series: AssessedSeries,
  jobsInSections: readonly AssessedJob[],
  curveRows: number | null,
  context: TableContext,
): string {
  const { width, isAsciiOnly, times, margin, palette } = context;
  const { analysis, judgements } = series;
  const { findings, measurement } = analysis;
  const retired = describeRetired(series, times);
  const name = palette.bold(formatName(series, context));
  const title = retired === null ? name : `${name} ${palette.warning(`(${retired})`)}`;
  const verdicts = judgements.flatMap((judgement) => [
    listVerdictRows(judgement, series, judgements.length > 1, context),
    ...jobsInSections.filter(({ job }) => job === judgement.job).map((job) => listJobRunRows(job, { times })),
  ]);
  const required = judgements.map((each) => each.required);
  const chart =
    curveRows !== null && renderChart(analysis, { required, width, curveRows, isAsciiOnly, times }, palette);
  const above = [...verdicts, listSeriesRows(analysis, margin, times)];
  const below: Row[][] = [
    continueRows(
      'findings',
      findings.map((each) => formatFinding(each, judgements, context)),
    ),
    measurement === null ? [] : [['evidence', describeEvidenceBriefly(measurement, judgements)]],
  ];
  return [
    layOutColumns([[title]], [width], palette),
    ...layOutBlocks(above, width, palette),
    ...(chart ? [chart] : []),
    ...layOutBlocks(below, width, palette),
  ].join('\n\n');
}

/** @param isNamed show the name of the job, because there are several */
function listVerdictRows(
  judgement: JobJudgement,
  series: AssessedSeries,
  isNamed: boolean,
  { times, palette }: TableContext,
): Row[] {
  const { verdict, job } = judgement;
  const name = isNamed && job.name !== null ? `${escapeUnprintable(job.name)}: ` : '';
  return [
    [
      'verdict',
      paintVerdict(verdict, `${name}${describeSeriesVerdict(judgement, series.analysis)}`, palette),
    ],
    ...continueRows('what to do', listCurrentAdvice(judgement, series, times)),
  ];
}

const formatFinding = (
  finding: Finding,
  judgements: readonly JobJudgement[],
  { times, palette }: TableContext,
) =>
  `${finding.severity === 'problem' ? palette.warning('!') : '-'} ${describeFinding(finding, judgements, times)}`;
