import type { ExpirationForm, PollNoteCode, PollNoteFields } from '../../poll-note.ts';
import type { Client } from '../clients.ts';
import type { ChainOutcome, OutcomeCause } from '../outcome.ts';
import type { Provider, ProviderName } from '../providers.ts';

type NoteReason = Extract<OutcomeCause, { note: PollNoteCode }>['reason'];

interface ClientDifference {
  clients: readonly Client[];
  kind: 'stops' | 'unknown';
  reason: NoteReason;
}

const rejectedBy = (...clients: Client[]): ClientDifference => ({
  clients,
  kind: 'stops',
  reason: 'REJECTED_BY_SDK',
});

/**
 * Notes of our poll that mean a different result in some clients. Sources: the code of the SDKs, and
 * `test/peers`, which runs some of them.
 */
const DIFFERENCES: Partial<Record<PollNoteCode, ClientDifference>> = {
  HOST_NAME_ONLY_SOME_SDKS: rejectedBy('botocore', 'javascript'),
  TOKEN_TRAILING_NEWLINE: rejectedBy('botocore', 'go', 'rust', 'javascript', 'php'),
  ENDPOINT_MODE_CASE: rejectedBy('javascript'),
  // These SDKs append the whole list of roles to the path of the next request.
  SEVERAL_ROLES: rejectedBy('botocore', 'javascript', 'rust', 'php'),
  TOKEN_TTL_NONCONFORMING: rejectedBy('rust'),
  IMDS_V1_USED: rejectedBy('rust'),
  DOCUMENT_WITHOUT_CODE: rejectedBy('go', 'php'),
  PROCESS_NEEDS_SHELL: rejectedBy('botocore'),
  NO_REGION_FOR_BOTOCORE: rejectedBy('botocore'),
  // JavaScript treats any text except `false` as true. Java throws for anything except `true` and `false`.
  DISABLED_FOR_SOME_SDKS: { clients: ['javascript', 'java'], kind: 'stops', reason: 'DISABLED' },
  IPV6_ONLY_BOTOCORE: { clients: ['botocore'], kind: 'unknown', reason: 'OTHER_ENDPOINT' },
  SERVICE_ENDPOINT_OVERRIDDEN: {
    clients: ['botocore', 'go', 'javascript', 'rust', 'dotnet', 'ruby', 'php'],
    kind: 'unknown',
    reason: 'OTHER_ENDPOINT',
  },
  // Our poll sends the token from the file, Java sends the token from the variable.
  TWO_TOKENS_SET: { clients: ['java'], kind: 'unknown', reason: 'OTHER_TOKEN' },
};

/**
 * The clients that accept blanks around the URL in this variable, because their parsers of URLs remove them. .NET
 * appends a path to the endpoint of IMDS. Tested with botocore, Ruby and JavaScript, and with the parsers of Go and Java.
 */
const CLIENTS_REMOVING_BLANKS: Readonly<Record<string, readonly Client[]>> = {
  AWS_CONTAINER_CREDENTIALS_FULL_URI: ['javascript', 'dotnet'],
  AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: ['javascript'],
};

function acceptsBlanks({ name, place }: PollNoteFields['VALUE_HAS_BLANKS'], client: Client): boolean {
  const isAtStartOnly = place === 'start';
  const accepting =
    CLIENTS_REMOVING_BLANKS[name] ?? (isAtStartOnly ? (['javascript', 'dotnet'] as const) : ['javascript']);
  return accepting.some((each) => each === client);
}

const CLIENTS_AFFECTED_BY_BLANK: Readonly<Record<string, readonly Client[]>> = {
  AWS_EC2_METADATA_DISABLED: ['java'],
  AWS_EC2_METADATA_SERVICE_ENDPOINT: ['rust', 'ruby'],
  AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: ['rust', 'javascript', 'ruby'],
};

/** The clients that treat a blank variable of IMDS as a value. */
export const findClientsAffectedByBlank = (variable: string): readonly Client[] =>
  CLIENTS_AFFECTED_BY_BLANK[variable] ?? [];

/**
 * The SDKs that fail if this expiration is invalid. JavaScript does not fail, but never refreshes such
 * credentials. Sources: tests with botocore 1.43.11 and `credential-provider-process` 3.972; the code of Java
 * (`ProcessCredentialsProvider`), Go (`processcreds`), Rust (`credential_process.rs`) and .NET
 * (`ProcessAWSCredentials`).
 */
const CLIENTS_AFFECTED_BY_UNREADABLE: Readonly<Record<string, readonly Client[]>> = {
  Expiration: ['botocore', 'java', 'go', 'rust', 'dotnet', 'ruby', 'php'],
  AWS_CREDENTIAL_EXPIRATION: ['botocore'],
};

const ANY_TEXT: readonly Client[] = ['botocore', 'java', 'go', 'rust', 'dotnet', 'ruby', 'php'];

/**
 * The clients that fail if the expiration of a process has this form. Sources: tests with botocore 1.43.11,
 * `credential-provider-process` 3.972, version 2 of the Go SDK, and Ruby 3.168; the code of Java (`DateUtils`), Rust
 * (`credential_process.rs`) and .NET. Others fail at a number because of EXPIRATION_UNREADABLE.
 */
const CLIENTS_REJECTING_FORM: Readonly<Record<ExpirationForm, readonly Client[]>> = {
  'no-zone': ['botocore', 'java', 'go', 'rust'],
  epoch: ANY_TEXT,
  number: ['javascript'],
  empty: ANY_TEXT,
  'not-rfc3339': ['go', 'ruby'],
};

const ENDPOINTS: readonly ProviderName[] = ['container', 'imds'];

/** How the result of this client differs from our poll of the provider. Null if it does not differ. */
export function findClientDifference({ name, notes }: Provider, client: Client): ChainOutcome | null {
  const stop = (cause: OutcomeCause): ChainOutcome => ({ kind: 'stops', provider: name, cause });
  for (const note of notes) {
    if (note.code === 'BLANK_ENV' && findClientsAffectedByBlank(note.name).includes(client)) {
      return stop({ reason: 'BLANK_VARIABLE', setting: note.name });
    }
    if (note.code === 'EXPIRATION_REJECTED_BY_BOTOCORE' && client === 'botocore') {
      return stop({ reason: 'INVALID_SETTING', setting: note.name });
    }
    if (note.code === 'EXPIRATION_ONLY_SOME_SDKS' && CLIENTS_REJECTING_FORM[note.form].includes(client)) {
      return stop({ reason: 'INVALID_SETTING', setting: note.name });
    }
    if (
      note.code === 'EXPIRATION_UNREADABLE' &&
      CLIENTS_AFFECTED_BY_UNREADABLE[note.name]?.includes(client)
    ) {
      return stop({ reason: 'INVALID_SETTING', setting: note.name });
    }
    if (note.code === 'VALUE_HAS_BLANKS' && ENDPOINTS.includes(name) && !acceptsBlanks(note, client)) {
      return stop({ reason: 'REJECTED_BY_SDK', note: note.code });
    }
    // Any program can connect to such an address, unless its resolver is the one of Go. Only botocore compares the text.
    if (
      note.code === 'ADDRESS_ONLY_SOME_SDKS' &&
      (client === 'go' || (client === 'botocore' && name === 'container'))
    ) {
      return stop({ reason: 'REJECTED_BY_SDK', note: note.code });
    }
    // Ruby removes the line break of a file only.
    if (client === 'ruby' && note.code === 'TOKEN_TRAILING_NEWLINE' && !note.name.endsWith('_FILE')) {
      return stop({ reason: 'REJECTED_BY_SDK', note: note.code });
    }
    const difference = DIFFERENCES[note.code];
    if (difference?.clients.includes(client)) {
      const { kind, reason } = difference;
      return { kind, provider: name, cause: { reason, note: note.code } };
    }
  }
  return null;
}

/** True if the session token is set only under its old name, and this client does not read that name. */
export const lacksToken = ({ name, accessKeyId, notes }: Provider, client: Client): boolean =>
  client !== 'botocore' &&
  !(client === 'php' && name === 'profile') &&
  accessKeyId?.startsWith('ASIA') === true &&
  notes.some(({ code }) => code === 'ONLY_OLD_TOKEN');
