import {
  type Caller,
  compareCaller,
  type VerificationProblem,
} from '../../../domain/provider-chain/identity/verification.ts';
import type { Provider } from '../../../domain/provider-chain/providers.ts';
import { formatDuration } from '../../../domain/time/duration.ts';
import { AWS_FAILURES } from '../failures/aws-failures.ts';
import { describeFailure, describeSpecificHint } from '../failures/describe-failure.ts';
import type { Explanation } from '../failures/explanation.ts';

const UNVERIFIABLE = {
  WINNER_UNKNOWN: {
    message: 'not verified: the credentials of this SDK are unknown',
    hint: 'remove the setting that makes this SDK differ, which the line of the SDK names',
  },
  LOGIN_NEEDS_CLI: {
    message: 'not verified: only the AWS CLI and SDKs can sign with a session of `aws login`',
    hint: 'run `aws sts get-caller-identity`',
  },
  PROCESS_NOT_RUN: {
    message: 'not verified: the credential_process of another process is not run',
    hint: 'run `cred-watch sources --verify` with the environment of the process',
  },
  OTHER_USER: {
    message:
      'not verified: the process belongs to another user, so cred-watch may have read the credentials of the wrong user',
    hint: 'run cred-watch as the user of the process',
  },
  OTHER_NAMESPACE: {
    message: 'not verified: the process has other files or another network, so its credentials may differ',
    hint: 'run `cred-watch sources --verify` in the container of the process',
  },
} as const satisfies Readonly<Record<string, Explanation>>;

/** What is wrong with the credentials, if STS rejects a call that needs no permission. */
const REJECTIONS = {
  TOKEN_EXPIRED: {
    message: 'AWS reports that the session token has expired',
    hint: 'renew the credentials; a process keeps the variables with which it was started',
  },
  KEY_REJECTED: {
    message: 'AWS rejected the key id or its session token',
    hint: 'check that the key was not deleted or deactivated, that the session token belongs to the key id, and that both are of this partition',
  },
  SIGNATURE_REJECTED: {
    message: 'AWS rejected the signature: the secret key does not belong to the key id',
    hint: 'copy the secret key again, without quotes and spaces',
  },
  CLOCK_REJECTED: AWS_FAILURES['clock-rejected'],
  ACCESS_DENIED: {
    message: 'AWS denied the call',
    hint: 'check the policy of the VPC endpoint of STS, because the call itself needs no permission',
  },
  REGION_MISSING: AWS_FAILURES['region-missing'],
  REGION_DISABLED: AWS_FAILURES['region-disabled'],
  STS_UNREACHABLE: {
    message: 'could not reach AWS STS',
    hint: AWS_FAILURES['aws-unreachable'].hint,
  },
} as const satisfies Readonly<Record<string, Explanation>>;

export function describeVerificationProblem(problem: VerificationProblem): Explanation {
  const { code } = problem;
  if (!('reason' in problem)) return UNVERIFIABLE[problem.code];
  if (code === 'CALL_FAILED' && problem.reason === 'malformed') return describeForeignServer(problem.detail);
  if (code === 'CREDENTIALS_NOT_READ' || code === 'CALL_FAILED') {
    const { message, hint } = describeFailure(problem);
    const what = code === 'CALL_FAILED' ? 'the call failed' : 'could not get the credentials';
    return { message: `${what}: ${message}`, hint };
  }
  const { message, hint } = REJECTIONS[problem.code as keyof typeof REJECTIONS];
  return {
    message: problem.detail === '' ? message : `${message} (${problem.detail})`,
    hint: describeSpecificHint(problem) ?? hint,
  };
}

const describeForeignServer = (detail: string): Explanation => ({
  message: `the call failed: the response does not come from AWS STS (${detail})`,
  hint: 'check which server responds at this address, for example a proxy, a captive portal or a wrong AWS_ENDPOINT_URL_STS',
});

/** How the identity that AWS states compares to what the provider states. Null if the provider states nothing. */
export function describeComparison(
  caller: Caller,
  stated: Provider,
): { text: string; differs: boolean } | null {
  const { isSameAccount, isSameRole } = compareCaller(caller, stated);
  const parts = [
    { name: 'role', value: stated.role, isSame: isSameRole },
    { name: 'account', value: stated.accountId, isSame: isSameAccount },
  ];
  const differing = parts.filter(({ isSame }) => isSame === false);
  if (differing.length > 0) {
    const list = differing.map(({ name, value }) => `${name} ${value}`).join(' and ');
    return { text: `differs from ${list} of the provider`, differs: true };
  }
  const same = parts.filter(({ isSame }) => isSame === true).map(({ name }) => name);
  if (same.length === 0) return null;
  return { text: `${same.join(' and ')} as the provider states`, differs: false };
}

/** Of this host, compared to the `Date` header of AWS's response. */
export function describeClock(offset: number): string {
  if (offset === 0) return 'the clock of this host is right';
  return `the clock of this host is ${formatDuration(Math.abs(offset))} ${offset > 0 ? 'ahead' : 'behind'}`;
}
