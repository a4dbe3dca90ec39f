import type { ClientEffect, ConformanceClient, Effect } from './clients.ts';
import type { ConformanceCheck } from './conformance-check.ts';

const IMDS = ['imds'] as const;

const affects = (effect: Effect, ...clients: ConformanceClient[]): ClientEffect => ({
  effect,
  clients: clients.length === 0 ? 'all' : clients,
});

/** Nearly every SDK falls back to IMDSv1 without a token. */
const FALLS_BACK = affects(
  'uses-imds-v1',
  'botocore',
  'javascript',
  'go',
  'java-1',
  'java-2',
  'dotnet',
  'cpp',
);
const NO_FALLBACK = affects('no-credentials', 'rust');

/** What SDKs need from the instance metadata service (IMDS). */
export const IMDS_CHECKS = [
  { id: 'token-issued', shapes: IMDS, severity: 'error', effects: [NO_FALLBACK, FALLS_BACK] },
] as const satisfies readonly ConformanceCheck[];
