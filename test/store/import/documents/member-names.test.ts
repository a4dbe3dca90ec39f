import { expect, test } from 'vitest';
import { classifyMember } from '../../../../src/store/import/documents/member-names.ts';

const NAMES = {
  expiration:
    'expiration expires expires_at expiry expiry_date expiration-time ExpirationDate AWS_CREDENTIAL_EXPIRATION AWS_SESSION_EXPIRATION AWS_EXPIRATION AWS_CREDENTIALS_EXPIRATION',
  lastUpdated: 'LastUpdated last_updated lastUpdate',
  accessKeyId: 'AccessKeyId access_key_id AWS_ACCESS_KEY_ID AccessKey key-id',
  roleArn: 'RoleArn AWS_ROLE_ARN',
  role: 'Role role_name',
  code: 'Code',
  secret:
    'SecretAccessKey secret_key Token SessionToken SecurityToken AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_SECURITY_TOKEN',
  timestamp:
    'ts t Timestamp date time date_time observed observed_at @timestamp when at now polled polled_at sampled sampled_at logged logged_at asctime event_time stamp recorded_at checked_at fetched_at requested_at collected_at @t epoch host_time HostTime __REALTIME_TIMESTAMP clock seen seen_at queried_at query-time LocalTime utc utc_time',
  message: 'message @message msg MESSAGE log line textPayload body response output stdout raw',
  ignored: 'Type AccountId aws_account_id Version provider AWS_REGION AWS_DEFAULT_REGION region',
};

test.each(
  Object.entries(NAMES).flatMap(([kind, names]) => names.split(' ').map((name) => [name, kind] as const)),
)('the member %s is of the kind %s', (name, kind) => {
  for (const each of [name, name.toLowerCase(), name.toUpperCase(), `_${name}-`]) {
    expect(classifyMember(each)).toBe(kind);
    expect(classifyMember(each)).toBe(kind);
  }
});

test.each(['', 'x', 'expiration.', 'expirations', 'Last Updated', 'constructor', 'Expiration2'])(
  'the member %j has no meaning',
  (name) => {
    expect(classifyMember(name)).toBeNull();
    expect(classifyMember(name)).toBeNull();
  },
);
