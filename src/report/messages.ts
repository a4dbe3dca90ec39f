import type { ChainFinding, ChainFindingCode } from '../domain/chain-finding.ts';
import { formatDuration as duration, formatShortDuration as short } from '../domain/duration.ts';
import { secondsBetween } from '../domain/instant.ts';
import type { FinishedRun, JobRunSummary } from '../domain/job-runs.ts';
import type {
  FailureReason,
  Finding,
  FindingCode,
  Instant,
  JobVerdict,
  Measurement,
  NowUnknownReason,
  NowVerdict,
  PollNote,
  PollNoteCode,
  RotationForecast,
  Seconds,
  UnknownReason,
} from '../domain/model.ts';
import {
  type Outcome,
  type PlaceFault,
  type PlaceName,
  SDKS,
  type Sdk,
  type WhyCode,
} from '../domain/places.ts';
import { printable } from './printable.ts';
import { writeCount, writeInstant, writeMoment, writeShare, writeSpan } from './writing.ts';

/**
 * Every sentence that the program says about credentials. Tests match on codes, so that words can be mended here
 * without asking anybody.
 */

type Args = Finding['args'];
const num = (args: Args, name: string) => args[name] as number;

const FINDINGS: Record<FindingCode, (args: Args) => string> = {
  SERVED_EXPIRED: (a) =>
    `expired credentials were handed out, ${duration(num(a, 'seconds'))} past their end (${writeInstant(num(a, 'at'))}); SDKs hide this`,
  ROTATION_TOO_LATE: (a) =>
    `${writeCount(num(a, 'count'), 'rotation')} ${a.certain ? 'came' : 'may have come'} with less than the 5 minutes left that AWS promises; ` +
    `the worst with ${duration(num(a, 'seconds'))} (${writeInstant(num(a, 'at'))})` +
    (a.certain ? '' : '; poll more often to know'),
  ROTATION_OVERDUE: (a) =>
    `the newest credentials had been handed out for ${duration(num(a, 'seconds'))} at the last sample; ` +
    (a.learned
      ? `none before was replaced later than after ${duration(num(a, 'usualSeconds'))}`
      : `this source usually rotates within ${duration(num(a, 'usualSeconds'))}`),
  ISSUED_PER_REQUEST: () =>
    'every request was answered with new credentials: this source has no rotations, a job starts with full validity',
  TWO_AT_ONCE: (a) =>
    `two generations were handed out in turns, ${writeCount(num(a, 'count'), 'time')}: several endpoints answer, and the older credentials count`,
  EXPIRATION_EXTENDED: (a) =>
    `${writeCount(num(a, 'count'), 'generation')} stated different expirations for the same key, up to ${duration(num(a, 'seconds'))} apart; the earliest one counts`,
  ISSUED_IN_FUTURE: (a) =>
    `${writeCount(num(a, 'count'), 'generation')} had a LastUpdated up to ${duration(num(a, 'seconds'))} after being seen: a clock or a time zone is wrong`,
  STALE_SAMPLES: (a) =>
    `the newest sample is ${duration(num(a, 'seconds'))} old (${writeInstant(num(a, 'at'))}), older than ${short(num(a, 'maxAgeSeconds'))}: is the poller still running?`,
  POLLING_GAP: (a) =>
    `in ${writeCount(num(a, 'count'), 'gap')} of ${duration(num(a, 'seconds'))} altogether it is not known what was handed out; ` +
    `the longest is ${duration(num(a, 'longestSeconds'))}, from ${writeInstant(num(a, 'from'))}`,
  POLLS_TOO_RARE: (a) =>
    `samples are usually ${duration(num(a, 'seconds'))} apart, too far to be sure of every rotation: poll every ${short(num(a, 'everySeconds'))}`,
  POLLS_FAILED: (a) =>
    `${writeCount(num(a, 'count'), 'poll')} failed, the last one at ${writeInstant(num(a, 'at'))} (${a.reason})`,
  CLOCK_SKEW: (a) =>
    `the host's clock was ${duration(Math.abs(num(a, 'seconds')))} ${num(a, 'seconds') > 0 ? 'ahead of' : 'behind'} AWS's; times here are corrected, SDKs on that host are not`,
  CLOCK_UNKNOWN: (a) =>
    a.all
      ? "the clock of the host that took these samples was not compared with AWS's: times are as it gave them"
      : `for ${writeCount(num(a, 'count'), 'generation')} the host's clock was not compared with AWS's`,
  ZONELESS_TIME: (a) =>
    `${writeCount(num(a, 'count'), 'generation')} gave times without a zone; they were read as UTC`,
  IMDS_V1_USED: () => 'these samples came over IMDSv1, which hands out other credentials than v2',
};

export const findingMessage = ({ code, args }: Finding): string => FINDINGS[code](args);

/** The answer in one line, for the eye that looks for it first. */
export function verdictMessage({ verdict, job, spare, shareOfSafeStarts: share }: JobVerdict): string {
  const what = `a ${short(job.duration)} job with a margin of ${short(job.margin)}`;
  const shortfall = spare === null ? '' : `, ${duration(-spare)} short at the worst moment`;
  switch (verdict) {
    case 'safe':
      return `safe: ${what} at any measured start, ${duration(spare!)} to spare`;
    case 'never':
      return `not safe: ${what}, not at any measured start${shortfall}`;
    case 'start-after-rotation':
    case 'sometimes':
      return `not safe: ${what}${shortfall}${share === null || share === 1 ? '' : `; ${writeShare(share)} of starts were safe`}`;
    case 'unknown':
      return `unknown: ${what}`;
  }
}

const FETCH_AGAIN =
  'let the job fetch credentials again instead of freezing a copy (IAM_ROLE for a Redshift COPY), or split it';

/** What to do about it. */
export function adviceMessages(verdict: JobVerdict, measurement: Measurement | null): string[] {
  switch (verdict.verdict) {
    case 'safe':
      return [];
    case 'never':
      return [FETCH_AGAIN];
    case 'start-after-rotation':
      return [
        `start it right after a rotation: within ${duration(verdict.safeWithin!)} of every measured one it was safe`,
        `or ${FETCH_AGAIN}`,
      ];
    case 'sometimes':
      return [FETCH_AGAIN];
    case 'unknown':
      return verdict.unknownReasons.map((reason) => unknownMessage(reason, measurement));
  }
}

function unknownMessage(reason: UnknownReason, measurement: Measurement | null): string {
  switch (reason.code) {
    case 'NO_SAMPLES':
      return 'there is no sample: run `cred-watch poll --interval 5m` beside the job, or from cron';
    case 'NO_WITNESSED_ROTATION':
      if (measurement?.issuedPerRequest)
        return 'every request brings new credentials, so there is no history to judge by: compare the job with their validity';
      return 'no rotation was watched yet: keep polling until the credentials have been replaced once';
    case 'STALE_SAMPLES':
      return (
        `the newest sample is ${duration(reason.ageSeconds)} old, more than ${short(reason.maxAgeSeconds)}: ` +
        'poll again, or accept older ones with --max-age'
      );
    case 'SAMPLES_IN_FUTURE':
      return `the newest sample lies ${duration(reason.aheadSeconds)} ahead of this clock: set the clock right, then poll again`;
    case 'TOO_FEW_ROTATIONS':
      return (
        `${writeCount(reason.witnessed, 'rotation was', 'rotations were')} watched, the confidence asked for needs ${reason.wanted}: ` +
        (reason.pollForSeconds === null
          ? 'keep polling'
          : `poll for about ${duration(reason.pollForSeconds)} more`)
      );
  }
}

/** How well the rotations of a source are known that does not date them, and whether polls quickened for them. */
export function windowMessage({ rotationWindow, usualGap }: Measurement): string {
  const { min, median, max } = rotationWindow!;
  const spread = min === max ? '' : ` (${duration(min)} to ${duration(max)})`;
  const known = `known to within ${duration(median)}${spread}`;
  if (usualGap === null || median * 2 > usualGap) return `${known}, as far apart as the samples`;
  return `${known}, though samples are usually ${duration(usualGap)} apart: polls quickened while one was due`;
}

/** What the numbers rest on, and what they do not say. */
export function evidenceMessage({ witnessedCount: n, watchedTime, issuedPerRequest }: Measurement): string {
  const watched = `${writeCount(n, 'rotation was', 'rotations were')} watched over ${duration(watchedTime)}.`;
  if (n === 0) return `${watched}${issuedPerRequest ? '' : ' AWS itself promises 5 minutes.'}`;
  return (
    `${watched} If lead times come in no particular order, the next one is worse than all of them with chance at ` +
    `most 1/${n + 1}, any of the next k with k/(${n}+k); drift and runs of short ones make it more. This is not the ` +
    'chance that the job fails. AWS itself promises 5 minutes.'
  );
}

/** How many runs of a job there were, and what became of them. */
export function jobRunsMessage(
  job: string,
  { runCount, failedCount, unfinishedCount }: JobRunSummary,
): string {
  const exceptions = [
    ...(failedCount > 0 ? [`${failedCount.toLocaleString('en-US')} failed`] : []),
    ...(unfinishedCount > 0 ? [`${unfinishedCount.toLocaleString('en-US')} without a recorded end`] : []),
  ];
  return [`${writeCount(runCount, 'run')} of ${printable(job)}`, ...exceptions].join(', ');
}

/** Which run it was that others are measured by. */
export function longestRunMessage(run: FinishedRun, isJudged: boolean): string {
  return `${writeRun(run)}, ${endingOf(run)}${isJudged ? '; its length is what was judged' : ''}`;
}

/** How close a job came to outliving its credentials, or by how much it did. */
export function closestRunMessage(run: FinishedRun): string {
  const { remainingAtEnd: remaining } = run.end;
  return remaining < 0
    ? `outlived its credentials by ${duration(-remaining)}: ${writeRun(run)}, ${endingOf(run)}`
    : `${duration(remaining)} left at the end of ${writeRun(run)}`;
}

const writeRun = ({ startedAt, identity, end }: FinishedRun) =>
  `the run of ${writeInstant(startedAt)} on ${printable(identity.host)}, ${duration(end.duration)} long`;

const endingOf = ({ end }: FinishedRun) => `exit code ${end.exitCode}`;

const NOTES: Record<PollNoteCode, (args: PollNote['args']) => string> = {
  BLANK_ENV: (a) => `${a.name} is set and empty: some SDKs take that for a value and fail`,
  SETTING_IGNORED: (a) => `${a.name} has no value that makes sense and was ignored`,
  DISABLED_FOR_SOME_SDKS: () =>
    'AWS_EC2_METADATA_DISABLED is not `true` or `false`: the JavaScript SDK and the CRT take IMDS for disabled, Java fails on it, others ask IMDS',
  V1_DISABLED_FOR_SOME_SDKS: (a) => `${a.name} is not \`true\` or \`false\`: SDKs disagree on what it means`,
  STATIC_KEYS_HIDE_SOURCE: () =>
    'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are set: SDKs here use those and never ask this source',
  WEB_IDENTITY_HIDES_SOURCE: () =>
    'AWS_WEB_IDENTITY_TOKEN_FILE is set: SDKs here assume that role and never ask this source',
  CONTAINER_HIDES_IMDS: () => 'a container endpoint is set: SDKs here (but for Java) never ask IMDS',
  PROFILE_HIDES_ENVIRONMENT: () =>
    'AWS_PROFILE is set: the JavaScript SDK takes that profile and not these keys',
  ONLY_OLD_TOKEN: (a) =>
    `the token stands in ${a.name}, which botocore alone reads: other SDKs use these keys without one, and AWS refuses them`,
  TWO_SESSION_TOKENS: (a) =>
    `${a.name} and ${a.other} hold different tokens: botocore takes the first, here and in other SDKs the second counts`,
  SESSION_KEY_WITHOUT_TOKEN: () =>
    'the key id begins with ASIA, and there is no session token: AWS refuses such keys',
  EXPIRATIONS_DISAGREE: (a) =>
    `${a.name} and ${a.other} give different expirations: the earliest one, ${a.name}, counts`,
  PROFILE_GIVES_TWO: (a) =>
    `the profile has ${a.name} and ${a.other}: SDKs disagree on which one counts, here it is ${a.name}`,
  PROFILE_FILE_UNREADABLE: (a) => `${a.name} cannot be read (${a.because}): SDKs may fail on that`,
  ENDPOINT_MODE_CASE: (a) => `${a.name} is not written IPv4 or IPv6: the JavaScript SDK refuses it`,
  IPV6_ONLY_BOTOCORE: (a) => `${a.name} is honoured by botocore alone; here IPv4 was asked`,
  PROFILE_NAME_ONLY_SOME_SDKS: (a) =>
    `${a.name} is honoured here and by few SDKs; the others discover the role`,
  SERVICE_ENDPOINT_OVERRIDDEN: () =>
    'AWS_CONTAINER_SERVICE_ENDPOINT is honoured here and by the Java SDK, and by no other',
  HOST_NAME_ONLY_SOME_SDKS: () =>
    'the container endpoint is named by a host name that botocore and JavaScript refuse',
  TWO_URIS_SET: () =>
    'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and _FULL_URI are both set: the relative one wins, but not in older SDKs',
  TWO_TOKENS_SET: () =>
    'AWS_CONTAINER_AUTHORIZATION_TOKEN and _TOKEN_FILE are both set: the file wins, but not in Java and older SDKs',
  TOKEN_TRAILING_NEWLINE: (a) =>
    `the token of ${a.name} ends in a line end, which was cut off: botocore, Go, Rust and JavaScript fail on it`,
  TOKEN_BLANK: (a) => `the token of ${a.name} is blank: no authorization was sent`,
  TOKEN_FILE_EXPIRED: (a) =>
    `the authorization token expired at ${writeInstant(a.at as number)}: is the file still being rotated?`,
  TOKEN_FILE_EXPIRES: (a) => `the authorization token expires at ${writeInstant(a.at as number)}`,
  TOKEN_TTL_NONCONFORMING: () =>
    'the IMDS token came without a proper time to live: the Go and Rust SDKs refuse it',
  IMDS_V1_USED: () => 'IMDSv2 was not to be had: IMDSv1 was asked instead',
  POSSIBLE_HOP_LIMIT: () => 'the token request got no answer, as in a container behind a hop limit of 1',
  SEVERAL_ROLES: (a) => `IMDS lists ${a.count} roles, the first one was asked for: some SDKs fail on that`,
  ZONELESS_TIME: () => 'the document gives a time without a zone; it was read as UTC',
  APIS_DISAGREE: () => 'the extended API hands out other credentials than the one that SDKs use',
};

export const pollNoteMessage = ({ code, args }: PollNote): string => NOTES[code](args);

const WAIT = 'nothing to do yet: the next poll will tell';

/** What a failed poll means, and what to do about it. */
const FAILURES: Record<FailureReason, [message: string, hint: string]> = {
  disabled: ['IMDS is switched off', 'unset it, or name another source with --source'],
  'v1-disabled': [
    'IMDSv2 gave no token and IMDSv1 is forbidden',
    'raise the hop limit of the instance, or see why the token request fails',
  ],
  'invalid-configuration': [
    'the configuration leads to no credentials',
    'set, correct or remove what is named',
  ],
  'host-not-allowed': [
    'the container endpoint is on a host that no SDK would ask',
    'use https, a loopback address or the address of ECS or EKS',
  ],
  'auth-token-unreadable': [
    'nothing was asked without the authorization token',
    'see that it exists and that this user may read it',
  ],
  'auth-token-invalid': [
    'the container authorization token has characters that no header can carry',
    'write the token anew, without line ends inside',
  ],
  'auth-token-expired': [
    'the endpoint says that the authorization token has expired',
    'see that the token file is still being rotated; read it anew for each request',
  ],
  'auth-rejected': ['the endpoint refused the authorization', 'see that the token belongs to this endpoint'],
  'no-role': [
    'IMDS answers, and the instance has no role',
    'attach an instance profile, or name another source with --source',
  ],
  'no-association': [
    'the endpoint knows of no role for this service account',
    'create the pod identity association, then start the pod again',
  ],
  'not-imds': ['something answered that is not IMDS', 'see what listens there: a proxy or a captive portal?'],
  'not-found': ['the endpoint has no credentials under this name', 'see that the role or path is right'],
  'token-empty': [
    'IMDS answered the token request with nothing',
    'see what listens there: this is no IMDS of AWS',
  ],
  'error-document': [
    'the endpoint answered with an error in place of credentials',
    'see the trust policy of the role; a repair shows at the next refresh, up to an hour later',
  ],
  malformed: ['these are no credentials', 'see what answers there, or who wrote them'],
  'unknown-expiry': [
    'nothing says when these credentials expire',
    'SDKs may never refresh them: see where they come from',
  ],
  starting: ['the ECS agent has just started and has no credentials yet', WAIT],
  throttled: ['the endpoint turns requests away: too many', 'poll less often, and see who else asks so much'],
  'server-error': ['the endpoint failed', WAIT],
  'bad-request': [
    'the endpoint did not understand the request',
    'see that the endpoint is what its variable says',
  ],
  redirect: ['the endpoint answered with a redirect, which is never followed', 'set the final address'],
  'unexpected-status': ['the endpoint answered with an unexpected status', 'see what listens there'],
  'response-too-large': ['the answer is larger than any credentials document', 'see what listens there'],
  unreachable: [
    'nothing answers at the endpoint',
    'is this an instance, task or pod with a role? `--source` names another source',
  ],
  timeout: ['no answer came in time', WAIT],
  'not-configured': ['there is nothing of this kind here', 'name another source with --source'],
  'long-lived': [
    'these keys say nothing of an end, and keys without a session token have none',
    'there is nothing to measure: they stay valid until somebody deletes them',
  ],
  'process-failed': [
    'the process that should have printed credentials did not',
    'run it by hand and see what it says',
  ],
};

export interface FailureFacts {
  reason: FailureReason;
  detail: string;
  possibleHopLimit: boolean;
}

/** The hop limit swallows the answer to a token request and nothing else: it looks like a silent endpoint. */
const HOP_LIMIT =
  'if this is a container, the hop limit may swallow the answer: `aws ec2 modify-instance-metadata-options --http-put-response-hop-limit 2`';

export function failureMessage({ reason, detail, possibleHopLimit }: FailureFacts): {
  message: string;
  hint: string;
} {
  const [message, hint] = FAILURES[reason];
  return {
    message: `${reason}: ${message}${detail === '' ? '' : ` (${detail})`}`,
    hint: possibleHopLimit ? HOP_LIMIT : hint,
  };
}

/** The answer of this moment in one line. */
export function nowMessage({ verdict, job, spare, credentials, remaining }: NowVerdict): string {
  const what = `a ${short(job.duration)} job that starts now`;
  if (verdict === 'unknown') return `unknown: ${what}`;
  if (verdict === 'safe') return `safe: ${what}, ${duration(spare!)} to spare`;
  if (credentials !== null && remaining! <= 0) return `not safe: ${what}, the credentials have expired`;
  return `not safe: ${what}, ${duration(-spare!)} short`;
}

/** Why there is no answer. */
export function nowUnknownMessage(reason: NowUnknownReason): { message: string; hint: string } {
  switch (reason.code) {
    case 'POLL_FAILED':
      return failureMessage(reason);
    case 'NO_SAMPLES':
      return {
        message: 'no sample of these credentials is stored',
        hint: 'take one: leave out --offline, or run `cred-watch poll`',
      };
    case 'STALE_SAMPLES':
      return {
        message: `the last sample is ${duration(reason.ageSeconds)} old, more than ${short(reason.maxAgeSeconds)}`,
        hint: 'leave out --offline, poll more often, or accept older ones with --max-age',
      };
    case 'SAMPLES_IN_FUTURE':
      return {
        message: `the last sample lies ${duration(reason.aheadSeconds)} ahead of this clock`,
        hint: 'set the clock right, then poll again',
      };
  }
}

/** `expected 18:45:12Z (in 12m 10s), between 18:44:02Z and 18:47:33Z`, all of one day without the day. */
export function forecastMessage({ expected, earliest, latest }: RotationForecast, now: Instant): string {
  const moment = (instant: Instant) => writeMoment(instant, now);
  if (latest < now)
    return `overdue: it was expected by ${moment(latest)}, ${duration(secondsBetween(latest, now))} ago`;
  const between = earliest === latest ? '' : `, between ${moment(earliest)} and ${moment(latest)}`;
  const until =
    expected > now ? ` (in ${duration(secondsBetween(now, expected))})` : ' (it may come any moment)';
  return `expected ${moment(expected)}${until}${between}`;
}

/** When a start will be safe, or that none will, as far as history knows. */
export function outlookMessage({ outlook, validityThen, nextRotation }: NowVerdict): string {
  switch (outlook) {
    case 'now':
      return 'a start is safe now';
    case 'after-rotation':
      return `after the next rotation${nextRotation === null ? ', which no history foretells yet' : ''}: every measured one brought enough`;
    case 'perhaps-after-rotation':
      return 'perhaps after the next rotation: some brought enough, not all';
    case 'never':
      return validityThen === null
        ? 'never: no credentials that were seen here had as much left'
        : `never: new credentials had at most ${duration(validityThen.max)} left`;
    case 'unknown':
      return 'not known: there is too little history';
  }
}

export interface Waited {
  /** It was waited for a safe start already. */
  waited: boolean;
}

/** What to do where a start is not safe now. */
export function nowAdvice(
  { verdict, outlook, nextRotation, judgedAt }: NowVerdict,
  { waited }: Waited,
): string {
  if (verdict === 'safe') return '';
  if (outlook === 'never') return FETCH_AGAIN;
  if (outlook === 'unknown')
    return 'sample it: `cred-watch poll --interval 5m` learns when new credentials come';
  if (waited) return 'wait for longer with --wait';
  if (nextRotation === null) return 'wait for it: --wait 2h';
  const minutes = Math.max(1, (nextRotation.latest - judgedAt) / 60_000 + 1);
  const roundTo = minutes > 10 ? 5 : 1;
  return `wait for it: --wait ${short(Math.ceil(minutes / roundTo) * roundTo * 60)}`;
}

/** What is told while it is waited for a safe start. */
export function waitingMessage({ verdict, limit }: { verdict: NowVerdict; limit: Instant }): string {
  const until = `waiting until ${writeInstant(limit)} at most`;
  if (verdict.verdict === 'unknown') return `${until}; the last look failed`;
  const short = `${duration(-verdict.spare!)} short`;
  return verdict.nextRotation === null
    ? `${short}; ${until} for a rotation, which no history foretells yet`
    : `${short}; the next rotation is ${forecastMessage(verdict.nextRotation, verdict.judgedAt)}; ${until}`;
}

export interface RehearsalFacts {
  startedAt: Instant;
  /** URLs; those of IMDS with a slash at the end, which older clients need. */
  endpoints: readonly string[];
  role: string;
  lifetimeSeconds: Seconds;
  rotateEverySeconds: Seconds;
  jitterSeconds: Seconds;
  seed: string;
  scenario: { name: string; description: string } | null;
  faults: readonly string[];
}

/** What somebody who rehearses with the simulator has to know, a line each. */
export function rehearsalMessages(facts: RehearsalFacts): string[] {
  const { startedAt, endpoints, role, lifetimeSeconds, rotateEverySeconds, jitterSeconds } = facts;
  const jitter = jitterSeconds === 0 ? '' : `, give or take ${short(jitterSeconds)}`;
  return [
    'these credentials are false: AWS knows none of them, and they open nothing',
    `role ${role}: valid for ${short(lifetimeSeconds)}, replaced every ${short(rotateEverySeconds)}${jitter}`,
    `seed ${facts.seed}, started ${writeInstant(startedAt)}`,
    `listening on ${endpoints.join(' ')}`,
    ...(facts.scenario === null
      ? []
      : [
          `scenario ${[facts.scenario.name, facts.scenario.description].filter((part) => part !== '').join(': ')}`,
        ]),
    ...facts.faults.map((fault) => `fault ${fault}`),
    'static keys (AWS_ACCESS_KEY_ID), AWS_PROFILE and web identity (AWS_WEB_IDENTITY_TOKEN_FILE)',
    'win over these lines: unset them for the rehearsal',
  ];
}

export const ONE_BLOCK_EACH = 'each client takes one of these blocks, and no line of another';

export interface TrafficFacts {
  requests: number;
  clients: number;
  /** There were more clients than are kept apart. */
  others: boolean;
  firstAt: Instant | null;
  lastAt: Instant | null;
  credentials: number;
  credentialSets: number;
}

/** What came of a rehearsal, in one line. */
export function trafficMessage(facts: TrafficFacts): string {
  const { requests, clients, others, firstAt, lastAt, credentials, credentialSets } = facts;
  if (firstAt === null || lastAt === null) return 'nobody asked';
  const time = secondsBetween(firstAt, lastAt);
  const handedOut =
    credentials === 0
      ? 'no credentials were handed out'
      : `credentials were handed out ${writeCount(credentials, 'time')}, ${writeCount(credentialSets, 'set')} of them`;
  return (
    `${writeCount(requests, 'request')} from ${others ? 'more than ' : ''}${writeCount(clients, 'client')}` +
    `${time === 0 ? '' : ` in ${duration(time)}`}; ${handedOut}`
  );
}

export interface V1Facts {
  answers: number;
  firstAt: Instant;
  lastAt: Instant;
  usesV2: boolean;
}

/** Who has yet to leave IMDSv1, and since when and until when it was seen to use it. */
export function v1Message(client: string, { answers, firstAt, lastAt, usesV2 }: V1Facts): string {
  const when = answers === 1 ? `at ${writeInstant(firstAt)}` : `from ${writeSpan(firstAt, lastAt)}`;
  return `${client}: ${writeCount(answers, 'answer')} ${when}${usesV2 ? '; it uses v2 as well' : ''}`;
}

export const SDK_NAMES: Record<Sdk, string> = {
  botocore: 'botocore (AWS CLI)',
  java: 'Java',
  go: 'Go',
  javascript: 'JavaScript',
  rust: 'Rust',
  dotnet: '.NET',
};

/** What an operator knows it by. */
export const PLACE_LABELS: Record<PlaceName, string> = {
  environment: 'environment',
  'web-identity': 'web identity',
  profile: 'profile keys',
  'profile-role': 'profile role',
  'profile-web-identity': 'profile web identity',
  sso: 'SSO',
  login: 'aws login',
  process: 'process',
  container: 'container',
  imds: 'IMDS',
};

/** As a part of a sentence. */
const PLACES: Record<PlaceName, string> = {
  environment: 'the environment',
  'web-identity': 'web identity (AWS_WEB_IDENTITY_TOKEN_FILE)',
  profile: 'the profile',
  'profile-role': 'the role of the profile',
  'profile-web-identity': 'the web identity of the profile',
  sso: 'SSO of the profile',
  login: 'the sign-in of the profile',
  process: 'the credential_process of the profile',
  container: 'the container endpoint',
  imds: 'IMDS',
};

const FAULTS: { [Code in PlaceFault['code']]: (fault: Extract<PlaceFault, { code: Code }>) => string } = {
  NO_SECRET_KEY: () => 'a key id without its secret key',
  NO_KEY_ID: () => 'a secret key without its key id',
  NO_SESSION_TOKEN: () => 'the key of a session, without its token: AWS refuses it',
  NO_ROLE_ARN: () => 'a token file, and no role to assume with it',
  NO_ROLE_SOURCE: () => 'role_arn, and neither source_profile nor credential_source',
  TWO_ROLE_SOURCES: () => 'source_profile and credential_source, of which there may be one',
  ROLE_SOURCE_MISSING: ({ name }) => `source_profile ${name} is not there`,
  SETTINGS_MISSING: ({ names }) => `missing: ${names.join(', ')}`,
  TOKEN_FILE_UNREADABLE: ({ because }) => `the token file cannot be read: ${because}`,
  TOKEN_EXPIRED: ({ at }) => `the token expired at ${writeInstant(at)}`,
  NOT_SIGNED_IN: () => 'nobody is signed in: `aws sso login`',
  POLL_FAILED: (fault) => failureMessage(fault).message,
  NO_ANSWER_IN_TIME: () => 'no answer in time',
};

export const placeFaultMessage = <F extends PlaceFault>(fault: F): string =>
  (FAULTS[fault.code] as (fault: F) => string)(fault);

/** Of what a look took a note, in the words of who refuses it. */
const REFUSALS: Partial<Record<PollNoteCode, string>> = {
  HOST_NAME_ONLY_SOME_SDKS: 'it accepts no host name there',
  TOKEN_TRAILING_NEWLINE: 'it accepts no token with a line end',
  ENDPOINT_MODE_CASE: 'it wants IPv4 or IPv6 written so',
  SEVERAL_ROLES: 'it expects one role',
  TOKEN_TTL_NONCONFORMING: 'it wants a proper time to live of the token',
  IMDS_V1_USED: 'it does not speak IMDSv1',
};

const WHYS: Record<WhyCode, (name: string) => string> = {
  INCOMPLETE: () => 'it is incomplete',
  FAILED: () => 'it fails',
  EXPIRED: () => 'its credentials have expired',
  NO_SUCH_PROFILE: (name) => `there is no profile ${name}`,
  BLANK_VARIABLE: (name) => `${name} is set and empty`,
  BAD_SETTING: (name) => `${name} cannot be understood`,
  TWO_KINDS: (name) => `profile ${name} has two kinds of credentials`,
  REFUSED_SETTING: (name) => REFUSALS[name as PollNoteCode] ?? 'it refuses a setting',
  SWITCHED_OFF: () => 'it takes it for switched off',
  ASKS_ELSEWHERE: () => 'at another address than was asked here',
  SENDS_OTHER_TOKEN: () => 'with AWS_CONTAINER_AUTHORIZATION_TOKEN, which was not tried here',
  OLD_NAMES: () => 'by the old names of the variables',
  OTHER_PROFILE: (name) => `of whatever profile ${name} names`,
};

const FLAWS = { NO_SESSION_TOKEN: 'without its token: AWS refuses it', EXPIRED: 'expired' };

/** How a chain ends, without the credentials that it ends with. */
export function outcomeMessage(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'wins':
      return outcome.flaw === null
        ? PLACE_LABELS[outcome.place]
        : `${PLACE_LABELS[outcome.place]}, ${FLAWS[outcome.flaw]}`;
    case 'unknown':
      return `${PLACE_LABELS[outcome.place]}, ${WHYS[outcome.why](outcome.name)}`;
    case 'stops': {
      const where = outcome.place === null ? 'stops' : `stops at ${PLACE_LABELS[outcome.place]}`;
      return `none: ${where}, ${WHYS[outcome.why](outcome.name)}`;
    }
    case 'none':
      return 'none: no place is left';
  }
}

type ChainArgs = ChainFinding['args'];
const place = (args: ChainArgs) => PLACES[args.place as PlaceName];
const length = (args: ChainArgs) => duration(args.seconds as Seconds);

const list = (words: readonly string[]) =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
const names = (args: ChainArgs, name: string) => args[name] as readonly string[];
const hidden = (args: ChainArgs) => list(names(args, 'hidden').map((each) => PLACES[each as PlaceName]));
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

/** What to do about a place that does not work. */
function mend(args: ChainArgs): string {
  switch (args.fault) {
    case 'POLL_FAILED':
      return FAILURES[args.reason as FailureReason][1];
    case 'NO_ROLE_ARN':
      return 'name the role in AWS_ROLE_ARN, or unset AWS_WEB_IDENTITY_TOKEN_FILE';
    case 'TOKEN_FILE_UNREADABLE':
      return 'see that the file exists and that this user may read it, or unset what names it';
    case 'NOT_SIGNED_IN':
      return 'sign in: `aws sso login`';
    case 'TOKEN_EXPIRED':
      return args.place === 'sso'
        ? 'sign in: `aws sso login`'
        : 'see whether the token file is still being renewed';
    default:
      return 'mend it, or remove what is set for it';
  }
}

type Sentence = (args: ChainArgs) => string;

/** What is the matter, and what to do. */
const CHAIN_FINDINGS: Record<ChainFindingCode, [message: Sentence, hint: Sentence]> = {
  NOTHING_ANSWERS: [
    () => 'no place gives credentials: every SDK fails here',
    () => 'give the instance, task or pod a role, or name a profile with AWS_PROFILE',
  ],
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
  EXPIRED_WINS: [
    (a) =>
      `the credentials of ${place(a)} expired ${length(a)} ago, and ${does(a, 'comes', 'come')} to no others`,
    renew,
  ],
  HALF_A_PAIR: [halfAPair, () => 'set the other one as well, or neither'],
  FALLS_TO_INSTANCE_ROLE: [
    (a) =>
      `the container endpoint fails: ${does(a, 'goes on to IMDS and takes', 'go on to IMDS and take')} on the role of the instance; ${does(a, 'stops', 'stop', 'stopped')} with an error`,
    (a) => `${mend(a)}; a hop limit of 1 keeps containers away from the role of the instance`,
  ],
  BROKEN_PLACE_STOPS: [
    (a) =>
      a.works
        ? `${place(a)} works, but ${does(a, 'stops', 'stop')} there`
        : `${place(a)} does not work, and ${does(a, 'stops', 'stop')} there: no later place is asked`,
    (a) => (a.works ? 'see the notes on it' : mend(a)),
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
      `profile ${a.profile} has ${list(names(a, 'places').map((each) => PLACE_LABELS[each as PlaceName].replace('profile ', '')))}: which of them counts depends on the SDK` +
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

export function chainFindingMessage({ code, args }: ChainFinding): { message: string; hint: string | null } {
  const sentences = CHAIN_FINDINGS[code as ChainFindingCode];
  if (sentences === undefined) {
    return { message: pollNoteMessage({ code, args } as PollNote), hint: null };
  }
  const [message, hint] = sentences;
  return { message: message(args), hint: hint(args) };
}
