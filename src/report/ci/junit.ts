import { formatInstant } from '../../domain/time/instant.ts';
import type { AssessedJob, AssessedSeries, Assessment } from '../../domain/verdict/assessment.ts';
import type { JobJudgement } from '../../domain/verdict/job-verdict.ts';
import { listSeriesJudgements, type SeriesJudgement, toSafety } from '../../domain/verdict/judgements.ts';
import type { SeriesAnalysis } from '../../domain/verdict/series-analysis.ts';
import type { ReportContext } from '../context.ts';
import { describeFinding } from '../messages/findings.ts';
import { describeNotJudgedReason, NO_JOB_MESSAGE, NO_SERIES_MESSAGE } from '../messages/judgements.ts';
import { describeEvidence, describeJob, describeVerdict, listAdvice } from '../messages/verdicts.ts';
import { formatSeriesName } from '../text/format-values.ts';
import { escapeUnprintable } from '../text/untrusted-text.ts';
import { buildSeriesFields, buildVerdictFields, type FieldValue } from './flat-fields.ts';

/** Also the name of the XML element in the test case. A passed case has no such element. */
type Outcome = 'passed' | 'failure' | 'error' | 'skipped';

interface TestCase {
  name: string;
  outcome: Outcome;
  type?: string;
  message?: string;
  details?: readonly string[];
  properties?: Record<string, FieldValue>;
}

interface TestSuite {
  name: string;
  host: string | null;
  cases: readonly TestCase[];
  properties: Record<string, FieldValue>;
  output: readonly string[];
}

/**
 * One suite per series, with one test case per job. JUnit XML has no official schema. This output follows the
 * common subset at https://github.com/testmoapp/junitxml. `time` is always 0, but some readers require it.
 */
export async function renderJunit(assessment: Assessment, context: ReportContext): Promise<string> {
  const { default: Builder } = await import('fast-xml-builder');
  const builder = new Builder({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    suppressBooleanAttributes: false,
    suppressEmptyNode: true,
    format: true,
    // The library escapes markup, but not characters that XML forbids or that attributes turn into spaces.
    attributeValueProcessor: (_, value) => escapeUnprintable(String(value)),
    tagValueProcessor: (_, value) => String(value).split('\n').map(escapeUnprintable).join('\n'),
  });
  const suites = buildSuites(assessment);
  const common = { '@time': 0, '@timestamp': formatInstant(context.now).replace(/\.\d+Z$/, 'Z') };
  return builder.build({
    '?xml': { '@version': '1.0', '@encoding': 'UTF-8' },
    testsuites: {
      '@name': 'cred-watch',
      ...countOutcomes(suites.flatMap(({ cases }) => cases)),
      ...common,
      testsuite: suites.map((suite) => ({
        '@name': suite.name,
        ...countOutcomes(suite.cases),
        ...common,
        ...(suite.host === null ? {} : { '@hostname': suite.host }),
        ...buildPropertiesElement({ cred_watch_version: context.version, ...suite.properties }),
        testcase: suite.cases.map((each) => buildCaseElement(each, suite.name)),
        ...(suite.output.length === 0 ? {} : { 'system-out': suite.output.join('\n') }),
      })),
    },
  });
}

function buildSuites(assessment: Assessment): TestSuite[] {
  const { series, jobs } = assessment;
  if (series.length > 0) return series.map((each) => buildSuite(each, assessment));
  if (jobs.length === 0) return [];
  const cases = jobs.map(
    (job): TestCase => ({
      name: chooseCaseName(job),
      outcome: 'error',
      type: 'Unknown',
      message: NO_SERIES_MESSAGE,
    }),
  );
  return [{ name: 'no series', host: null, cases, properties: {}, output: [] }];
}

function buildSuite(series: AssessedSeries, assessment: Assessment): TestSuite {
  const { analysis } = series;
  const { identity, measurement, findings } = analysis;
  const judgements = listSeriesJudgements(series, assessment);
  const noJob: TestCase = { name: 'no job', outcome: 'skipped', message: NO_JOB_MESSAGE };
  return {
    name: formatSeriesName(identity),
    host: identity.host,
    cases: judgements.length === 0 ? [noJob] : judgements.map(buildCase),
    properties: buildSeriesFields(analysis),
    output: [
      ...findings.map(describeFinding),
      ...(measurement === null ? [] : [describeEvidence(measurement)]),
    ],
  };
}

/** CI servers compare runs by this name, so a named job keeps its name when its length changes. */
const chooseCaseName = ({ name, job }: AssessedJob) =>
  name ?? (job === null ? 'a job' : describeJob(job.duration));

function buildCase({ job, series, judgement, notJudgedReason }: SeriesJudgement): TestCase {
  const name = chooseCaseName(job);
  if (judgement !== null) return { name, ...buildJudgedCase(judgement, series.analysis) };
  const message = describeNotJudgedReason(notJudgedReason);
  return notJudgedReason === 'DURATION_UNKNOWN'
    ? { name, outcome: 'error', type: 'Unknown', message }
    : { name, outcome: 'skipped', message };
}

function buildJudgedCase(
  judgement: JobJudgement,
  { measurement, findings }: SeriesAnalysis,
): Omit<TestCase, 'name'> {
  const properties = buildVerdictFields(judgement);
  const failed = {
    message: describeVerdict(judgement),
    details: [...listAdvice(judgement, measurement), ...findings.map(describeFinding)],
    properties,
  };
  switch (toSafety(judgement.verdict)) {
    case 'safe':
      return { outcome: 'passed', properties };
    case 'not-safe':
      return { outcome: 'failure', type: 'CredentialExpiry', ...failed };
    case 'unknown':
      return { outcome: 'error', type: 'Unknown', ...failed };
  }
}

function countOutcomes(cases: readonly TestCase[]) {
  const count = (wanted: Outcome) => cases.filter(({ outcome }) => outcome === wanted).length;
  return {
    '@tests': cases.length,
    '@failures': count('failure'),
    '@errors': count('error'),
    '@skipped': count('skipped'),
  };
}

const buildCaseElement = (testCase: TestCase, className: string) => ({
  '@name': testCase.name,
  '@classname': className,
  '@time': 0,
  ...buildPropertiesElement(testCase.properties ?? {}),
  ...buildOutcomeElement(testCase),
});

function buildOutcomeElement({ outcome, type, message, details = [] }: TestCase) {
  if (outcome === 'passed') return {};
  const text = details.length === 0 ? {} : { '#text': details.join('\n') };
  return { [outcome]: { ...(type === undefined ? {} : { '@type': type }), '@message': message, ...text } };
}

function buildPropertiesElement(properties: Record<string, FieldValue>) {
  const property = Object.entries(properties)
    .filter(([, value]) => value !== null && value !== '')
    .map(([name, value]) => ({ '@name': name, '@value': value }));
  return property.length === 0 ? {} : { properties: { property } };
}
