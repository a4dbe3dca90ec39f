import type { ConformanceCheck } from './conformance-check.ts';

/** What SDKs need from a container endpoint. */
export const CONTAINER_CHECKS = [] as const satisfies readonly ConformanceCheck[];
