import type { ExpirationForm, PollNoteCode, PollNoteFields } from '../../poll-note.ts';
import type { ProviderName } from '../providers.ts';
import type { ClientDifference, NoteRule } from './client-rules.ts';

/** For notes that say which clients fail. */
export const reject = ({ code }: { code: PollNoteCode }): ClientDifference => ({
  kind: 'stops',
  cause: { reason: 'REJECTED_BY_SDK', note: code },
});

const failAt = (setting: string): ClientDifference => ({
  kind: 'stops',
  cause: { reason: 'INVALID_SETTING', setting },
});

/** AWS_EC2_METADATA_DISABLED disables IMDS in this client, although our poll uses IMDS. */
export const imdsIsDisabled: NoteRule<'DISABLED_FOR_SOME_SDKS'> = ({ code }) => ({
  kind: 'stops',
  cause: { reason: 'DISABLED', note: code },
});

/** The client uses another endpoint than our poll. */
export const useOtherEndpoint = ({ code }: { code: PollNoteCode }): ClientDifference => ({
  kind: 'unknown',
  cause: { reason: 'OTHER_ENDPOINT', note: code },
});

/** The client fails if it cannot read the expiration in one of these settings. */
export const rejectUnreadableIn =
  (...settings: string[]): NoteRule<'EXPIRATION_UNREADABLE'> =>
  ({ name }) =>
    settings.includes(name) ? failAt(name) : null;

/** The client fails if an expiration has one of these forms. */
export const rejectForms =
  (...forms: ExpirationForm[]): NoteRule<'EXPIRATION_ONLY_SOME_SDKS'> =>
  ({ form, name }) =>
    forms.includes(form) ? failAt(name) : null;

export const failAtNamedSetting = ({ name }: { name: string }): ClientDifference => failAt(name);

const ENDPOINTS: readonly ProviderName[] = ['container', 'imds'];

/** @param accepts whether the client removes the blanks around this URL */
export const rejectBlanks =
  (
    accepts: (note: PollNoteFields['VALUE_HAS_BLANKS']) => boolean = () => false,
  ): NoteRule<'VALUE_HAS_BLANKS'> =>
  (note, provider) =>
    ENDPOINTS.includes(provider) && !accepts(note) ? reject(note) : null;
