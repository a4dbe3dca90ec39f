import type { ConformanceCheck } from './conformance-check.ts';
import { CONTAINER_CHECKS } from './container-checks.ts';
import { IMDS_CHECKS } from './imds-checks.ts';

export type ImdsCheckId = (typeof IMDS_CHECKS)[number]['id'];
export type ContainerCheckId = (typeof CONTAINER_CHECKS)[number]['id'];
export type CheckId = ImdsCheckId | ContainerCheckId;

/** In the order of the report. Ids are permanent. */
export const CONFORMANCE_CHECKS: readonly (ConformanceCheck & { id: CheckId })[] = [
  ...IMDS_CHECKS,
  ...CONTAINER_CHECKS,
];
