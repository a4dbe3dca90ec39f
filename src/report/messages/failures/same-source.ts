import type { FailureFacts, FailureReason } from '../../../domain/model.ts';

/** The usual hints doubt that the source exists, or advise to choose another one. */
const HINTS: Partial<Record<FailureReason, string>> = {
  unreachable:
    'check that the endpoint runs and responds, because it did so before: `cred-watch sources` shows its address',
  'no-role':
    'attach an instance profile again, because the instance had a role before (behind kube2iam or kiam: give the pod a role)',
  disabled: 'unset AWS_EC2_METADATA_DISABLED, because IMDS was polled before',
  'not-configured':
    'set the variables of the source again, because it had credentials before: `cred-watch sources` shows what is missing',
};

/** What to do about a failure of a source that had credentials before. Null: as for any source. */
export const adviseSameSource = ({
  reason,
  possibleHopLimit,
}: Pick<FailureFacts, 'reason'> & Partial<FailureFacts>): string | null =>
  possibleHopLimit ? null : (HINTS[reason] ?? null);
