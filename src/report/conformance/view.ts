import type {
  CheckFailure,
  CheckResult,
  ConformanceRun,
  ExchangeSummary,
} from '../../domain/conformance/check-result.ts';
import { type ConformanceVerdict, findCheck } from '../../domain/conformance/verdict.ts';
import { describeEffect } from '../messages/conformance/clients.ts';
import { describeExpected, describeFound, NO_RESPONSE_PHRASES } from '../messages/conformance/failures.ts';

/** What a renderer needs. */
export interface ConformanceView {
  run: ConformanceRun;
  verdict: ConformanceVerdict;
  /** Warnings count as failures. */
  isStrict: boolean;
}

export type FailedResult = CheckResult & { outcome: 'failed' };

export const isFailed = (result: CheckResult): result is FailedResult => result.outcome === 'failed';

/** The labelled lines of one failure, without its effects. */
export function listFailureRows(
  failure: CheckFailure,
  { exchanges }: ConformanceRun,
): (readonly [label: string, value: string])[] {
  const exchange = exchanges.find(({ number }) => number === failure.exchange);
  return [
    ...(exchange === undefined
      ? []
      : ([
          ['request', formatRequest(exchange)],
          ['response', formatResponse(exchange)],
        ] as const)),
    ['found', describeFound(failure)],
    ['expected', describeExpected(failure)],
  ];
}

/** What the failures of a check do to clients, each effect once. */
export const listEffects = ({ failures }: FailedResult): string[] => [
  ...new Set(failures.flatMap(({ effects }) => effects.map(describeEffect))),
];

/** `PUT /latest/api/token (x-aws-ec2-metadata-token-ttl-seconds: 21600)`. */
function formatRequest({ method, path, requestHeaders }: ExchangeSummary): string {
  const fields = requestHeaders.map(formatField).join('; ');
  return `${method} ${path}${fields === '' ? '' : ` (${fields})`}`;
}

/** Headers that no check judges. JSON has them too. */
const USUAL_HEADERS = new Set(
  'accept-ranges connection date keep-alive last-modified server transfer-encoding'.split(' '),
);

/** `200 after 3 ms (content-type: text/plain; …)`. */
function formatResponse({ response, durationMs }: ExchangeSummary): string {
  if ('reason' in response) return `${NO_RESPONSE_PHRASES[response.reason]} after ${durationMs} ms`;
  const { status, headers, bodyLength } = response;
  const fields = headers.filter(([name]) => !USUAL_HEADERS.has(name)).map(formatField);
  const length =
    headers.some(([name]) => name === 'content-length') || bodyLength === null ? [] : [`${bodyLength} bytes`];
  const details = [...fields, ...length].join('; ');
  return `${status} after ${durationMs} ms${details === '' ? '' : ` (${details})`}`;
}

const formatField = ([name, value]: readonly [string, string]) => `${name}: ${value}`;

export const getSeverity = ({ id }: CheckResult) => findCheck(id).severity;
