import type { Seconds } from '../../domain/model.ts';
import type { PollNote } from '../../domain/poll-note.ts';
import type { ChainFinding, ChainFindingCode } from '../../domain/provider-chain/finding.ts';
import { type ChainFacts, type ProviderName, SDKS, type Sdk } from '../../domain/provider-chain/providers.ts';
import { formatDuration as duration } from '../../domain/time/duration.ts';
import { describePollNote } from './poll-notes.ts';
import { providerHint } from './provider-hints.ts';
import { PROVIDER_LABELS, PROVIDER_PHRASES, SDK_NAMES } from './providers.ts';

type ChainArgs = ChainFinding['args'];
const place = (args: ChainArgs) => PROVIDER_PHRASES[args.place as ProviderName];
const length = (args: ChainArgs) => duration(args.seconds as Seconds);

const list = (words: readonly string[]) =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
const names = (args: ChainArgs, name: string) => args[name] as readonly string[];
const hidden = (args: ChainArgs) =>
  list(names(args, 'hidden').map((each) => PROVIDER_PHRASES[each as ProviderName]));
const sdks = (args: ChainArgs, name = 'sdks') => {
  const given = names(args, name) as readonly Sdk[];
  return given.length === SDKS.length ? 'every SDK' : list(given.map((sdk) => SDK_NAMES[sdk]));
};
/** `Go stops`, `Go and Rust stop`, `every SDK stops`. */
const does = (args: ChainArgs, one: string, many: string, name = 'sdks') =>
  `${sdks(args, name)} ${[1, SDKS.length].includes(names(args, name).length) ? one : many}`;
const others = (args: ChainArgs, otherwise: string) =>
  names(args, 'sdks').length === SDKS.length ? '' : `, ${otherwise}`;

const KEY_VARIABLES = { id: 'AWS_ACCESS_KEY_ID', secret: 'AWS_SECRET_ACCESS_KEY' };
const KEY_SETTINGS = { id: 'aws_access_key_id', secret: 'aws_secret_access_key' };

const tokenNames = (args: ChainArgs) =>
  args.place === 'environment'
    ? { usual: 'AWS_SESSION_TOKEN', old: 'AWS_SECURITY_TOKEN' }
    : { usual: 'aws_session_token', old: 'aws_security_token' };

function halfAPair(args: ChainArgs): string {
  const { id, secret } = args.place === 'environment' ? KEY_VARIABLES : KEY_SETTINGS;
  const [has, lacks] = args.missing === 'NO_KEY_ID' ? [secret, id] : [id, secret];
  const stopped =
    names(args, 'sdks').length === 0
      ? 'every SDK goes on as if there were neither'
      : `${does(args, 'stops', 'stop')} there${others(args, 'others go on as if there were neither')}`;
  return `${place(args)} has ${has} and no ${lacks}: ${stopped}`;
}

/** Who uses them and who stops with an error comes to the same: a job that fails. */
function expiredWins(args: ChainArgs): string {
  const stopped = names(args, 'stopped');
  const users = names(args, 'sdks').filter((sdk) => !stopped.includes(sdk));
  const ends = [
    ...(users.length === 0
      ? []
      : [does({ users }, 'uses them all the same', 'use them all the same', 'users')]),
    ...(stopped.length === 0 ? [] : [does(args, 'stops with an error', 'stop with an error', 'stopped')]),
  ];
  const isEverySdk = names(args, 'sdks').length === SDKS.length;
  return `the credentials of ${place(args)} expired ${length(args)} ago${isEverySdk ? ', and no SDK gets past them' : ''}: ${list(ends)}`;
}

const UNSET_KEYS = 'unset AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN';
const REMOVE_KEYS = 'remove the keys from the profile';
const removeKeys = (args: ChainArgs) => (args.place === 'environment' ? UNSET_KEYS : REMOVE_KEYS);

function renew(args: ChainArgs): string {
  switch (args.place) {
    case 'environment':
    case 'profile':
      return `put new ones there, or ${removeKeys(args)}`;
    case 'process':
      return 'see why the process gives no newer ones';
    default:
      return 'see whether the endpoint still rotates: `cred-watch poll --interval 5m`, then `cred-watch report`';
  }
}

const mend = (place: ProviderName, facts: ChainFacts) => providerHint(facts.providers[place], facts);

function heedNotes(place: ProviderName, { providers }: ChainFacts): string {
  const unreadable = providers[place].notes.find((note) => note.code === 'EXPIRATION_UNREADABLE');
  return unreadable === undefined
    ? 'see the notes on it'
    : `write ${unreadable.name} as 2026-01-31T12:00:00Z, or leave it out`;
}

/** The cause stands at the places that were set up; only where there are none is it that nothing is. */
function mendAny(args: ChainArgs, facts: ChainFacts): string {
  const places = names(args, 'places') as readonly ProviderName[];
  if (places.length > 0)
    return places.map((each) => `${PROVIDER_PHRASES[each]}: ${mend(each, facts)}`).join('; ');
  const { isNamed, exists } = facts.profile;
  const profile =
    isNamed && !exists ? 'write the profile that AWS_PROFILE names' : 'name a profile with AWS_PROFILE';
  return `give the instance, task or pod a role, or ${profile}`;
}

type Sentence = (args: ChainArgs, facts: ChainFacts) => string;

/** What is the matter, and what to do. */
const CHAIN_FINDINGS: Record<ChainFindingCode, [message: Sentence, hint: Sentence]> = {
  NOTHING_ANSWERS: [() => 'no place gives credentials: every SDK fails here', mendAny],
  NO_SUCH_PROFILE: [
    (a) =>
      `AWS_PROFILE names ${a.name}, and there is no such profile: ${does(a, 'gives', 'give')} up${others(a, 'others pass over it')}`,
    (a) => `unset AWS_PROFILE, or write the profile; in the config file it is called [profile ${a.name}]`,
  ],
  KEYS_WITHOUT_TOKEN: [
    (a) =>
      `the key in ${place(a)} belongs to a session, and its token is missing: ${does(a, 'uses', 'use')} it all the same, and AWS refuses it`,
    (a) =>
      a.place === 'environment'
        ? `set AWS_SESSION_TOKEN as well, or ${UNSET_KEYS}`
        : `add aws_session_token, or ${REMOVE_KEYS}`,
  ],
  SECURITY_TOKEN_ALONE: [
    (a) =>
      `the session token of ${place(a)} stands in ${tokenNames(a).old} alone, which only botocore reads: ${does(a, 'uses', 'use')} the keys without it, and AWS refuses them`,
    (a) => `set ${tokenNames(a).usual} to the same value`,
  ],
  EXPIRED_WINS: [expiredWins, renew],
  HALF_A_PAIR: [halfAPair, () => 'set the other one as well, or neither'],
  FALLS_TO_INSTANCE_ROLE: [
    (a) =>
      `the container endpoint fails: ${does(a, 'goes on to IMDS and takes', 'go on to IMDS and take')} on the role of the instance; ${does(a, 'stops', 'stop', 'stopped')} with an error`,
    (_, facts) =>
      `${mend('container', facts)}; a hop limit of 1 keeps containers away from the role of the instance`,
  ],
  BROKEN_PLACE_STOPS: [
    (a) =>
      a.works
        ? `${place(a)} works, but ${does(a, 'stops', 'stop')} there`
        : `${place(a)} does not work, and ${does(a, 'stops', 'stop')} there: no later place is asked`,
    (a, facts) => (a.works ? heedNotes : mend)(a.place as ProviderName, facts),
  ],
  BAD_SETTING_STOPS: [
    (a) =>
      `${a.name} is neither \`true\` nor \`false\`: ${does(a, 'gives', 'give')} up on that, whatever the place`,
    (a) => `set ${a.name} to \`true\` or \`false\`, or unset it`,
  ],
  KEYS_HIDE_ROLE: [
    (a) =>
      `keys in ${place(a)} win over ${hidden(a)} with ${sdks(a)}` +
      (a.lasting ? '; they never expire, and nothing rotates them' : ''),
    (a) => `if they are not meant: ${removeKeys(a)}`,
  ],
  WEB_IDENTITY_HIDES_CONTAINER: [
    (a) =>
      `AWS_WEB_IDENTITY_TOKEN_FILE (IRSA) wins over the container endpoint with ${sdks(a)}: EKS Pod Identity is never asked`,
    () =>
      'if Pod Identity is meant: remove the annotation eks.amazonaws.com/role-arn of the service account, then start the pod again',
  ],
  PROFILE_SKIPS_ENVIRONMENT: [
    (a) =>
      `AWS_PROFILE is set beside keys in the environment: JavaScript takes profile ${a.name} and skips the keys, others take the keys`,
    () => `unset AWS_PROFILE, or ${UNSET_KEYS}`,
  ],
  PROFILE_OFFERS_TWO: [
    (a) =>
      `profile ${a.profile} has ${list(names(a, 'places').map((each) => PROVIDER_LABELS[each as ProviderName].replace('profile ', '')))}: which of them counts depends on the SDK` +
      (names(a, 'stopped').length === 0 ? '' : `, and ${does(a, 'gives', 'give', 'stopped')} up on it`),
    () => 'leave one of them, and put the others into profiles of their own',
  ],
  BLANK_VARIABLE: [
    (a) =>
      `${a.name} is set and empty: ${does(a, 'takes', 'take')} that for a value${others(a, 'others do not')}`,
    (a) => `unset ${a.name}`,
  ],
  SDKS_DISAGREE: [
    (a) =>
      `SDKs end at different places: programs side by side here run with different credentials${names(a, 'ends').includes('nothing') ? ', or with none' : ''}`,
    () => 'leave the one place that is meant, and remove what is set for the others',
  ],
  EXPIRES_SOON: [(a) => `the credentials of ${place(a)} expire in ${length(a)}`, renew],
  PROFILE_HIDES_ROLE: [
    (a) => `profile ${a.profile} wins over ${hidden(a)} with ${sdks(a)}`,
    () => 'if it is not meant: unset AWS_PROFILE, or remove the settings from the default profile',
  ],
  CONTAINER_HIDES_IMDS: [
    (a) =>
      `IMDS can be reached, too, and hands out the role of the instance${a.role === '' ? '' : `, ${a.role}`}`,
    () => 'a hop limit of 1 keeps containers away from it',
  ],
  OLD_NAMES: [
    (a) => `${does(a, 'reads', 'read')} ${list(names(a, 'names'))}, others do not`,
    () => 'use AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
  ],
  DEFAULT_PROFILE_ONLY_SOME_SDKS: [
    () =>
      'AWS_DEFAULT_PROFILE is read by botocore, before AWS_PROFILE, and by the AWS CLI and Go, after it; here it is not',
    () => 'use AWS_PROFILE',
  ],
};

/** @param facts what the finding was found in */
export function describeChainFinding(
  { code, args }: ChainFinding,
  facts: ChainFacts,
): { message: string; hint: string | null } {
  const sentences = CHAIN_FINDINGS[code as ChainFindingCode];
  if (sentences === undefined) {
    return { message: describePollNote({ code, ...args } as PollNote), hint: null };
  }
  const [message, hint] = sentences;
  return { message: message(args, facts), hint: hint(args, facts) };
}
