/** The meaning of a member of a document or of a log line. */
export type MemberKind =
  | 'expiration'
  | 'lastUpdated'
  | 'accessKeyId'
  | 'roleArn'
  | 'role'
  | 'code'
  | 'secret'
  | 'timestamp'
  | 'message'
  | 'ignored';

/** Names in lower case without `_` and `-`: of AWS, of SDKs, of loggers, and of environment variables. */
const NAMES: Readonly<Record<MemberKind, readonly string[]>> = {
  expiration: [
    ...['expiration', 'expires', 'expiresat', 'expiry', 'expirydate', 'expirationtime', 'expirationdate'],
    ...['awscredentialexpiration', 'awssessionexpiration', 'awsexpiration', 'awscredentialsexpiration'],
  ],
  lastUpdated: ['lastupdated', 'lastupdate'],
  accessKeyId: ['accesskeyid', 'awsaccesskeyid', 'accesskey', 'keyid'],
  roleArn: ['rolearn', 'awsrolearn'],
  role: ['role', 'rolename'],
  code: ['code'],
  secret: [
    ...['secretaccesskey', 'secretkey', 'token', 'sessiontoken', 'securitytoken'],
    ...['awssecretaccesskey', 'awssessiontoken', 'awssecuritytoken'],
  ],
  timestamp: [
    ...[
      'ts',
      't',
      'timestamp',
      'date',
      'time',
      'datetime',
      'observed',
      'observedat',
      '@timestamp',
      'when',
      'at',
    ],
    ...[
      'now',
      'polled',
      'polledat',
      'sampled',
      'sampledat',
      'logged',
      'loggedat',
      'asctime',
      'eventtime',
      'stamp',
    ],
    ...['recordedat', 'checkedat', 'fetchedat', 'requestedat', 'collectedat', '@t', 'epoch', 'host_time'],
    ...[
      'realtimetimestamp',
      'clock',
      'seen',
      'seenat',
      'queriedat',
      'querytime',
      'localtime',
      'utc',
      'utctime',
    ],
  ],
  message: [
    'message',
    '@message',
    'msg',
    'log',
    'line',
    'textpayload',
    'body',
    'response',
    'output',
    'stdout',
    'raw',
  ],
  ignored: [
    'type',
    'accountid',
    'awsaccountid',
    'version',
    'provider',
    'awsregion',
    'awsdefaultregion',
    'region',
  ],
};

const KINDS: ReadonlyMap<string, MemberKind> = new Map(
  // The type of Object.entries() does not keep the type of the keys.
  (Object.entries(NAMES) as [MemberKind, readonly string[]][]).flatMap(([kind, names]) =>
    names.map((name): [string, MemberKind] => [name.replace(/_/g, ''), kind]),
  ),
);

/** Limits the memory for names of a hostile file. */
const MAX_KNOWN_NAMES = 10_000;

const known = new Map<string, MemberKind | null>();

/** Returns the kind of a member. Ignores case, `_` and `-`. Null for a name without a meaning. */
export function classifyMember(name: string): MemberKind | null {
  let kind = known.get(name);
  if (kind === undefined) {
    kind = KINDS.get(name.replace(/[_-]/g, '').toLowerCase()) ?? null;
    if (known.size >= MAX_KNOWN_NAMES) known.clear();
    known.set(name, kind);
  }
  return kind;
}
