import type { ClientEffect } from './clients.ts';

/** The protocol of an endpoint. */
export const CONFORMANCE_SHAPES = ['imds', 'ecs', 'eks', 'cloudshell'] as const;
export type ConformanceShape = (typeof CONFORMANCE_SHAPES)[number];

/** `error`: an SDK family breaks. `warning`: many requests, a delay, a leak, or a difference from the real service. */
export const CHECK_SEVERITIES = ['error', 'warning'] as const;
export type CheckSeverity = (typeof CHECK_SEVERITIES)[number];

/** One property that the clients of an endpoint rely on. */
export interface ConformanceCheck {
  id: string;
  shapes: readonly ConformanceShape[];
  severity: CheckSeverity;
  /** What a failure usually does to clients. A failure can have other effects. */
  effects: readonly ClientEffect[];
  /** The check needs a rotation or much time, so it runs only with --watch. */
  needsWatch?: true;
}
