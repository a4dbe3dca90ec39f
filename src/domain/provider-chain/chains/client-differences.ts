import type { PollNoteCode } from '../../poll-note.ts';
import type { Sdk } from '../clients.ts';
import type { ChainOutcome, OutcomeCause } from '../outcome.ts';
import type { Provider } from '../providers.ts';

type NoteReason = Extract<OutcomeCause, { note: PollNoteCode }>['reason'];

interface SdkDifference {
  sdks: readonly Sdk[];
  kind: 'stops' | 'unknown';
  reason: NoteReason;
}

const rejectedBy = (...sdks: Sdk[]): SdkDifference => ({ sdks, kind: 'stops', reason: 'REJECTED_BY_SDK' });

/**
 * Notes of our poll that mean a different result in some SDKs. Sources: the code of the SDKs, and
 * `test/peers`, which runs some of them.
 */
const DIFFERENCES: Partial<Record<PollNoteCode, SdkDifference>> = {
  HOST_NAME_ONLY_SOME_SDKS: rejectedBy('botocore', 'javascript'),
  TOKEN_TRAILING_NEWLINE: rejectedBy('botocore', 'go', 'rust', 'javascript'),
  ENDPOINT_MODE_CASE: rejectedBy('javascript'),
  // These SDKs append the whole list of roles to the path of the next request.
  SEVERAL_ROLES: rejectedBy('botocore', 'javascript', 'rust'),
  TOKEN_TTL_NONCONFORMING: rejectedBy('rust'),
  IMDS_V1_USED: rejectedBy('rust'),
  DOCUMENT_WITHOUT_CODE: rejectedBy('go'),
  PROCESS_NEEDS_SHELL: rejectedBy('botocore'),
  // JavaScript treats any text except `false` as true. Java throws for anything except `true` and `false`.
  DISABLED_FOR_SOME_SDKS: { sdks: ['javascript', 'java'], kind: 'stops', reason: 'DISABLED' },
  IPV6_ONLY_BOTOCORE: { sdks: ['botocore'], kind: 'unknown', reason: 'OTHER_ENDPOINT' },
  SERVICE_ENDPOINT_OVERRIDDEN: {
    sdks: ['botocore', 'go', 'javascript', 'rust', 'dotnet'],
    kind: 'unknown',
    reason: 'OTHER_ENDPOINT',
  },
  // Our poll sends the token from the file, Java sends the token from the variable.
  TWO_TOKENS_SET: { sdks: ['java'], kind: 'unknown', reason: 'OTHER_TOKEN' },
};

const SDKS_AFFECTED_BY_BLANK: Readonly<Record<string, readonly Sdk[]>> = {
  AWS_EC2_METADATA_DISABLED: ['java'],
  AWS_EC2_METADATA_SERVICE_ENDPOINT: ['rust'],
  AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: ['rust', 'javascript'],
};

/** The SDKs that treat a blank variable of IMDS as a value. */
export const findSdksAffectedByBlank = (variable: string): readonly Sdk[] =>
  SDKS_AFFECTED_BY_BLANK[variable] ?? [];

/**
 * The SDKs that fail if this expiration is invalid. JavaScript does not fail, but never refreshes such
 * credentials. Sources: tests with botocore 1.43.11 and `credential-provider-process` 3.972; the code of Java
 * (`ProcessCredentialsProvider`), Go (`processcreds`), Rust (`credential_process.rs`) and .NET
 * (`ProcessAWSCredentials`).
 */
const SDKS_AFFECTED_BY_UNREADABLE: Readonly<Record<string, readonly Sdk[]>> = {
  Expiration: ['botocore', 'java', 'go', 'rust', 'dotnet'],
  AWS_CREDENTIAL_EXPIRATION: ['botocore'],
};

/** How the result of this SDK differs from our poll of the provider. Null if it does not differ. */
export function findSdkDifference({ name, notes }: Provider, sdk: Sdk): ChainOutcome | null {
  const stop = (cause: OutcomeCause): ChainOutcome => ({ kind: 'stops', provider: name, cause });
  for (const note of notes) {
    if (note.code === 'BLANK_ENV' && findSdksAffectedByBlank(note.name).includes(sdk)) {
      return stop({ reason: 'BLANK_VARIABLE', setting: note.name });
    }
    if (note.code === 'EXPIRATION_UNREADABLE' && SDKS_AFFECTED_BY_UNREADABLE[note.name]?.includes(sdk)) {
      return stop({ reason: 'INVALID_SETTING', setting: note.name });
    }
    const difference = DIFFERENCES[note.code];
    if (difference?.sdks.includes(sdk)) {
      const { kind, reason } = difference;
      return { kind, provider: name, cause: { reason, note: note.code } };
    }
  }
  return null;
}
