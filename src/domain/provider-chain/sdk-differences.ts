import type { PollNoteCode } from '../poll-note.ts';
import type { ChainOutcome, OutcomeReason, Provider, Sdk } from './providers.ts';

/** What happens in some SDKs where our own look only took a note. */
interface SdkDifference {
  sdks: readonly Sdk[];
  kind: 'stops' | 'unknown';
  why: OutcomeReason;
}

const refusedBy = (...sdks: Sdk[]): SdkDifference => ({ sdks, kind: 'stops', why: 'REFUSED_SETTING' });

/** Which SDKs do so is known from their sources and from test/peers. */
const OBJECTIONS: Partial<Record<PollNoteCode, SdkDifference>> = {
  HOST_NAME_ONLY_SOME_SDKS: refusedBy('botocore', 'javascript'),
  TOKEN_TRAILING_NEWLINE: refusedBy('botocore', 'go', 'rust', 'javascript'),
  ENDPOINT_MODE_CASE: refusedBy('javascript'),
  // These put the whole list into the next path.
  SEVERAL_ROLES: refusedBy('botocore', 'javascript', 'rust'),
  TOKEN_TTL_NONCONFORMING: refusedBy('rust'),
  // Rust speaks no IMDSv1.
  IMDS_V1_USED: refusedBy('rust'),
  // Any text but `false` switches JavaScript's IMDS off; Java throws at what is neither `true` nor `false`.
  DISABLED_FOR_SOME_SDKS: { sdks: ['javascript', 'java'], kind: 'stops', why: 'SWITCHED_OFF' },
  IPV6_ONLY_BOTOCORE: { sdks: ['botocore'], kind: 'unknown', why: 'ASKS_ELSEWHERE' },
  SERVICE_ENDPOINT_OVERRIDDEN: {
    sdks: ['botocore', 'go', 'javascript', 'rust', 'dotnet'],
    kind: 'unknown',
    why: 'ASKS_ELSEWHERE',
  },
  // We send the file's token, Java the variable's.
  TWO_TOKENS_SET: { sdks: ['java'], kind: 'unknown', why: 'SENDS_OTHER_TOKEN' },
};

/** Variables of IMDS that must not be blank, and for whom. */
const BLANKS: Readonly<Record<string, readonly Sdk[]>> = {
  AWS_EC2_METADATA_DISABLED: ['java'],
  AWS_EC2_METADATA_SERVICE_ENDPOINT: ['rust'],
  AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: ['rust', 'javascript'],
};

/** The SDKs that take a blank variable of IMDS for a value. */
export const findSdksAffectedByBlank = (name: string): readonly Sdk[] => BLANKS[name] ?? [];

/**
 * Who fails on an end that is no time: whoever reads it, but for JavaScript, which never asks for newer ones then
 * (botocore 1.43.11 and `credential-provider-process` 3.972 were tried; Java's `ProcessCredentialsProvider`, Go's
 * `processcreds`, Rust's `credential_process.rs` and .NET's `ProcessAWSCredentials` were read).
 */
const UNREADABLE_ENDS: Readonly<Record<string, readonly Sdk[]>> = {
  Expiration: ['botocore', 'java', 'go', 'rust', 'dotnet'],
  AWS_CREDENTIAL_EXPIRATION: ['botocore'],
};

/** Why this SDK does not get what we got from a place; null where it does. */
export function findSdkDifference({ name, notes }: Provider, sdk: Sdk): ChainOutcome | null {
  for (const note of notes) {
    if (note.code === 'BLANK_ENV' && findSdksAffectedByBlank(note.name).includes(sdk)) {
      return { kind: 'stops', provider: name, reason: 'BLANK_VARIABLE', subject: note.name };
    }
    if (note.code === 'EXPIRATION_UNREADABLE' && UNREADABLE_ENDS[note.name]?.includes(sdk)) {
      return { kind: 'stops', provider: name, reason: 'BAD_SETTING', subject: note.name };
    }
    const objection = OBJECTIONS[note.code];
    if (objection?.sdks.includes(sdk)) {
      return { kind: objection.kind, provider: name, reason: objection.why, subject: note.code };
    }
  }
  return null;
}
