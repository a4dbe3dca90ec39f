import { formatInstant } from '../../domain/time/instant.ts';
import type { AssessedJob, AssessedSeries, Assessment } from '../../domain/verdict/assessment.ts';
import { toSafety } from '../../domain/verdict/figures/severity.ts';
import { listSeriesJudgements, type SeriesJudgement } from '../../domain/verdict/judgements.ts';
import { rankByImportance } from '../../domain/verdict/shown-series.ts';
import type { ReportContext } from '../context.ts';
import { describeEvidenceBriefly } from '../messages/evidence.ts';
import { describeFinding } from '../messages/findings.ts';
import { describeRetired, RETIRED_ADVICE } from '../messages/headline/retired.ts';
import { describeNoSeries, describeNotJudgedReason, NO_JOB_MESSAGE } from '../messages/judgements.ts';
import { listCurrentAdvice } from '../messages/polling/failing-polls.ts';
import { describeJob, describeSeriesVerdict, describeVerdict, isSafeSoFar } from '../messages/verdicts.ts';
import { formatSeriesName } from '../text/format-values.ts';
import { joinPieces } from '../text/pieces.ts';
import { buildSeriesFields, buildVerdictFields, type FieldValue } from './flat-fields.ts';
import { createXmlBuilder } from './xml-builder.ts';

/** The element of a test case that has not passed. */
const OUTCOMES = ['failure', 'error', 'skipped'] as const;
type Outcome = 'passed' | (typeof OUTCOMES)[number];

/**
 * One suite per series, the worst first, with one test case per job. JUnit XML has no official schema. This output follows the
 * common subset at https://github.com/testmoapp/junitxml. `time` is always 0, but some readers require it.
 */
export async function renderJunit(assessment: Assessment, context: ReportContext): Promise<Iterable<string>> {
  const builder = await createXmlBuilder();
  const outcomes = assessment.series.flatMap((series) =>
    listOutcomes(listSeriesJudgements(series, assessment)),
  );
  const all = assessment.series.length > 0 ? outcomes : assessment.jobs.map(() => 'error' as const);
  const [start, end] = builder
    .build({
      '?xml': { '@version': '1.0', '@encoding': 'UTF-8' },
      testsuites: { ...buildSuiteHead('cred-watch', all, context), '#text': SUITES },
    })
    .split(SUITES);
  return joinPieces(
    (function* () {
      yield `${start}\n`;
      for (const testsuite of listSuites(assessment, context)) {
        // Only lines of markup are indented, because line ends and spaces belong to a text.
        yield builder.build({ testsuite }).replace(/^(?= *<)/gm, '  ');
      }
      yield `${end}`;
    })(),
  );
}

/** Marks the position of the suites. The element around them contains no text from elsewhere. */
const SUITES = 'SUITES';

function* listSuites(assessment: Assessment, context: ReportContext): Generator<object> {
  const { series, jobs } = assessment;
  for (const each of rankByImportance(series)) yield buildSeriesSuite(each, assessment, context);
  if (series.length > 0 || jobs.length === 0) return;
  const name = 'no series';
  yield {
    ...buildSuiteHead(
      name,
      jobs.map(() => 'error'),
      context,
    ),
    ...buildProperties({ cred_watch_version: context.version }),
    testcase: jobs.map((job) => ({
      ...buildCaseHead(chooseCaseName(job), name),
      error: buildProblem('Unknown', describeNoSeries(context)),
    })),
  };
}

function buildSeriesSuite(series: AssessedSeries, assessment: Assessment, context: ReportContext): object {
  const { identity, measurement, findings } = series.analysis;
  const name = formatSeriesName(identity);
  const judgements = listSeriesJudgements(series, assessment);
  const noJob = { ...buildCaseHead('no job', name), skipped: { '@message': NO_JOB_MESSAGE } };
  const retired = listRetired(series);
  const output = [
    ...retired,
    // A passed case has no text of its own.
    ...series.judgements
      .filter((judgement) => isSafeSoFar(judgement, measurement))
      .map((judgement) => describeSeriesVerdict(judgement, series.analysis)),
    ...findings.map((finding) => describeFinding(finding, series.judgements)),
    ...(measurement === null ? [] : [describeEvidenceBriefly(measurement, series.judgements)]),
  ];
  return {
    ...buildSuiteHead(name, listOutcomes(judgements), context),
    '@hostname': identity.host,
    ...buildProperties({ cred_watch_version: context.version, ...buildSeriesFields(series.analysis) }),
    testcase: judgements.length === 0 ? [noJob] : judgements.map((each) => buildJobCase(each, name)),
    ...(output.length > 0 && { 'system-out': output.join('\n') }),
  };
}

/** One for each test case of a series. */
const listOutcomes = (judgements: readonly SeriesJudgement[]): Outcome[] =>
  judgements.length === 0 ? ['skipped'] : judgements.map(findOutcome);

function findOutcome({ judgement, notJudgedReason }: SeriesJudgement): Outcome {
  if (judgement === null) return notJudgedReason === 'DURATION_UNKNOWN' ? 'error' : 'skipped';
  return ({ safe: 'passed', 'not-safe': 'failure', unknown: 'error' } as const)[toSafety(judgement.verdict)];
}

function buildSuiteHead(name: string, outcomes: readonly Outcome[], { now }: ReportContext) {
  const [failures, errors, skipped] = OUTCOMES.map(
    (outcome) => outcomes.filter((each) => each === outcome).length,
  );
  return {
    '@name': name,
    '@tests': outcomes.length,
    '@failures': failures,
    '@errors': errors,
    '@skipped': skipped,
    '@time': 0,
    '@timestamp': formatInstant(now).replace(/\.\d+Z$/, 'Z'),
  };
}

const buildCaseHead = (name: string, suiteName: string) => ({
  '@name': name,
  '@classname': suiteName,
  '@time': 0,
});

/** CI servers compare runs by this name, so a named job keeps its name when its length changes. */
const chooseCaseName = ({ name, job }: AssessedJob) =>
  name ?? (job === null ? 'a job' : describeJob(job.duration));

function buildJobCase(each: SeriesJudgement, suiteName: string): object {
  const { job, series, judgement, notJudgedReason } = each;
  const head = buildCaseHead(chooseCaseName(job), suiteName);
  const outcome = findOutcome(each);
  if (judgement === null) {
    const message = describeNotJudgedReason(notJudgedReason);
    return {
      ...head,
      [outcome]: outcome === 'error' ? buildProblem('Unknown', message) : { '@message': message },
    };
  }
  const judged = { ...head, ...buildProperties(buildVerdictFields(judgement)) };
  const retired = listRetired(series);
  if (outcome === 'passed')
    return series.isRetired ? { ...judged, 'system-out': [...retired, RETIRED_ADVICE].join('\n') } : judged;
  const { findings } = series.analysis;
  const details = [
    ...retired,
    ...listCurrentAdvice(judgement, series),
    ...findings.map((finding) => describeFinding(finding, [judgement])),
  ];
  const type = outcome === 'failure' ? 'CredentialExpiry' : 'Unknown';
  return {
    ...judged,
    [outcome]: buildProblem(type, describeVerdict(judgement, series.analysis.measurement), details),
  };
}

const listRetired = (series: AssessedSeries): string[] =>
  [describeRetired(series)].filter((each) => each !== null);

const buildProblem = (type: string, message: string, details: readonly string[] = []) => ({
  '@type': type,
  '@message': message,
  ...(details.length > 0 && { '#text': details.join('\n') }),
});

function buildProperties(properties: Record<string, FieldValue>) {
  const property = Object.entries(properties)
    .filter(([, value]) => value !== null && value !== '')
    .map(([name, value]) => ({ '@name': name, '@value': value }));
  return property.length > 0 ? { properties: { property } } : {};
}
