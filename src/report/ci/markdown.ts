import type { JobRun, Seconds } from '../../domain/model.ts';
import { formatDuration as duration } from '../../domain/time/duration.ts';
import type { AssessedJob, AssessedSeries, Assessment } from '../../domain/verdict/assessment.ts';
import type { JobJudgement, Verdict } from '../../domain/verdict/job-verdict.ts';
import {
  findSeriesWithJudgement,
  listSeriesJudgements,
  type SeriesJudgement,
  safetyOf,
} from '../../domain/verdict/judgements.ts';
import type { ReportContext } from '../context.ts';
import { describeFinding } from '../messages/findings.ts';
import { describeNotJudgedReason, NO_JOB_MESSAGE, NO_SERIES_MESSAGE } from '../messages/judgements.ts';
import { describeEvidence, describeVerdict, formatVerdict, listAdvice } from '../messages/verdicts.ts';
import { buildPlainJobRunRows } from '../table/job-run-rows.ts';
import type { LabelledRow } from '../table/layout.ts';
import { buildPlainSeriesRows } from '../table/series-rows.ts';
import { formatJob, formatSeriesName, formatShare } from '../text/format-values.ts';
import { escapeUnprintable } from '../text/untrusted-text.ts';

/** For the eye that runs down a page; the words beside them say the same. */
const SIGNS = { safe: '✅', 'not-safe': '❌', unknown: '❔' } as const;

/** The report as it is pasted into tickets and pull requests: GitHub's dialect, of which the tables are the one extension. */
export function renderMarkdown(assessment: Assessment, context: ReportContext): string {
  const { series, jobs, verdict } = assessment;
  const headline = verdict === null ? 'measurements' : markedVerdict(verdict);
  const runs = jobs.flatMap((job) => buildPlainJobRunRows(withMarkedNames(job)).map(writeRunRow));
  return `${[
    `## cred-watch: ${headline}`,
    jobs.length === 0 ? NO_JOB_MESSAGE : verdictTable(assessment),
    ...(series.length === 0 ? [NO_SERIES_MESSAGE] : []),
    ...(runs.length === 0 ? [] : [runs.join('\n')]),
    ...series.flatMap((each) => sectionOf(each, assessment, context)),
  ].join('\n\n')}\n`;
}

/** The first row of a job says which it is. */
const writeRunRow = ([label, value]: LabelledRow) =>
  label === 'job' ? `- ${value}` : `  - ${label}: ${value}`;

const markedVerdict = (verdict: Verdict) => `${SIGNS[safetyOf(verdict)]} ${formatVerdict(verdict)}`;

/**
 * A name that came from outside. Inside code nothing has a meaning: no link, no mention, no reference to an issue. What
 * could end the code or a table's cell, or is a tag where code is not known, is shown as control characters are.
 */
function name(text: string): string {
  const shown = escapeUnprintable(text).replace(
    /[`|<]/g,
    (character) => `\\u{${character.charCodeAt(0).toString(16)}}`,
  );
  // Two of them side by side would begin a code of another kind.
  return shown === '' ? '' : `\`${shown}\``;
}

const seriesName = ({ analysis }: AssessedSeries) => name(formatSeriesName(analysis.identity));

const jobName = (job: AssessedJob) => formatJob(withMarkedNames(job));

const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

/** Of every job the series that judged it; a job that none did has a line all the same. */
function verdictTable(assessment: Assessment): string {
  const rows = assessment.jobs.flatMap((job) => {
    const judged = findSeriesWithJudgement(job, assessment).map(({ series, judgement }) => [
      jobName(job),
      seriesName(series),
      ...verdictCells(judgement, series),
    ]);
    return judged.length > 0 ? judged : [[jobName(job), '', markedVerdict(job.verdict), '', '', '', '']];
  });
  const head = ['job', 'series', 'verdict', 'required', 'worst case', 'spare', 'safe starts'];
  const rule = ['---', '---', '---', '---:', '---:', '---:', '---:'];
  return [head, rule, ...rows].map(line).join('\n');
}

const verdictCells = (judgement: JobJudgement, { analysis }: AssessedSeries): string[] => [
  markedVerdict(judgement.verdict),
  duration(judgement.required),
  durationOrNothing(analysis.measurement?.worstCase.seconds ?? null),
  durationOrNothing(judgement.spare),
  judgement.shareOfSafeStarts === null ? '' : formatShare(judgement.shareOfSafeStarts),
];

const durationOrNothing = (seconds: Seconds | null) => (seconds === null ? '' : duration(seconds));

function sectionOf(series: AssessedSeries, assessment: Assessment, context: ReportContext): string[] {
  const { analysis, isRetired } = series;
  const { findings, measurement } = analysis;
  const judgements = listSeriesJudgements(series, assessment).map(judgementLines);
  const figures = buildPlainSeriesRows(analysis, context).map(([label, value]) => line([label, value]));
  return [
    `### ${seriesName(series)}${isRetired ? ' (retired)' : ''}`,
    ...(judgements.length === 0 ? [] : [judgements.flat().join('\n')]),
    [line(['measured', '']), line(['---', '---']), ...figures].join('\n'),
    ...(findings.length === 0 ? [] : [findings.map((each) => `- ${findingText(each)}`).join('\n')]),
    ...(measurement === null ? [] : [`**evidence:** ${describeEvidence(measurement)}`]),
  ];
}

const findingText = (finding: Parameters<typeof describeFinding>[0]) =>
  finding.severity === 'problem' ? `**problem:** ${describeFinding(finding)}` : describeFinding(finding);

function judgementLines({ series, job, judgement, notJudgedReason }: SeriesJudgement): string[] {
  if (judgement === null) return [`- ${jobName(job)}: ${describeNotJudgedReason(notJudgedReason!)}`];
  return [
    `- ${SIGNS[safetyOf(judgement.verdict)]} ${describeVerdict(judgement)}`,
    ...listAdvice(judgement, series.analysis.measurement).map((each) => `  - ${each}`),
  ];
}

/** Sentences about a job take its names as they are. */
function withMarkedNames(job: AssessedJob): AssessedJob {
  const { runs } = job;
  const marked = <Run extends JobRun>(run: Run): Run => ({
    ...run,
    identity: { ...run.identity, host: name(run.identity.host) },
  });
  return {
    ...job,
    name: job.name === null ? null : name(job.name),
    runs: runs && {
      ...runs,
      finished: runs.finished && {
        ...runs.finished,
        longest: marked(runs.finished.longest),
        leastRemainingRun: marked(runs.finished.leastRemainingRun),
      },
      running: runs.running && { ...runs.running, run: marked(runs.running.run) },
    },
  };
}
