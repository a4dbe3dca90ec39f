import { type AssessedJob, type AssessedSeries, type Assessment, verdictOn } from '../domain/assessment.ts';
import { formatDuration as duration, formatShortDuration as short } from '../domain/duration.ts';
import { longestSafeJob } from '../domain/job.ts';
import type { Extremes, Finding, JobVerdict, Measurement, SeriesAnalysis } from '../domain/model.ts';
import { safeStartsCurve } from '../domain/validity.ts';
import { type Palette, palette } from './colour.ts';
import type { ReportContext } from './formats.ts';
import { layOutBlocks, type Row, readableWidth } from './layout.ts';
import { findingMessage } from './messages/findings.ts';
import { closestRunMessage, jobRunsMessage, longestRunMessage, runningMessage } from './messages/job-runs.ts';
import { adviceMessages, evidenceMessage, verdictMessage, windowMessage } from './messages/verdicts.ts';
import { writeCount, writeInstant, writeJob, writeSeries, writeShare, writeSpan } from './writing.ts';

/** The report for a person: the verdict first, then what it rests on, one section a series. */
export function renderTable(assessment: Assessment, context: ReportContext): string {
  const colours = palette(context.colour);
  const width = readableWidth(context.width);
  // The runs of a job stand under the verdict on it: that of the one series, or that of several.
  const isTold = (job: AssessedJob) => judgedBy(job, assessment).length === 1;
  const headlines = assessment.jobs
    .filter((job) => !isTold(job))
    .map((job) =>
      [renderHeadline(job, assessment, colours), ...layOutBlocks([jobRunRows(job, colours)], width)].join(
        '\n\n',
      ),
    );
  const told = assessment.jobs.filter(isTold);
  const sections = assessment.series.map((each) => renderSection(each, told, context, width, colours));
  return `${[...headlines, ...sections].join('\n\n\n')}\n`;
}

const judgedBy = (job: AssessedJob, { series }: Assessment) =>
  series.flatMap((each) => {
    const verdict = verdictOn(each, job);
    return verdict === null ? [] : { identity: each.analysis.identity, verdict };
  });

/** With several series, which of them decided; with several jobs, which job it is about. */
function renderHeadline(job: AssessedJob, assessment: Assessment, colours: Palette): string {
  const judged = judgedBy(job, assessment);
  const decisive = judged.filter(({ verdict }) => verdict.verdict === job.verdict);
  const names = decisive.map(({ identity }) => writeSeries(identity)).join('; ');
  const of = judged.length === 0 ? '' : ` (${decisive.length} of ${judged.length} series: ${names})`;
  const about = assessment.jobs.length === 1 ? '' : `${writeJob(job)}: `;
  return paintVerdict(job.verdict, `${about}${verdictWord(job.verdict)}${of}`, colours);
}

const verdictWord = (verdict: JobVerdict['verdict']) =>
  verdict === 'safe' || verdict === 'unknown' ? verdict : `not safe: ${verdict}`;

function paintVerdict(verdict: JobVerdict['verdict'], text: string, colours: Palette): string {
  const paint = verdict === 'safe' ? colours.good : verdict === 'unknown' ? colours.unsure : colours.bad;
  return colours.strong(paint(text));
}

function renderSection(
  series: AssessedSeries,
  toldHere: readonly AssessedJob[],
  context: ReportContext,
  width: number,
  colours: Palette,
): string {
  const { analysis, verdicts, retired } = series;
  const title = `${writeSeries(analysis.identity)}${retired ? ' (retired: another series took its place)' : ''}`;
  const blocks: Row[][] = [];
  for (const verdict of verdicts) {
    blocks.push(verdictRows(verdict, analysis, colours));
    blocks.push(...toldHere.filter(({ job }) => job === verdict.job).map((job) => jobRunRows(job, colours)));
  }
  if (analysis.measurement !== null)
    blocks.push(measurementRows(analysis, analysis.measurement, context, colours));
  else blocks.push([['samples', 'none'], ...failedPollRows(analysis)]);
  if (analysis.findings.length > 0) blocks.push(findingRows(analysis.findings, colours));
  if (analysis.measurement !== null) blocks.push([['evidence', evidenceMessage(analysis.measurement)]]);
  return [colours.strong(title), ...layOutBlocks(blocks, width)].join('\n\n');
}

function verdictRows(verdict: JobVerdict, { measurement }: SeriesAnalysis, colours: Palette): Row[] {
  const advice = adviceMessages(verdict, measurement);
  return [
    ['verdict', paintVerdict(verdict.verdict, verdictMessage(verdict), colours)],
    ...advice.map((each, index): Row => [index === 0 ? 'what to do' : '', each]),
  ];
}

function jobRunRows({ name, runs, isLengthOfRun }: AssessedJob, colours: Palette): Row[] {
  if (runs === null || runs.runCount === 0) return [];
  const { finished, running, length } = runs;
  const rows: Row[] = [['job', jobRunsMessage(name!, runs)]];
  if (running !== null) {
    rows.push(['newest run', runningMessage(running, isLengthOfRun && length?.goesOn === true)]);
  }
  if (finished === null) return rows;
  const { duration: durations, longest, closest } = finished;
  const closestCall = closestRunMessage(closest);
  return [
    ...rows,
    ['duration', writeExtremes(durations)],
    ['longest run', longestRunMessage(longest, isLengthOfRun && length?.goesOn === false)],
    ['closest call', closest.end.remainingAtEnd < 0 ? colours.bad(closestCall) : closestCall],
  ];
}

function measurementRows(
  { polled, failedPolls, measurement: _, ...analysis }: SeriesAnalysis,
  measurement: Measurement,
  context: ReportContext,
  colours: Palette,
): Row[] {
  const { sampledMinimum, worstCase, rotationInterval: interval, validityWhenIssued: issued } = measurement;
  return [
    ['samples', samplesText(measurement, polled)],
    ['watched time', watchedText(measurement)],
    ['rotation interval', interval === null ? 'not known yet' : writeExtremes(interval)],
    ...(measurement.rotationWindow === null ? [] : [['rotation moments', windowMessage(measurement)] as Row]),
    [
      'validity when issued',
      issued === null ? 'not known yet' : `${duration(issued.min)} min · ${duration(issued.max)} max`,
    ],
    ['sampled minimum', `${duration(sampledMinimum.seconds)} at ${writeInstant(sampledMinimum.at)}`],
    ['worst case', `${colours.strong(duration(worstCase.seconds))} ${worstCaseText(measurement)}`],
    ['longest safe job', longestText(measurement, context)],
    ['safe starts, by job', curveText(measurement, context)],
    ...failedPollRows({ ...analysis, polled, failedPolls, measurement }),
  ];
}

const writeExtremes = ({ min, median, max }: Extremes) =>
  `${duration(min)} min · ${duration(median)} median · ${duration(max)} max`;

function longestText(measurement: Measurement, { margin }: ReportContext): string {
  const longest = longestSafeJob(measurement, margin);
  if (longest !== null) return `${duration(longest)} with a margin of ${short(margin)}`;
  return measurement.witnessedCount === 0
    ? 'not known yet: no rotation was watched'
    : `none with a margin of ${short(margin)}`;
}

function samplesText(
  { sampleCount, generations, firstSample, lastSample }: Measurement,
  polled: boolean,
): string {
  const counts = `${writeCount(sampleCount, 'sample')} of ${writeCount(generations.length, 'generation')}`;
  return `${counts}${polled ? '' : ', imported'}; ${writeSpan(firstSample, lastSample)}`;
}

function watchedText({ watchedTime, rotations, witnessedCount, gaps }: Measurement): string {
  const blind = gaps.length === 0 ? '' : `, less ${writeCount(gaps.length, 'gap')}`;
  return `${duration(watchedTime)}${blind}; ${witnessedCount.toLocaleString('en-US')} of ${writeCount(rotations.length, 'rotation')} witnessed`;
}

function worstCaseText({ worstCase, overstatement, lag }: Measurement): string {
  const { rotation, at } = worstCase;
  if (rotation === null) return `at the sample of ${writeInstant(at)}`;
  const moved = lag > 0 ? `, moved by the ${duration(lag)} for which this source lags` : '';
  const where = rotation.dated
    ? `just before the rotation at ${writeInstant(at)}${moved}`
    : `if the rotation came as late as it can have, between ${writeSpan(rotation.window.from, rotation.window.to)}`;
  return overstatement === 0 ? where : `${where}; polling alone overstates it by ${duration(overstatement)}`;
}

/** So many points of the curve say enough in one line. */
const CURVE_WORDS = 6;

/** Where the share begins to fall, and how fast. */
function curveText(measurement: Measurement, { margin }: ReportContext): string {
  if (measurement.issuedPerRequest) return 'every start is handed new credentials';
  const points = safeStartsCurve(measurement, margin);
  if (points.length === 0) return 'not known yet: one sample is no time';
  const firstBelow = points.findIndex(({ share }) => share < 1);
  const chosen =
    firstBelow < 0 ? points.slice(-1) : points.slice(Math.max(0, firstBelow - 1)).slice(0, CURVE_WORDS);
  return chosen.map(({ jobDuration, share }) => `${short(jobDuration)} ${writeShare(share)}`).join(' · ');
}

function failedPollRows({ failedPolls }: SeriesAnalysis): Row[] {
  return failedPolls.map(
    ({ reason, count, lastAt }, index): Row => [
      index === 0 ? 'failed polls' : '',
      `${count.toLocaleString('en-US')} ${reason}, last at ${writeInstant(lastAt)}`,
    ],
  );
}

function findingRows(findings: readonly Finding[], colours: Palette): Row[] {
  return findings.map(
    (finding, index): Row => [
      index === 0 ? 'findings' : '',
      `${finding.severity === 'problem' ? colours.unsure('!') : '-'} ${findingMessage(finding)}`,
    ],
  );
}
