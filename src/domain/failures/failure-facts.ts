import type { FailureFacts } from '../model.ts';

/** The facts without the other fields of a failed poll. */
export const toFailureFacts = ({
  reason,
  detail,
  misconfiguration,
  possibleHopLimit,
}: FailureFacts): FailureFacts => ({ reason, detail, misconfiguration, possibleHopLimit });
