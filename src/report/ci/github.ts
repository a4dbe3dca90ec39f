import type { AssessedJob, AssessedSeries, Assessment } from '../../domain/verdict/assessment.ts';
import type { JobJudgement } from '../../domain/verdict/job-verdict.ts';
import { listSeriesJudgements, type SeriesJudgement, safetyOf } from '../../domain/verdict/judgements.ts';
import type { ReportContext } from '../context.ts';
import { describeFinding } from '../messages/findings.ts';
import {
  describeNotJudgedReason,
  describeOmittedCount,
  NO_JOB_MESSAGE,
  NO_SERIES_MESSAGE,
} from '../messages/judgements.ts';
import { describeEvidence, describeVerdict, listAdvice } from '../messages/verdicts.ts';
import { buildPlainSeriesRows } from '../table/series-rows.ts';
import { formatJob, formatSeriesName } from '../text/format-values.ts';

const KINDS = ['error', 'warning', 'notice'] as const;
type Kind = (typeof KINDS)[number];

interface Annotation {
  kind: Kind;
  title: string;
  lines: readonly string[];
}

/** GitHub shows so many annotations of a kind for each step, and drops the rest. */
const SHOWN = 10;

/** Workflow commands that GitHub Actions reads from a step's output: what matters most first. */
export function renderGithub(assessment: Assessment, context: ReportContext): string {
  const annotations = [...verdictsOf(assessment), ...findingsOf(assessment)];
  if (assessment.jobs.length === 0) annotations.push(...measuredOf(assessment, context));
  return KINDS.flatMap((kind) =>
    atMost(
      SHOWN,
      annotations.filter((each) => each.kind === kind),
    ),
  )
    .map(command)
    .join('');
}

function atMost(count: number, annotations: readonly Annotation[]): readonly Annotation[] {
  if (annotations.length <= count) return annotations;
  const shown = annotations.slice(0, count - 1);
  const [{ kind }] = annotations as [Annotation];
  return [
    ...shown,
    { kind, title: 'cred-watch', lines: [describeOmittedCount(annotations.length - shown.length)] },
  ];
}

function verdictsOf(assessment: Assessment): Annotation[] {
  const { series, jobs } = assessment;
  const judged = series
    .flatMap((each) => listSeriesJudgements(each, assessment))
    .filter((each): each is Judged => each.judgement !== null)
    .toSorted((a, b) => spareOf(a) - spareOf(b));
  const unjudged = jobs.filter(({ job }) => job === null || series.length === 0);
  return [...judged.map(verdictAnnotation), ...unjudged.map(unjudgedAnnotation)];
}

type Judged = SeriesJudgement & { judgement: JobJudgement };

const spareOf = ({ judgement }: Judged) => judgement.spare ?? Number.POSITIVE_INFINITY;

const KIND_OF = { safe: 'notice', 'not-safe': 'error', unknown: 'warning' } as const;

function verdictAnnotation({ job, series, judgement }: Judged): Annotation {
  const { measurement } = series.analysis;
  return {
    kind: KIND_OF[safetyOf(judgement.verdict)],
    title: `cred-watch: ${formatJob(job)} on ${seriesName(series)}`,
    lines: [
      describeVerdict(judgement),
      ...listAdvice(judgement, measurement),
      ...(measurement === null ? [] : [describeEvidence(measurement)]),
    ],
  };
}

const unjudgedAnnotation = (job: AssessedJob): Annotation => ({
  kind: 'warning',
  title: `cred-watch: ${formatJob(job)}`,
  lines: [job.job === null ? describeNotJudgedReason('LENGTH_UNKNOWN') : NO_SERIES_MESSAGE],
});

const findingsOf = ({ series }: Assessment): Annotation[] =>
  series.flatMap((each) =>
    each.analysis.findings
      .filter(({ severity }) => severity === 'problem')
      .map((finding) => ({
        kind: 'warning' as const,
        title: `cred-watch: ${seriesName(each)}`,
        lines: [describeFinding(finding)],
      })),
  );

const measuredOf = ({ series }: Assessment, context: ReportContext): Annotation[] =>
  series.map((each) => ({
    kind: 'notice' as const,
    title: `cred-watch: ${seriesName(each)}`,
    lines: [
      NO_JOB_MESSAGE,
      ...buildPlainSeriesRows(each.analysis, context).map(([label, value]) => `${label}: ${value}`),
    ],
  }));

const seriesName = ({ analysis }: AssessedSeries) => formatSeriesName(analysis.identity);

const command = ({ kind, title, lines }: Annotation) =>
  `::${kind} title=${escapeProperty(title)}::${escapeData(lines.join('\n'))}\n`;

/** What the runner turns back. Without a line end of its own no name can begin a command. */
const escapeData = (text: string) =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const escapeProperty = (text: string) => escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
