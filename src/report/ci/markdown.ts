import type { JobRun, Seconds } from '../../domain/model.ts';
import { formatDuration as duration } from '../../domain/time/duration.ts';
import type { AssessedJob, AssessedSeries, Assessment } from '../../domain/verdict/assessment.ts';
import type { JobVerdict, Verdict } from '../../domain/verdict/job-verdict.ts';
import { answerOf, type Judgement, judgedBy, judgementsOf } from '../../domain/verdict/judgements.ts';
import type { ReportContext } from '../context.ts';
import { findingMessage } from '../messages/findings.ts';
import { NO_JOB, NO_SERIES, silenceMessage } from '../messages/judgements.ts';
import { adviceMessages, evidenceMessage, verdictMessage, verdictWord } from '../messages/verdicts.ts';
import type { Row } from '../table/layout.ts';
import { plainFigureRows, plainRunRows } from '../table/plain-rows.ts';
import { printable } from '../text/printable.ts';
import { writeJob, writeSeries, writeShare } from '../text/writing.ts';

/** For the eye that runs down a page; the words beside them say the same. */
const SIGNS = { safe: '✅', 'not-safe': '❌', unknown: '❔' } as const;

/** The report as it is pasted into tickets and pull requests: GitHub's dialect, of which the tables are the one extension. */
export function renderMarkdown(assessment: Assessment, context: ReportContext): string {
  const { series, jobs, verdict } = assessment;
  const headline = verdict === null ? 'what was measured' : markedVerdict(verdict);
  const runs = jobs.flatMap((job) => plainRunRows(withMarkedNames(job)).map(writeRunRow));
  return `${[
    `## cred-watch: ${headline}`,
    jobs.length === 0 ? NO_JOB : verdictTable(assessment),
    ...(series.length === 0 ? [NO_SERIES] : []),
    ...(runs.length === 0 ? [] : [runs.join('\n')]),
    ...series.flatMap((each) => sectionOf(each, assessment, context)),
  ].join('\n\n')}\n`;
}

/** The first row of a job says which it is. */
const writeRunRow = ([label, value]: Row) => (label === 'job' ? `- ${value}` : `  - ${label}: ${value}`);

const markedVerdict = (verdict: Verdict) => `${SIGNS[answerOf(verdict)]} ${verdictWord(verdict)}`;

/**
 * A name that came from outside. Inside code nothing has a meaning: no link, no mention, no reference to an issue. What
 * could end the code or a table's cell, or is a tag where code is not known, is shown as control characters are.
 */
function name(text: string): string {
  const shown = printable(text).replace(
    /[`|<]/g,
    (character) => `\\u{${character.charCodeAt(0).toString(16)}}`,
  );
  // Two of them side by side would begin a code of another kind.
  return shown === '' ? '' : `\`${shown}\``;
}

const seriesName = ({ analysis }: AssessedSeries) => name(writeSeries(analysis.identity));

const jobName = (job: AssessedJob) => writeJob(withMarkedNames(job));

const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

/** Of every job the series that judged it; a job that none did has a line all the same. */
function verdictTable(assessment: Assessment): string {
  const rows = assessment.jobs.flatMap((job) => {
    const judged = judgedBy(job, assessment).map(({ series, verdict }) => [
      jobName(job),
      seriesName(series),
      ...verdictCells(verdict, series),
    ]);
    return judged.length > 0 ? judged : [[jobName(job), '', markedVerdict(job.verdict), '', '', '', '']];
  });
  const head = ['job', 'series', 'verdict', 'required', 'worst case', 'spare', 'safe starts'];
  const rule = ['---', '---', '---', '---:', '---:', '---:', '---:'];
  return [head, rule, ...rows].map(line).join('\n');
}

const verdictCells = (verdict: JobVerdict, { analysis }: AssessedSeries): string[] => [
  markedVerdict(verdict.verdict),
  duration(verdict.required),
  durationOrNothing(analysis.measurement?.worstCase.seconds ?? null),
  durationOrNothing(verdict.spare),
  verdict.shareOfSafeStarts === null ? '' : writeShare(verdict.shareOfSafeStarts),
];

const durationOrNothing = (seconds: Seconds | null) => (seconds === null ? '' : duration(seconds));

function sectionOf(series: AssessedSeries, assessment: Assessment, context: ReportContext): string[] {
  const { analysis, retired } = series;
  const { findings, measurement } = analysis;
  const judgements = judgementsOf(series, assessment).map(judgementLines);
  const figures = plainFigureRows(analysis, context).map(([label, value]) => line([label, value]));
  return [
    `### ${seriesName(series)}${retired ? ' (retired)' : ''}`,
    ...(judgements.length === 0 ? [] : [judgements.flat().join('\n')]),
    [line(['measured', '']), line(['---', '---']), ...figures].join('\n'),
    ...(findings.length === 0 ? [] : [findings.map((each) => `- ${findingText(each)}`).join('\n')]),
    ...(measurement === null ? [] : [`**evidence:** ${evidenceMessage(measurement)}`]),
  ];
}

const findingText = (finding: Parameters<typeof findingMessage>[0]) =>
  finding.severity === 'problem' ? `**problem:** ${findingMessage(finding)}` : findingMessage(finding);

function judgementLines({ series, job, verdict, silence }: Judgement): string[] {
  if (verdict === null) return [`- ${jobName(job)}: ${silenceMessage(silence!)}`];
  return [
    `- ${SIGNS[answerOf(verdict.verdict)]} ${verdictMessage(verdict)}`,
    ...adviceMessages(verdict, series.analysis.measurement).map((each) => `  - ${each}`),
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
        closest: marked(runs.finished.closest),
      },
      running: runs.running && { ...runs.running, run: marked(runs.running.run) },
    },
  };
}
