import type { CheckId } from '../../../domain/conformance/check-list.ts';

const FIXES: Readonly<Partial<Record<CheckId, string>>> = {
  'region-metadata':
    'serve the same region at /latest/meta-data/placement/region, as availability-zone with the letter of a zone, ' +
    'and in /latest/dynamic/instance-identity/document. cred-watch serve needs --region for this',
  'instance-metadata':
    'serve an id at /latest/meta-data/instance-id, and the ARN of an instance profile at /latest/meta-data/iam/info. ' +
    'With cred-watch serve or simulate, --tree replaces them',
};

/** How the operator of the endpoint can fix a failed check. Null if the failure itself says this. */
export const buildFix = (id: CheckId): string | null => FIXES[id] ?? null;
