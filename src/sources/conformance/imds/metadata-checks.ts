import type { ExpectedValue } from '../../../domain/conformance/check-result.ts';
import type { ConformanceClient } from '../../../domain/conformance/clients.ts';
import { affects, DIFFERS } from '../../../domain/conformance/usual-effects.ts';
import type { CheckAttempt, CheckFunction } from '../check-attempt.ts';
import { readDocument, readObject } from '../exchanges/exchange-documents.ts';
import type { Exchange } from '../exchanges/prober.ts';
import type { ImdsFacts } from './imds-facts.ts';

const REGION = /^[a-z]{2,}(?:-[a-z]+)+-\d+$/;
const PROFILE_ARN = /^arn:[\w-]+:iam::\d{12}:instance-profile\/[\w+=,.@/-]+$/;
const INSTANCE = /^[\w.:-]{1,128}$/;

/** The path from which each SDK reads the region. botocore requests the zone with a slash at the end. */
const REGION_PATHS: readonly [path: string, clients: readonly ConformanceClient[]][] = [
  ['/latest/meta-data/placement/region', ['rust', 'javascript']],
  ['/latest/meta-data/placement/availability-zone/', ['botocore']],
  ['/latest/dynamic/instance-identity/document', ['java-1', 'java-2', 'dotnet', 'go']],
];

/** Checks of metadata other than credentials. */
export const createMetadataChecks = (facts: ImdsFacts) =>
  ({
    'region-metadata': async (attempt) => {
      await facts.requireAccess();
      const regions: (string | null)[] = [];
      for (const [path, clients] of REGION_PATHS) {
        const exchange = await facts.session.read(path);
        const effects = [affects('no-region', ...clients)];
        const region = attempt.expectStatus(exchange, [200], effects) ? readRegion(path, exchange) : null;
        const known = regions.find((each) => each !== null);
        if (
          exchange.response?.status === 200 &&
          (region === null || (known !== undefined && region !== known))
        ) {
          const value = region === null ? null : attempt.quote(region);
          attempt.fail(
            { code: 'UNEXPECTED_FIELD', field: 'region', value, expected: 'region' },
            exchange,
            effects,
          );
        }
        regions.push(region);
      }
    },
    'instance-metadata': async (attempt) => {
      await facts.requireAccess();
      const instance = await facts.getInstanceId();
      if (attempt.expectStatus(instance, [200])) {
        const body = instance.response?.body ?? '';
        // Another text is not shown, because it can be a document with secrets.
        if (!INSTANCE.test(body)) failField(attempt, instance, 'instance-id', null, 'instance-id');
      }
      if (await facts.isWithoutRole()) return;
      const info = await facts.session.read('/latest/meta-data/iam/info');
      if (!attempt.expectStatus(info, [200])) return;
      const { Code, InstanceProfileArn: arn } = readDocument(info) ?? {};
      if (Code !== 'Success') failField(attempt, info, 'Code', Code, 'success');
      else if (typeof arn !== 'string' || !PROFILE_ARN.test(arn)) {
        failField(attempt, info, 'InstanceProfileArn', arn, 'instance-profile-arn');
      }
    },
    'not-found-response': async (attempt) => {
      await facts.requireAccess();
      const exchange = await facts.session.read('/latest/meta-data/cred-watch-unknown');
      if (!attempt.expectStatus(exchange, [404])) return;
      const document = readObject(exchange);
      if (document?.Code === 'Success' || document?.AccessKeyId !== undefined) {
        attempt.fail({ code: 'UNEXPECTED_BODY', problem: 'success-document' }, exchange);
      }
      const type = attempt.requireResponse(exchange).getHeader('content-type');
      if (type !== null && !/^text\/(?:html|plain)\b/i.test(type)) {
        attempt.fail(
          {
            code: 'UNEXPECTED_HEADER',
            header: 'content-type',
            value: attempt.quote(type),
            expected: 'text-type',
          },
          exchange,
          DIFFERS,
        );
      }
    },
  }) satisfies Record<string, CheckFunction>;

/** Null if the response states no region. The name of a zone begins with its region. */
function readRegion(path: string, exchange: Exchange): string | null {
  const document = readDocument(exchange);
  const text = path.endsWith('document') ? document?.region : exchange.response?.body;
  if (typeof text !== 'string') return null;
  if (!path.includes('zone')) return REGION.test(text) ? text : null;
  return /^([a-z]{2,}(?:-[a-z]+)+-\d+)(?:[a-z]|-[\w-]+)$/.exec(text)?.[1] ?? null;
}

function failField(
  attempt: CheckAttempt,
  exchange: Exchange,
  field: string,
  value: unknown,
  expected: ExpectedValue,
): void {
  const shown = typeof value === 'string' ? attempt.quote(value) : null;
  attempt.fail({ code: 'UNEXPECTED_FIELD', field, value: shown, expected }, exchange);
}
