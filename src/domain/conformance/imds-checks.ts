import { CONFORMANCE_SDKS } from './clients.ts';
import { CONFORMANCE_SHAPES, type ConformanceCheck } from './conformance-check.ts';
import { ALL_FAIL, affects, DIFFERS, HIDES_MISTAKES, LEAKS } from './usual-effects.ts';

const IMDS = ['imds'] as const;
/** Credentials of CloudShell are valid for 5 to 15 minutes, so they are always in the windows of the SDKs. */
const REFRESHED_IN_TIME = ['imds', 'ecs', 'eks'] as const;

/** Without a token, every SDK but Rust requests credentials with IMDSv1. Rust gets no credentials. */
export const NO_TOKEN_EFFECTS = [
  affects('no-credentials', 'rust'),
  affects('uses-imds-v1', ...CONFORMANCE_SDKS.filter((sdk) => sdk !== 'rust')),
];
/** 400 ends the attempt of most SDKs. The others continue without a token. */
export const BAD_REQUEST_EFFECTS = [
  affects('no-credentials', 'botocore', 'java-1', 'java-2', 'dotnet', 'javascript', 'go', 'cpp', 'rust'),
];

/**
 * What clients need from the instance metadata service (IMDS). Checks of every shape apply to container endpoints too.
 * The effects follow the sources of the SDKs, as listed at `REFRESH_WINDOWS`, and the documents of AWS.
 */
export const IMDS_CHECKS = [
  { id: 'token-issued', shapes: IMDS, severity: 'error', effects: NO_TOKEN_EFFECTS },
  {
    id: 'token-ttl-header',
    shapes: IMDS,
    severity: 'error',
    effects: [affects('no-credentials', 'go', 'rust')],
  },
  { id: 'token-ttl-validated', shapes: IMDS, severity: 'error', effects: HIDES_MISTAKES },
  { id: 'token-refusal-status', shapes: IMDS, severity: 'error', effects: NO_TOKEN_EFFECTS },
  { id: 'forwarded-request-refused', shapes: IMDS, severity: 'warning', effects: LEAKS },
  { id: 'token-path-exact', shapes: IMDS, severity: 'warning', effects: HIDES_MISTAKES },
  {
    id: 'token-reusable',
    shapes: IMDS,
    severity: 'warning',
    effects: [affects('delays', 'go', 'ruby', 'cpp', 'rust')],
  },
  { id: 'token-expires', shapes: IMDS, severity: 'error', effects: HIDES_MISTAKES },
  { id: 'invalid-token-refused', shapes: IMDS, severity: 'error', effects: HIDES_MISTAKES },
  { id: 'token-remaining-ttl', shapes: IMDS, severity: 'warning', effects: DIFFERS },
  { id: 'role-list', shapes: IMDS, severity: 'error', effects: ALL_FAIL },
  { id: 'unknown-role-not-found', shapes: IMDS, severity: 'error', effects: HIDES_MISTAKES },
  {
    id: 'document-code',
    shapes: IMDS,
    severity: 'error',
    effects: [affects('no-credentials', 'go', 'go-1')],
  },
  { id: 'document-fields', shapes: IMDS, severity: 'error', effects: ALL_FAIL },
  {
    id: 'expiration-format',
    shapes: IMDS,
    severity: 'error',
    effects: [affects('no-static-stability', 'botocore')],
  },
  { id: 'last-updated', shapes: IMDS, severity: 'warning', effects: DIFFERS },
  { id: 'error-document', shapes: IMDS, severity: 'error', effects: HIDES_MISTAKES },
  { id: 'no-role-not-found', shapes: IMDS, severity: 'error', effects: ALL_FAIL },
  { id: 'key-stable', shapes: CONFORMANCE_SHAPES, severity: 'warning', effects: DIFFERS },
  {
    id: 'not-expired',
    shapes: CONFORMANCE_SHAPES,
    severity: 'error',
    effects: [affects('uses-expired', ...CONFORMANCE_SDKS)],
  },
  { id: 'remaining-validity', shapes: REFRESHED_IN_TIME, severity: 'error', effects: [] },
  {
    id: 'rotation-overlap',
    shapes: IMDS,
    severity: 'warning',
    effects: [affects('uses-expired')],
    needsWatch: true,
  },
  {
    id: 'response-time',
    shapes: CONFORMANCE_SHAPES,
    severity: 'error',
    effects: [affects('no-credentials', 'botocore', 'java-2', 'ruby', 'javascript', 'go', 'cpp', 'rust')],
  },
  {
    id: 'region-metadata',
    shapes: IMDS,
    severity: 'warning',
    effects: [affects('no-region', 'botocore', 'java-1', 'java-2', 'dotnet', 'javascript', 'go', 'rust')],
  },
  {
    id: 'instance-metadata',
    shapes: IMDS,
    severity: 'warning',
    effects: [affects('no-instance-data', 'dotnet')],
  },
  { id: 'methods', shapes: IMDS, severity: 'warning', effects: HIDES_MISTAKES },
  { id: 'expect-refused', shapes: IMDS, severity: 'warning', effects: HIDES_MISTAKES },
  { id: 'not-found-response', shapes: IMDS, severity: 'warning', effects: HIDES_MISTAKES },
  { id: 'host-header', shapes: IMDS, severity: 'warning', effects: LEAKS },
  { id: 'no-cross-origin', shapes: CONFORMANCE_SHAPES, severity: 'warning', effects: LEAKS },
] as const satisfies readonly ConformanceCheck[];
