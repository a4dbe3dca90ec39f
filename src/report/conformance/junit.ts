import type { CheckResult } from '../../domain/conformance/check-result.ts';
import { formatInstant } from '../../domain/time/instant.ts';
import { createXmlBuilder } from '../ci/xml-builder.ts';
import {
  describeRequirement,
  describeSkipReason,
  describeUnknownReason,
  describeUnreachable,
  describeVerdict,
  describeWatch,
} from '../messages/conformance/results.ts';
import { type ConformanceView, getSeverity, isFailed, listConsequenceRows, listFailureRows } from './view.ts';

/** One suite with one test case per check. A warning is a passed test case with text, except with --strict. */
export async function renderConformanceJunit(view: ConformanceView, version: string): Promise<string> {
  const builder = await createXmlBuilder();
  const { run, verdict } = view;
  const name = `conform ${run.shape}`;
  const head = { '@classname': name, '@time': 0 };
  const testcase =
    run.unreachable === null
      ? run.results.map((result) => ({ '@name': result.id, ...head, ...buildOutcome(result, view) }))
      : [
          {
            '@name': 'reachable',
            ...head,
            error: buildProblem('Unknown', describeUnreachable(run.unreachable).message),
          },
        ];
  const count = (key: string) => testcase.filter((each) => Object.hasOwn(each, key)).length;
  const counts = {
    '@tests': testcase.length,
    '@failures': count('failure'),
    '@errors': count('error'),
    '@skipped': count('skipped'),
    '@time': run.durationMs / 1000,
    '@timestamp': formatInstant(run.startedAt).replace(/\.\d+Z$/, 'Z'),
  };
  const properties = { cred_watch_version: version, endpoint: run.endpoint, verdict };
  return builder.build({
    '?xml': { '@version': '1.0', '@encoding': 'UTF-8' },
    testsuites: {
      '@name': 'cred-watch',
      ...counts,
      testsuite: {
        '@name': name,
        ...counts,
        properties: {
          property: Object.entries(properties).map(([key, value]) => ({ '@name': key, '@value': value })),
        },
        testcase,
        'system-out': [describeVerdict(run, verdict), ...(run.watch ? [describeWatch(run.watch)] : [])].join(
          '\n',
        ),
      },
    },
  });
}

function buildOutcome(result: CheckResult, view: ConformanceView): object {
  if (result.outcome === 'skipped') return { skipped: { '@message': describeSkipReason(result.reason) } };
  if (result.outcome === 'unknown') {
    return { error: buildProblem('Unknown', describeUnknownReason(result.reason)) };
  }
  if (!isFailed(result)) return {};
  const details = [
    ...result.failures.flatMap((failure) => listFailureRows(failure, view.run)),
    ...listConsequenceRows(result).map(([label, value]) => [label === '' ? 'effect' : label, value] as const),
  ].map(([label, value]) => `${label}: ${value}`);
  const message = describeRequirement(result.id);
  const isWarning = getSeverity(result) === 'warning' && !view.isStrict;
  if (isWarning) return { 'system-out': [`warning: ${message}`, ...details].join('\n') };
  return { failure: buildProblem('Conformance', message, details) };
}

const buildProblem = (type: string, message: string, details: readonly string[] = []) => ({
  '@type': type,
  '@message': message,
  ...(details.length > 0 && { '#text': details.join('\n') }),
});
