import type { CheckId } from '../../../src/domain/conformance/check-list.ts';
import type { ConformanceNote, UnreachableReason } from '../../../src/domain/conformance/check-result.ts';
import type { Shape } from '../../../src/server/endpoint-request.ts';
import type { FaultKind } from '../../../src/server/faults/fault-definitions.ts';

/** A fault of the simulator, and what `conform` reports about it. */
export interface NamedFault {
  fault: string;
  shape: Shape;
  /** The checks that fail. No others fail. */
  checks?: readonly CheckId[];
  /** The endpoint cannot be checked at all. */
  unreachable?: UnreachableReason['reason'];
  note?: ConformanceNote['code'];
  /** The checks that are unknown, because the endpoint throttles. */
  throttled?: readonly CheckId[];
  /** The checks fail only with `--watch` of this time. */
  watchSeconds?: number;
}

const TOKEN = 'path=/latest/api/token';
const DOCUMENT = 'path=*/security-credentials/simulated-role';

/** At least one case for each kind of fault. */
export const NAMED_FAULTS: Readonly<Record<FaultKind, readonly NamedFault[]>> = {
  status: [
    { fault: `503,${TOKEN}`, shape: 'imds', checks: ['token-issued'] },
    { fault: `400,${TOKEN}`, shape: 'imds', checks: ['token-issued', 'token-refusal-status'] },
    { fault: `404,${TOKEN}`, shape: 'imds', checks: ['token-issued'] },
    { fault: `500,${DOCUMENT}`, shape: 'imds', note: 'SERVER_ERROR' },
    { fault: '404,path=/latest/meta-data/placement/*', shape: 'imds', checks: ['region-metadata'] },
    { fault: '403', shape: 'imds', unreachable: 'disabled' },
    { fault: '500', shape: 'ecs', note: 'ERROR_DOCUMENT' },
    { fault: '429', shape: 'eks', note: 'THROTTLED', throttled: ['container-document'] },
    { fault: `503,${TOKEN}`, shape: 'cloudshell', checks: ['cloudshell-token'] },
  ],
  error: [
    { fault: 'error', shape: 'imds', note: 'ERROR_DOCUMENT' },
    { fault: 'error', shape: 'ecs', note: 'ERROR_DOCUMENT' },
    { fault: 'error', shape: 'eks', note: 'ERROR_DOCUMENT' },
    { fault: 'error', shape: 'cloudshell', checks: ['cloudshell-token', 'container-document'] },
  ],
  stall: [
    { fault: `stall=2s,${DOCUMENT}`, shape: 'imds', checks: ['response-time'] },
    { fault: 'stall=2s,path=/v2/*', shape: 'ecs', checks: ['response-time'] },
  ],
  reset: [
    { fault: 'reset', shape: 'imds', unreachable: 'connection-closed' },
    { fault: 'reset', shape: 'ecs', unreachable: 'connection-closed' },
    { fault: `reset,${DOCUMENT}`, shape: 'imds', checks: ['document-fields'] },
  ],
  truncate: [
    { fault: `truncate,${DOCUMENT}`, shape: 'imds', checks: ['document-fields'] },
    { fault: 'truncate', shape: 'eks', checks: ['container-document'] },
  ],
  malformed: [
    { fault: `malformed,${DOCUMENT}`, shape: 'imds', checks: ['document-fields'] },
    { fault: 'malformed', shape: 'ecs', checks: ['container-document'] },
  ],
  empty: [
    { fault: `empty,${TOKEN}`, shape: 'imds', checks: ['token-issued'] },
    { fault: `empty,${DOCUMENT}`, shape: 'imds', checks: ['document-fields'] },
    { fault: `empty,${TOKEN}`, shape: 'cloudshell', checks: ['cloudshell-token'] },
  ],
  body: [
    { fault: `body=<html>sign in</html>,${DOCUMENT}`, shape: 'imds', checks: ['document-fields'] },
    { fault: 'body=<html>sign in</html>', shape: 'eks', checks: ['container-document'] },
  ],
  header: [
    {
      fault: `header=X-Aws-Ec2-Metadata-Token-Ttl-Seconds,${TOKEN}`,
      shape: 'imds',
      checks: ['token-ttl-header'],
    },
    { fault: 'header=Access-Control-Allow-Origin:*', shape: 'imds', checks: ['no-cross-origin'] },
    { fault: 'header=Allow', shape: 'imds', checks: ['methods'] },
    { fault: 'header=Content-Type:text/xml', shape: 'imds', checks: ['not-found-response'] },
  ],
  field: [
    { fault: 'field=Code', shape: 'imds', checks: ['document-code'] },
    { fault: 'field=Token', shape: 'imds', checks: ['document-fields'] },
    { fault: 'field=Expiration:2035-01-01T00:00:00.5Z', shape: 'imds', checks: ['expiration-format'] },
    { fault: 'field=LastUpdated:2040-01-01T00:00:00Z', shape: 'imds', checks: ['last-updated'] },
    { fault: 'field=RoleArn', shape: 'ecs', checks: ['container-identity'] },
    { fault: 'field=Expiration:', shape: 'ecs', checks: ['container-document'] },
    { fault: 'field=AccountId', shape: 'eks', checks: ['container-identity'] },
    { fault: 'field=Code', shape: 'cloudshell', checks: ['cloudshell-token'] },
  ],
  redirect: [
    { fault: `redirect,${DOCUMENT}`, shape: 'imds', checks: ['document-fields'] },
    { fault: 'redirect', shape: 'ecs', checks: ['container-document', 'container-response'] },
  ],
  'no-role': [
    { fault: 'no-role', shape: 'imds', note: 'NO_ROLE' },
    { fault: 'no-role', shape: 'ecs', note: 'ERROR_DOCUMENT' },
    { fault: 'no-role', shape: 'eks', note: 'ERROR_DOCUMENT' },
  ],
  frozen: [
    {
      fault: 'frozen',
      shape: 'imds',
      checks: ['not-expired', 'remaining-validity'],
      watchSeconds: 7 * 3600,
    },
  ],
  expired: [
    { fault: 'expired', shape: 'imds', checks: ['not-expired'] },
    { fault: 'expired', shape: 'ecs', checks: ['not-expired'] },
    { fault: 'expired', shape: 'cloudshell', checks: ['not-expired'] },
  ],
  alternate: [
    { fault: 'alternate', shape: 'imds', checks: ['key-stable'] },
    { fault: 'alternate', shape: 'eks', checks: ['key-stable'] },
  ],
  renew: [
    { fault: 'renew', shape: 'imds', checks: ['key-stable'] },
    { fault: 'renew', shape: 'ecs', checks: ['key-stable'] },
  ],
  throttle: [{ fault: 'throttle=10', shape: 'ecs', throttled: ['response-time'] }],
  'hop-limit': [
    { fault: 'hop-limit', shape: 'imds', checks: ['token-issued'] },
    { fault: 'hop-limit=reset', shape: 'imds', checks: ['token-issued'] },
  ],
  'token-lifetime': [
    { fault: 'token-lifetime=1s', shape: 'imds', checks: ['token-remaining-ttl', 'token-reusable'] },
  ],
  'clock-skew': [
    { fault: 'clock-skew=10m', shape: 'imds', note: 'CLOCK_OFFSET' },
    { fault: 'clock-skew=-10m', shape: 'eks', note: 'CLOCK_OFFSET' },
  ],
};
