import type { ContainerCheckId } from '../../../domain/conformance/check-list.ts';

/** What each check requires of a container endpoint. */
export const CONTAINER_REQUIREMENTS: Record<ContainerCheckId, string> = {};
