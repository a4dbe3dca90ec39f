import type { ConformanceCheck } from './conformance-check.ts';
import { ALL_FAIL, affects, DIFFERS, HIDES_MISTAKES, LEAKS } from './usual-effects.ts';

const CONTAINERS = ['ecs', 'eks', 'cloudshell'] as const;

/** What SDKs need from a container endpoint, in the order in which the checks are made. */
export const CONTAINER_CHECKS = [
  { id: 'host-allowed', shapes: CONTAINERS, severity: 'error', effects: ALL_FAIL },
  {
    id: 'variables-agree',
    shapes: CONTAINERS,
    severity: 'warning',
    effects: [affects('no-credentials', 'java-1', 'java-2', 'javascript', 'go')],
  },
  {
    id: 'token-file-format',
    shapes: CONTAINERS,
    severity: 'error',
    effects: [affects('no-credentials', 'botocore', 'javascript', 'go', 'rust')],
  },
  { id: 'token-unchanged', shapes: CONTAINERS, severity: 'error', effects: ALL_FAIL },
  { id: 'container-response', shapes: CONTAINERS, severity: 'warning', effects: ALL_FAIL },
  { id: 'container-document', shapes: CONTAINERS, severity: 'error', effects: ALL_FAIL },
  {
    id: 'container-identity',
    shapes: ['ecs', 'eks'],
    severity: 'warning',
    effects: DIFFERS,
  },
  { id: 'authorization-required', shapes: CONTAINERS, severity: 'error', effects: LEAKS },
  { id: 'query-used', shapes: ['ecs'], severity: 'error', effects: LEAKS },
  {
    id: 'container-errors',
    shapes: CONTAINERS,
    severity: 'warning',
    effects: [affects('delays', 'java-2', 'go', 'rust')],
  },
  { id: 'eks-agent-errors', shapes: ['eks'], severity: 'error', effects: HIDES_MISTAKES },
  { id: 'cloudshell-token', shapes: ['cloudshell'], severity: 'error', effects: HIDES_MISTAKES },
  {
    id: 'token-rotation',
    shapes: ['eks'],
    severity: 'warning',
    effects: ALL_FAIL,
    needsWatch: true,
  },
] as const satisfies readonly ConformanceCheck[];
