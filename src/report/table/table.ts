import { formatDuration as duration } from '../../domain/time/duration.ts';
import type { AssessedJob, AssessedSeries, Assessment } from '../../domain/verdict/assessment.ts';
import type { Finding } from '../../domain/verdict/finding.ts';
import type { JobVerdict, Verdict } from '../../domain/verdict/job-verdict.ts';
import { answerOf, decidedBy, judgedBy } from '../../domain/verdict/judgements.ts';
import type { SeriesAnalysis } from '../../domain/verdict/series-analysis.ts';
import type { ReportContext } from '../context.ts';
import { findingMessage } from '../messages/findings.ts';
import { decidedByMessage, RETIRED } from '../messages/judgements.ts';
import { adviceMessages, evidenceMessage, verdictMessage, verdictWord } from '../messages/verdicts.ts';
import { printable } from '../text/printable.ts';
import { writeJob, writeSeries, writeShare } from '../text/writing.ts';
import { renderChart } from './chart/chart.ts';
import { type Palette, paintAnswer, palette } from './colour.ts';
import { figureRows } from './figure-rows.ts';
import { jobRunRows } from './job-run-rows.ts';
import { layOut, layOutBlocks, type Row, readableWidth } from './layout.ts';

/** The report for a person: the verdict first, then what it rests on, one section a series. */
export function renderTable(assessment: Assessment, context: ReportContext): string {
  const colours = palette(context.colour);
  const width = readableWidth(context.width);
  // The runs of a job stand under the verdict on it: that of the one series, or that of several.
  const isTold = (job: AssessedJob) => judgedBy(job, assessment).length === 1;
  const headlines = assessment.jobs
    .filter((job) => !isTold(job))
    .map((job) =>
      [
        layOut([[renderHeadline(job, assessment, context, colours)]], [width]),
        ...layOutBlocks([jobRunRows(job, context, colours)], width),
        ...overview(job, assessment, { ...context, width }, colours),
      ].join('\n\n'),
    );
  const told = assessment.jobs.filter(isTold);
  const charted = assessment.series.filter((each) => isCharted(each, assessment));
  const sections = assessment.series.map((each) =>
    renderSection(each, told, charted, { ...context, width }, colours),
  );
  return `${[...headlines, ...sections].join('\n\n\n')}\n`;
}

/** With several series, which of them decided; with several jobs, which job it is about. */
function renderHeadline(
  job: AssessedJob,
  assessment: Assessment,
  context: ReportContext,
  colours: Palette,
): string {
  const judged = judgedBy(job, assessment).length;
  const decided = decidedBy(job, assessment);
  const names = decided.map(({ series }) => writeSeries(series.analysis.identity, context));
  const kinds = new Set(decided.map(({ verdict }) => verdict.verdict));
  const atWorst = kinds.size > 1 ? ' at worst' : '';
  const of = judged === 0 ? '' : `${atWorst} (${decidedByMessage(names, judged)})`;
  const about = assessment.jobs.length === 1 ? '' : `${writeJob(job)}: `;
  return paintVerdict(job.verdict, `${about}${verdictWord(job.verdict)}${of}`, colours);
}

/** What stands beside the name of a series: its verdict, worst case and share of safe starts. */
const [SPACE, VERDICT, FIGURE] = [2, 32, 13];
const SHORTEST_NAME = 16;

/** Several series beside each other, before each has its own section. */
function overview(
  job: AssessedJob,
  assessment: Assessment,
  context: ReportContext,
  colours: Palette,
): string[] {
  const judged = judgedBy(job, assessment);
  if (judged.length < 2) return [];
  const rows = judged.map(({ series, verdict }) => [
    '',
    writeSeries(series.analysis.identity, context),
    '',
    paintVerdict(verdict.verdict, verdictWord(verdict.verdict), colours),
    series.analysis.measurement === null ? '' : duration(series.analysis.measurement.worstCase.seconds),
    verdict.shareOfSafeStarts === null ? '' : writeShare(verdict.shareOfSafeStarts),
  ]);
  const head = ['', 'series', '', 'verdict', 'worst case', 'safe starts'].map(colours.faint);
  const rest = context.width - 2 * SPACE - VERDICT;
  // Where there is no room for both, names say more than figures that each section has.
  const figures = rest - 2 * FIGURE < SHORTEST_NAME ? [] : [FIGURE, FIGURE];
  const widths = [SPACE, rest - figures.length * FIGURE, SPACE, VERDICT, ...figures];
  return [
    layOut(
      [head, ...rows].map((row) => row.slice(0, widths.length)),
      widths,
    ),
  ];
}

const paintVerdict = (verdict: Verdict, text: string, colours: Palette) =>
  paintAnswer(answerOf(verdict), text, colours);

/** Rows for the curve: several charts share a screen. */
const [ROWS_ALONE, ROWS_AMONG_OTHERS] = [8, 4];

/** Where jobs are judged, only what they are judged by; else whatever is still handed out. */
const isCharted = ({ retired, verdicts }: AssessedSeries, { jobs }: Assessment) =>
  jobs.length === 0 ? !retired : verdicts.length > 0;

function renderSection(
  series: AssessedSeries,
  toldHere: readonly AssessedJob[],
  charted: readonly AssessedSeries[],
  context: ReportContext,
  colours: Palette,
): string {
  const { analysis, verdicts, retired } = series;
  const { width, ascii } = context;
  const title = `${writeSeries(analysis.identity, context)}${retired ? ` (${RETIRED})` : ''}`;
  const above: Row[][] = [];
  for (const verdict of verdicts) {
    above.push(verdictRows(verdict, analysis, verdicts.length > 1, colours));
    above.push(
      ...toldHere.filter(({ job }) => job === verdict.job).map((job) => jobRunRows(job, context, colours)),
    );
  }
  above.push(figureRows(analysis, context, colours));
  const rows = charted.length === 1 ? ROWS_ALONE : ROWS_AMONG_OTHERS;
  const required = verdicts.map((verdict) => verdict.required);
  const chart = charted.includes(series)
    ? renderChart(analysis, { required, width, rows, ascii }, colours)
    : null;
  const below = [findingRows(analysis.findings, colours)];
  if (analysis.measurement !== null) below.push([['evidence', evidenceMessage(analysis.measurement)]]);
  return [
    colours.strong(title),
    ...layOutBlocks(above, width),
    ...(chart === null ? [] : [chart]),
    ...layOutBlocks(below, width),
  ].join('\n\n');
}

/** @param isNamed one of several jobs is meant */
function verdictRows(
  verdict: JobVerdict,
  { measurement }: SeriesAnalysis,
  isNamed: boolean,
  colours: Palette,
): Row[] {
  const advice = adviceMessages(verdict, measurement);
  const name = isNamed && verdict.job.name !== undefined ? `${printable(verdict.job.name)}: ` : '';
  return [
    ['verdict', paintVerdict(verdict.verdict, `${name}${verdictMessage(verdict)}`, colours)],
    ...advice.map((each, index): Row => [index === 0 ? 'what to do' : '', each]),
  ];
}

function findingRows(findings: readonly Finding[], colours: Palette): Row[] {
  return findings.map(
    (finding, index): Row => [
      index === 0 ? 'findings' : '',
      `${finding.severity === 'problem' ? colours.unsure('!') : '-'} ${findingMessage(finding)}`,
    ],
  );
}
