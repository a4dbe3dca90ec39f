import type { AssessedJob, AssessedSeries, Assessment } from '../../domain/verdict/assessment.ts';
import { compareSeverity, toSafety } from '../../domain/verdict/figures/severity.ts';
import type { Finding } from '../../domain/verdict/finding.ts';
import { type JudgedSeries, listSeriesJudgements } from '../../domain/verdict/judgements.ts';
import type { ReportContext } from '../context.ts';
import { formatStatement, listStatements } from '../general-knowledge/statements.ts';
import { describeEvidenceBriefly } from '../messages/evidence.ts';
import { describeFinding } from '../messages/findings.ts';
import { GENERAL_KNOWLEDGE_TITLE } from '../messages/general-knowledge/facts.ts';
import { describeRetired, formatMarkedName } from '../messages/headline/retired.ts';
import {
  describeNoSeries,
  describeNotJudgedReason,
  describeOmittedCount,
  NO_JOB_MESSAGE,
} from '../messages/judgements.ts';
import { listCurrentAdvice } from '../messages/polling/failing-polls.ts';
import { describeSeriesVerdict } from '../messages/verdicts.ts';
import { formatRow } from '../rows/row.ts';
import { listSeriesRows } from '../rows/series-rows.ts';
import { formatJob, formatSeriesName } from '../text/format-values.ts';

/** In the order of the output. */
const ANNOTATION_KINDS = ['error', 'warning', 'notice'] as const;

interface Annotation {
  kind: (typeof ANNOTATION_KINDS)[number];
  title: string;
  /** Called only for annotations that fit. */
  listLines: () => readonly string[];
}

/** GitHub drops further annotations of the same kind in one step. */
const MAX_ANNOTATIONS = 10;

/** Of general knowledge about one environment. The step summary has all. */
const MAX_STATEMENTS = 2;

/** Workflow commands for the output of a GitHub Actions step, the most important first. */
export function renderGithub(assessment: Assessment, context: ReportContext): string {
  const annotations = [
    ...annotateVerdicts(assessment, context),
    ...annotateProblems(assessment, context),
    ...(assessment.jobs.length === 0 ? annotateMeasurements(assessment, context) : []),
    ...annotateKnowledge(context),
  ];
  return ANNOTATION_KINDS.flatMap((kind) => limit(annotations.filter((each) => each.kind === kind)))
    .map(formatCommand)
    .join('');
}

/** A verdict does not depend on it, so it comes last. */
function annotateKnowledge({ generalKnowledge = [] }: ReportContext): Annotation[] {
  const listed = listStatements(generalKnowledge);
  if (listed.length === 0) return [];
  return [
    {
      kind: 'notice',
      title: `cred-watch: ${GENERAL_KNOWLEDGE_TITLE}`,
      listLines: () =>
        listed.flatMap(({ environment, statements }) =>
          statements.slice(0, MAX_STATEMENTS).map((each) => `${environment}: ${formatStatement(each)}`),
        ),
    },
  ];
}

/** The last annotation that GitHub shows states how many are omitted. */
function limit(annotations: readonly Annotation[]): readonly Annotation[] {
  const [first] = annotations;
  if (first === undefined || annotations.length <= MAX_ANNOTATIONS) return annotations;
  const shown = annotations.slice(0, MAX_ANNOTATIONS - 1);
  const omitted = describeOmittedCount(annotations.length - shown.length);
  return [...shown, { kind: first.kind, title: 'cred-watch', listLines: () => [omitted] }];
}

function annotateVerdicts(assessment: Assessment, context: ReportContext): Annotation[] {
  const { series, jobs } = assessment;
  const judged = series
    .flatMap((each) => listSeriesJudgements(each, assessment))
    .flatMap((each) => (each.judgement === null ? [] : [{ ...each, judgement: each.judgement }]))
    .toSorted((a, b) => compareSeverity(a.judgement, b.judgement));
  const unjudged = jobs.filter(({ job }) => job === null || series.length === 0);
  return [
    ...judged.map((each) => annotateJudgement(each, context)),
    ...unjudged.map((job) => annotateUnjudgedJob(job, context)),
  ];
}

const KINDS_BY_SAFETY = { safe: 'notice', 'not-safe': 'error', unknown: 'warning' } as const;

function annotateJudgement(
  { job, series, judgement }: JudgedSeries & { job: AssessedJob },
  { times }: ReportContext,
): Annotation {
  const { measurement } = series.analysis;
  const kind = KINDS_BY_SAFETY[toSafety(judgement.verdict)];
  return {
    // A notice is easily overlooked, and the job gets other credentials than the ones judged.
    kind: kind === 'notice' && series.isRetired ? 'warning' : kind,
    title: `cred-watch: ${formatJob(job)} on ${formatMarkedName(series)}`,
    listLines: () => [
      ...[describeRetired(series, times)].filter((each) => each !== null),
      describeSeriesVerdict(judgement, series.analysis),
      ...listCurrentAdvice(judgement, series, times),
      ...(measurement === null ? [] : [describeEvidenceBriefly(measurement, [judgement])]),
    ],
  };
}

const annotateUnjudgedJob = (job: AssessedJob, context: ReportContext): Annotation => ({
  kind: 'warning',
  title: `cred-watch: ${formatJob(job)}`,
  listLines: () => [
    job.job === null ? describeNotJudgedReason('DURATION_UNKNOWN') : describeNoSeries(context),
  ],
});

const annotateProblems = ({ series }: Assessment, { times }: ReportContext): Annotation[] =>
  series.flatMap((each) =>
    each.analysis.findings
      .filter((finding) => finding.severity === 'problem' && !isReasonOfVerdict(finding, each))
      // The polls of a retired series have ended, because another series has replaced it.
      .filter(({ code }) => code !== 'STALE_SAMPLES' || !each.isRetired)
      .map((finding) => ({
        kind: 'warning' as const,
        title: `cred-watch: ${formatName(each)}`,
        listLines: () => [describeFinding(finding, each.judgements, times)],
      })),
  );

/** The annotation of the verdict `unknown` already has the sentence and what to do. */
const isReasonOfVerdict = ({ code }: Finding, { judgements }: AssessedSeries) =>
  judgements.some(
    ({ verdict, unknownReasons }) =>
      verdict === 'unknown' && unknownReasons.some((reason) => reason.code === code),
  );

const annotateMeasurements = ({ series }: Assessment, context: ReportContext): Annotation[] =>
  series.map((each) => ({
    kind: 'notice' as const,
    title: `cred-watch: ${formatName(each)}`,
    listLines: () => [
      NO_JOB_MESSAGE,
      ...listSeriesRows(each.analysis, context.margin, context.times).map(
        (row) => `${row[0]}: ${formatRow(row)}`,
      ),
    ],
  }));

const formatName = ({ analysis }: AssessedSeries) => formatSeriesName(analysis.identity);

const formatCommand = ({ kind, title, listLines }: Annotation) =>
  `::${kind} title=${escapeProperty(title)}::${escapeData(listLines().join('\n'))}\n`;

/** The runner decodes these escapes. Without line ends, a name cannot start another command. */
const escapeData = (text: string) =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const escapeProperty = (text: string) => escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
