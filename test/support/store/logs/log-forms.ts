import {
  CANARY_SECRET,
  CANARY_TOKEN,
  containerDocument,
  imdsDocument,
  iso,
  type LoggedPoll,
  processDocument,
} from './history.ts';

/** A form in which people keep logs. */
export interface LogForm {
  name: string;
  write: (polls: readonly LoggedPoll[]) => string;
  /** The documents have no `LastUpdated`. */
  isUndated?: boolean;
  /** The log has the clock of AWS. */
  clockOffset?: number;
  hasNoKeyIds?: boolean;
  role?: string;
}

const each = (write: (poll: LoggedPoll, index: number) => string) => (polls: readonly LoggedPoll[]) =>
  polls.map(write).join('');

const two = (value: number) => String(value).padStart(2, '0');
const fields = (at: number) => {
  const date = new Date(at);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth(),
    day: date.getUTCDate(),
    weekday: date.getUTCDay(),
    hour: date.getUTCHours(),
    clock: date.toISOString().slice(11, 19),
  };
};

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const LONG_MONTHS =
  'January February March April May June July August September October November December'.split(' ');
const DAYS = 'Sun Mon Tue Wed Thu Fri Sat'.split(' ');
const LONG_DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');
const GERMAN_MONTHS = 'Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez'.split(' ');
const GERMAN_DAYS = 'So Mo Di Mi Do Fr Sa'.split(' ');
const JAPANESE_DAYS = '日月火水木金土';

const twelveHours = (at: number): string => {
  const { hour, clock } = fields(at);
  return `${hour % 12 || 12}${clock.slice(2)} ${hour < 12 ? 'AM' : 'PM'}`;
};

/** Ways to write a timestamp. All of them are UTC, or local times in UTC. */
export const STAMPS: Readonly<Record<string, (at: number) => string>> = {
  'date -u +%FT%TZ': iso,
  'date -Is': (at) => iso(at).replace('Z', '+00:00'),
  'date -Ins': (at) => iso(at).replace('Z', ',123456789+00:00'),
  'date +%F %T': (at) => iso(at).slice(0, 19).replace('T', ' '),
  'date --rfc-3339=seconds': (at) => `${iso(at).slice(0, 19).replace('T', ' ')}+00:00`,
  'date +%F %T %z': (at) => `${iso(at).slice(0, 19).replace('T', ' ')} +0000`,
  'date +%F %T %Z': (at) => `${iso(at).slice(0, 19).replace('T', ' ')} UTC`,
  'date +%Y/%m/%d %T': (at) => iso(at).slice(0, 19).replace('T', ' ').replaceAll('-', '/'),
  'date +%Y%m%dT%H%M%SZ': (at) => iso(at).replace(/[-:]/g, ''),
  date: (at) => {
    const { weekday, month, day, clock, year } = fields(at);
    return `${DAYS[weekday]} ${MONTHS[month]} ${String(day).padStart(2)} ${clock} UTC ${year}`;
  },
  'date of RHEL 8': (at) => {
    const { weekday, month, day, year } = fields(at);
    return `${DAYS[weekday]} ${MONTHS[month]} ${String(day).padStart(2)} ${twelveHours(at).padStart(11, '0')} UTC ${year}`.replace(
      / (\d:)/,
      ' 0$1',
    );
  },
  'date of RHEL 9': (at) => {
    const { weekday, month, day, year } = fields(at);
    return `${DAYS[weekday]} ${MONTHS[month]} ${String(day).padStart(2)} ${twelveHours(at)} UTC ${year}`;
  },
  'date of Debian': (at) => {
    const { weekday, month, day, year } = fields(at);
    return `${DAYS[weekday]} ${String(day).padStart(2)} ${MONTHS[month]} ${year} ${twelveHours(at)} UTC`;
  },
  'date in British English': (at) => {
    const { weekday, month, day, clock, year } = fields(at);
    return `${DAYS[weekday]} ${String(day).padStart(2)} ${MONTHS[month]} ${clock} UTC ${year}`;
  },
  'date in New York': (at) => {
    const { weekday, month, day, clock, year } = fields(at - 5 * 3_600_000);
    return `${DAYS[weekday]} ${MONTHS[month]} ${String(day).padStart(2)} ${clock} EST ${year}`;
  },
  'date in German': (at) => {
    const { weekday, month, day, clock, year } = fields(at + 3_600_000);
    return `${GERMAN_DAYS[weekday]} ${day}. ${GERMAN_MONTHS[month]} ${clock} CET ${year}`;
  },
  'date in German of BSD': (at) => {
    const { weekday, month, day, clock, year } = fields(at);
    return `${GERMAN_DAYS[weekday]} ${day} ${GERMAN_MONTHS[month]} ${year} ${clock} UTC`;
  },
  'date in Japanese': (at) => {
    const { weekday, month, day, clock, year } = fields(at + 9 * 3_600_000);
    return `${year}年 ${month + 1}月 ${day}日 ${JAPANESE_DAYS[weekday]}曜日 ${clock} JST`;
  },
  'date in Japanese of BSD': (at) => {
    const { weekday, month, day, clock, year } = fields(at);
    return `${JAPANESE_DAYS[weekday]} ${month + 1}月 ${day} ${clock} UTC ${year}`;
  },
  'date -R': (at) => new Date(at).toUTCString().replace('GMT', '+0000'),
  'date in HTTP': (at) => new Date(at).toUTCString(),
  'date +%s': (at) => String(at / 1000),
  'date +%s.%N': (at) => `${at / 1000}.123456789`,
  'date +%s%3N': (at) => `${at}`,
  ctime: (at) => {
    const { weekday, month, day, clock, year } = fields(at);
    return `${DAYS[weekday]} ${MONTHS[month]} ${String(day).padStart(2)} ${clock} ${year}`;
  },
  'Get-Date': (at) => {
    const { weekday, month, day, year } = fields(at);
    return `${LONG_DAYS[weekday]}, ${LONG_MONTHS[month]} ${day}, ${year} ${twelveHours(at)}`;
  },
  'Get-Date in German': (at) => {
    const { day, month, year, clock } = fields(at);
    return `${two(day)}.${two(month + 1)}.${year} ${clock}`;
  },
  'Get-Date in a string': (at) => {
    const { day, month, year, clock } = fields(at);
    return `${two(month + 1)}/${two(day)}/${year} ${clock}`;
  },
  'Get-Date in Britain': (at) => {
    const { day, month, year, clock } = fields(at);
    return `${two(day)}/${two(month + 1)}/${year} ${clock}`;
  },
  'Get-Date in Japanese': (at) => {
    const { day, month, year, hour, clock } = fields(at);
    return `${year}年${month + 1}月${day}日 ${hour}${clock.slice(2)}`;
  },
  'Get-Date -Format o': (at) => iso(at).replace('Z', '.1234567+00:00'),
  'DateTime.UtcNow -Format u': (at) => iso(at).replace('T', ' '),
  '%DATE% %TIME%': (at) => {
    const { weekday, day, month, year, clock } = fields(at);
    return `${DAYS[weekday]} ${two(month + 1)}/${two(day)}/${year} ${clock}.12`;
  },
  'common log format': (at) => {
    const { day, month, year, clock } = fields(at);
    return `${two(day)}/${MONTHS[month]}/${year}:${clock} +0000`;
  },
  syslog: (at) => {
    const { month, day, clock } = fields(at);
    return `${MONTHS[month]} ${String(day).padStart(2)} ${clock}`;
  },
};

const stamp = (name: keyof typeof STAMPS, at: number): string => STAMPS[name]?.(at) ?? '';

/** Ways to place a timestamp before a text, which may have several lines. */
export const PLACEMENTS: Readonly<Record<string, (stamp: string, text: string) => string>> = {
  'on its own line': (at, text) => `${at}\n${text}\n`,
  'in brackets on its own line': (at, text) => `[${at}]\n${text}\n`,
  'between equals signs': (at, text) => `=== ${at} ===\n${text}\n`,
  'behind a hash sign': (at, text) => `# ${at}\n${text}\n`,
  'with a blank line': (at, text) => `${at}\n\n${text}\n\n`,
  'with a name': (at, text) => `Timestamp: ${at}\n${text}\n`,
  'on the same line': (at, text) => `${at} ${text}\n`,
  'on the same line in brackets': (at, text) => `[${at}] ${text}\n`,
  'on the same line with a colon': (at, text) => `${at}: ${text}\n`,
  'on the same line behind a tab': (at, text) => `${at}\t${text}\n`,
  'on every line': (at, text) => text.replace(/^/gm, `${at} `).concat('\n'),
  'on every line in brackets': (at, text) => text.replace(/^/gm, `[${at}] `).concat('\n'),
};

/** Ways to write a document. */
export const DOCUMENTS: Readonly<
  Record<string, { write: (poll: LoggedPoll) => string; isUndated?: boolean; hasNoKeyIds?: boolean }>
> = {
  'IMDS as it is': {
    write: (poll) => JSON.stringify(imdsDocument(poll), null, 2).replaceAll('": ', '" : '),
  },
  'IMDS compact': { write: (poll) => JSON.stringify(imdsDocument(poll)) },
  'IMDS with 4 spaces': { write: (poll) => JSON.stringify(imdsDocument(poll), null, 4) },
  'IMDS in an object': {
    write: (poll) => JSON.stringify({ region: 'us-east-1', credentials: imdsDocument(poll) }),
  },
  container: { write: (poll) => JSON.stringify(containerDocument(poll)), isUndated: true },
  process: { write: (poll) => JSON.stringify(processDocument(poll), null, 2), isUndated: true },
  'assume-role': {
    write: (poll) =>
      JSON.stringify({ Credentials: processDocument(poll), AssumedRoleUser: { Arn: 'x' } }, null, 4),
    isUndated: true,
  },
  'two members': {
    write: ({ lastUpdated, expiration }) =>
      `LastUpdated: ${iso(lastUpdated)}\nExpiration: ${iso(expiration)}`,
    hasNoKeyIds: true,
  },
  'members on one line': {
    write: ({ lastUpdated, expiration, accessKeyId }) =>
      `LastUpdated=${iso(lastUpdated)} AccessKeyId=${accessKeyId} Expiration=${iso(expiration)}`,
  },
  'Format-List': {
    write: (poll) =>
      Object.entries(imdsDocument(poll))
        .map(([name, value]) => `${name.padEnd(15)} : ${value}`)
        .join('\n'),
  },
  'export-credentials --format env': {
    write: ({ accessKeyId, expiration }) =>
      [
        `export AWS_ACCESS_KEY_ID=${accessKeyId}`,
        `export AWS_SECRET_ACCESS_KEY=${CANARY_SECRET}`,
        `export AWS_SESSION_TOKEN=${CANARY_TOKEN}`,
        `export AWS_CREDENTIAL_EXPIRATION=${iso(expiration).replace('Z', '+00:00')}`,
      ].join('\n'),
    isUndated: true,
  },
  'export-credentials --format windows-cmd': {
    write: ({ accessKeyId, expiration }) =>
      [
        `set AWS_ACCESS_KEY_ID=${accessKeyId}`,
        `set AWS_SECRET_ACCESS_KEY=${CANARY_SECRET}`,
        `set AWS_SESSION_TOKEN=${CANARY_TOKEN}`,
        `set AWS_CREDENTIAL_EXPIRATION=${iso(expiration).replace('Z', '+00:00')}`,
      ].join('\n'),
    isUndated: true,
  },
  'export-credentials --format powershell': {
    write: ({ accessKeyId, expiration }) =>
      [
        `$Env:AWS_ACCESS_KEY_ID="${accessKeyId}"`,
        `$Env:AWS_SECRET_ACCESS_KEY="${CANARY_SECRET}"`,
        `$Env:AWS_SESSION_TOKEN="${CANARY_TOKEN}"`,
        `$Env:AWS_CREDENTIAL_EXPIRATION="${iso(expiration).replace('Z', '+00:00')}"`,
      ].join('\n'),
    isUndated: true,
  },
  'two times with a tab': {
    write: ({ lastUpdated, expiration }) => `${iso(lastUpdated)}\t${iso(expiration)}`,
    hasNoKeyIds: true,
  },
  'two times with a comma': {
    write: ({ lastUpdated, expiration }) => `${iso(lastUpdated)},${iso(expiration)}`,
    hasNoKeyIds: true,
  },
};

const events = (polls: readonly LoggedPoll[]) =>
  polls.map((poll) => ({
    timestamp: poll.at,
    message: JSON.stringify(imdsDocument(poll)),
    ingestionTime: poll.at + 1234,
  }));

const queryResults = (polls: readonly LoggedPoll[]) =>
  polls.map((poll) => [
    { field: '@timestamp', value: `${iso(poll.at).slice(0, 19).replace('T', ' ')}.000` },
    { field: '@message', value: JSON.stringify(imdsDocument(poll)) },
    { field: '@ptr', value: 'CmEKJgoiMTExMTIy' },
  ]);

const csv = (text: string) => `"${text.replaceAll('"', '""')}"`;

const curlVerbose = (poll: LoggedPoll) => `*   Trying 169.254.169.254:80...
* Connected to 169.254.169.254 (169.254.169.254) port 80
> GET /latest/meta-data/iam/security-credentials/loader HTTP/1.1
> Host: 169.254.169.254
> User-Agent: curl/8.5.0
> Accept: */*
> X-aws-ec2-metadata-token: ${CANARY_TOKEN}
>${' '}
< HTTP/1.1 200 OK
< Content-Type: text/plain
< Date: ${new Date(poll.at).toUTCString()}
< Server: EC2ws
<${' '}
{ [1316 bytes data]
* Connection #0 to host 169.254.169.254 left intact
${JSON.stringify(imdsDocument(poll), null, 2)}
`;

const PROGRESS = `  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current
                                 Dload  Upload   Total   Spent    Left  Speed
\r  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0\r100  1316  100  1316    0     0   950k      0 --:--:-- --:--:-- --:--:-- 1285k
`;

/** Complete forms that are not a timestamp before a document. */
export const FORMS: readonly LogForm[] = [
  {
    name: 'kubectl logs --timestamps',
    write: each(
      (poll) => `${iso(poll.at).replace('Z', '.987654321Z')} ${JSON.stringify(imdsDocument(poll))}\n`,
    ),
  },
  {
    name: 'files of Kubernetes',
    write: each((poll) =>
      JSON.stringify(imdsDocument(poll), null, 2)
        .replace(/^/gm, `${iso(poll.at).replace('Z', '.987654321Z')} stdout F `)
        .concat('\n'),
    ),
  },
  {
    name: 'json-file of docker',
    write: each((poll) =>
      JSON.stringify(imdsDocument(poll), null, 2)
        .split('\n')
        .map(
          (line) =>
            `${JSON.stringify({ log: `${line}\n`, stream: 'stdout', time: iso(poll.at).replace('Z', '.5Z') })}\n`,
        )
        .join(''),
    ),
  },
  {
    name: 'docker compose logs',
    write: each((poll) =>
      `${iso(poll.at)}\n${JSON.stringify(imdsDocument(poll), null, 2)}`
        .replace(/^/gm, 'poller-1  | ')
        .concat('\n'),
    ),
  },
  {
    name: 'docker compose logs -t',
    write: each(
      (poll) => `poller-1  | ${iso(poll.at).replace('Z', '.123Z')} ${JSON.stringify(imdsDocument(poll))}\n`,
    ),
  },
  {
    name: 'kubectl logs --prefix',
    write: each((poll) => `[pod/poller-7c9/app] ${iso(poll.at)} ${JSON.stringify(imdsDocument(poll))}\n`),
  },
  {
    name: 'aws logs tail',
    write: each(
      (poll) =>
        `${iso(poll.at).replace('Z', '.000000+00:00')} app/poller/0a1b2c ${JSON.stringify(imdsDocument(poll))}\n`,
    ),
  },
  {
    name: 'aws logs tail --format short',
    write: each((poll) => `${iso(poll.at).replace('Z', '')} ${JSON.stringify(imdsDocument(poll))}\n`),
  },
  {
    name: 'aws logs get-log-events',
    write: (polls) =>
      JSON.stringify({ events: events(polls), nextForwardToken: 'f/1', nextBackwardToken: 'b/1' }, null, 4),
  },
  {
    name: 'aws logs get-log-events, compact',
    write: (polls) => JSON.stringify({ events: events(polls), nextForwardToken: 'f/1' }),
  },
  {
    name: 'aws logs get-log-events --output text',
    write: (polls) =>
      `f/1\tb/1\n${events(polls)
        .map(
          ({ timestamp, message, ingestionTime }) => `EVENTS\t${ingestionTime}\t${message}\t${timestamp}\n`,
        )
        .join('')}`,
  },
  {
    name: 'CloudWatch Insights',
    write: (polls) =>
      `@timestamp,@message\n${[...polls]
        .reverse()
        .map(
          (poll) =>
            `${iso(poll.at).slice(0, 19).replace('T', ' ')}.000,${csv(JSON.stringify(imdsDocument(poll)))}\n`,
        )
        .join('')}`,
  },
  {
    name: 'CloudWatch Insights, pretty JSON',
    write: (polls) =>
      `@timestamp,@message,@logStream\n${polls.map((poll) => `${iso(poll.at).slice(0, 19).replace('T', ' ')}.000,${csv(JSON.stringify(imdsDocument(poll), null, 2))},app/1\n`).join('')}`,
  },
  {
    name: 'CSV of the CloudWatch console',
    write: (polls) =>
      `timestamp,message\n${polls.map((poll) => `${poll.at},${csv(JSON.stringify(imdsDocument(poll)))}\n`).join('')}`,
  },
  {
    name: 'aws logs get-query-results',
    write: (polls) => JSON.stringify({ status: 'Complete', results: queryResults(polls) }, null, 4),
  },
  {
    name: 'aws logs get-query-results, compact',
    write: (polls) => JSON.stringify({ results: queryResults(polls) }),
  },
  {
    name: 'subscription of CloudWatch',
    write: (polls) =>
      `${JSON.stringify({ messageType: 'DATA_MESSAGE', logGroup: 'g', logEvents: events(polls) })}\n`,
  },
  {
    name: 'export of CloudWatch to S3',
    write: each((poll) => `${new Date(poll.at).toISOString()} ${JSON.stringify(imdsDocument(poll))}\n`),
  },
  {
    name: 'Fluent Bit',
    write: each(
      (poll) =>
        `${JSON.stringify({ date: poll.at / 1000 + 0.123, log: JSON.stringify(imdsDocument(poll)) })}\n`,
    ),
  },
  {
    name: 'Google Cloud Logging',
    write: (polls) =>
      JSON.stringify(
        polls.map((poll) => ({
          jsonPayload: imdsDocument(poll),
          timestamp: iso(poll.at).replace('Z', '.123456Z'),
        })),
        null,
        2,
      ),
  },
  {
    name: 'print of Python',
    write: each(
      (poll) =>
        `${iso(poll.at).slice(0, 19).replace('T', ' ')}.123456 ${JSON.stringify(imdsDocument(poll)).replaceAll('"', "'").replaceAll("':", "': ")}\n`,
    ),
  },
  {
    name: 'print of boto3',
    write: each((poll) => {
      const time = new Date(poll.expiration);
      const [hour, minute, second] = [time.getUTCHours(), time.getUTCMinutes(), time.getUTCSeconds()];
      const parts = [
        time.getUTCFullYear(),
        time.getUTCMonth() + 1,
        time.getUTCDate(),
        hour,
        minute,
        ...(second > 0 ? [second] : []),
      ];
      return `${iso(poll.at)} {'Credentials': {'AccessKeyId': '${poll.accessKeyId}', 'SecretAccessKey': '${CANARY_SECRET}', 'SessionToken': '${CANARY_TOKEN}', 'Expiration': datetime.datetime(${parts.join(', ')}, tzinfo=tzutc())}, 'ResponseMetadata': {'RetryAttempts': 0}}\n`;
    }),
    isUndated: true,
  },
  {
    name: 'console.log of Node.js',
    write: each(
      (poll) =>
        `${iso(poll.at)}\n{\n  Code: 'Success',\n  LastUpdated: '${iso(poll.lastUpdated)}',\n  AccessKeyId: '${poll.accessKeyId}',\n  Token: '${CANARY_TOKEN}',\n  Expiration: '${iso(poll.expiration)}'\n}\n`,
    ),
  },
  {
    name: 'console.log of Node.js on one line',
    write: each(
      (poll) =>
        `${iso(poll.at)} { accessKeyId: '${poll.accessKeyId}', lastUpdated: ${iso(poll.lastUpdated)}, expiration: ${iso(poll.expiration).replace('Z', '.000Z')} }\n`,
    ),
  },
  {
    name: 'puts of Ruby',
    write: each(
      (poll) =>
        `${iso(poll.at).slice(0, 19).replace('T', ' ')} +0000 {"LastUpdated"=>"${iso(poll.lastUpdated)}", "AccessKeyId"=>"${poll.accessKeyId}", "Expiration"=>"${iso(poll.expiration)}"}\n`,
    ),
  },
  {
    name: 'Printf %+v of Go',
    write: each(
      (poll) =>
        `${stamp('date +%Y/%m/%d %T', poll.at)} {Code:Success LastUpdated:${iso(poll.lastUpdated).replace('T', ' ').replace('Z', '')} +0000 UTC AccessKeyId:${poll.accessKeyId} Expiration:${iso(poll.expiration).replace('T', ' ').replace('Z', '')} +0000 UTC}\n`,
    ),
  },
  {
    name: 'aws sts --output text',
    write: each(
      (poll) =>
        `${iso(poll.at)}\nCREDENTIALS\t${poll.accessKeyId}\t${iso(poll.expiration).replace('Z', '+00:00')}\t${CANARY_SECRET}\t${CANARY_TOKEN}\n`,
    ),
    isUndated: true,
  },
  {
    name: 'aws sts --output table',
    write: each(
      (poll) =>
        `${iso(poll.at)}\n-----------------\n|GetSessionToken|\n+---------------+\n||  Credentials  ||\n|  AccessKeyId     |  ${poll.accessKeyId}  |\n|  Expiration      |  ${iso(poll.expiration).replace('Z', '+00:00')}  |\n|  SecretAccessKey |  ${CANARY_SECRET}  |\n|  SessionToken    |  ${CANARY_TOKEN}  |\n+---------------+\n`,
    ),
    isUndated: true,
  },
  {
    name: 'aws sts --output yaml',
    write: each(
      (poll) =>
        `# ${iso(poll.at)}\nCredentials:\n  AccessKeyId: ${poll.accessKeyId}\n  Expiration: '${iso(poll.expiration).replace('Z', '+00:00')}'\n  SecretAccessKey: ${CANARY_SECRET}\n  SessionToken: ${CANARY_TOKEN}\n`,
    ),
    isUndated: true,
  },
  {
    name: 'export-credentials --format fish',
    write: each(
      (poll) =>
        `${iso(poll.at)}\nset -gx AWS_ACCESS_KEY_ID ${poll.accessKeyId}\nset -gx AWS_SECRET_ACCESS_KEY ${CANARY_SECRET}\nset -gx AWS_SESSION_TOKEN ${CANARY_TOKEN}\nset -gx AWS_CREDENTIAL_EXPIRATION ${iso(poll.expiration).replace('Z', '+00:00')}\n`,
    ),
    isUndated: true,
  },
  {
    name: 'curl -i behind ts',
    write: each((poll) =>
      `HTTP/1.1 200 OK\nDate: ${new Date(poll.at).toUTCString()}\nServer: EC2ws\n\n${JSON.stringify(imdsDocument(poll), null, 2)}`
        .replace(/^/gm, `${iso(poll.at + 30_000)} `)
        .concat('\n'),
    ),
    clockOffset: 30,
  },
  {
    name: 'curl -v behind docker logs -t',
    write: each((poll) =>
      curlVerbose(poll)
        .trimEnd()
        .replace(/^/gm, `${iso(poll.at + 30_000).replace('Z', '.5Z')} `)
        .concat('\n'),
    ),
    clockOffset: 30,
    role: 'loader',
  },
  {
    name: 'jq -C',
    write: each(
      (poll) =>
        `${iso(poll.at)}\n\u001b[1;39m{\n  \u001b[0m\u001b[34;1m"LastUpdated"\u001b[0m\u001b[1;39m: \u001b[0m\u001b[0;32m"${iso(poll.lastUpdated)}"\u001b[0m\u001b[1;39m,\n  "Expiration"\u001b[0m: "${iso(poll.expiration)}"\n\u001b[1;39m}\u001b[0m\n`,
    ),
    hasNoKeyIds: true,
  },
  {
    name: 'grep -H',
    write: each((poll) => `logs/creds.log.1:${iso(poll.at)} ${JSON.stringify(imdsDocument(poll))}\n`),
  },
  {
    name: 'cat -n',
    write: each(
      (poll, index) =>
        `${String(index + 1).padStart(6)}\t${iso(poll.at)} ${JSON.stringify(imdsDocument(poll))}\n`,
    ),
  },
  {
    name: 'tail of several files',
    write: (polls) =>
      `==> /var/log/creds.log <==\n${polls.map((poll) => `${iso(poll.at)} ${JSON.stringify(imdsDocument(poll))}\n`).join('')}`,
  },
  {
    name: 'wget -S',
    write: each(
      (poll) =>
        `  HTTP/1.1 200 OK\n  Content-Type: text/plain\n  Date: ${new Date(poll.at).toUTCString()}\n  Server: EC2ws\n${JSON.stringify(imdsDocument(poll), null, 2)}\n`,
    ),
    clockOffset: 0,
  },
  {
    name: 'curl -i without a line end',
    write: each(
      (poll) =>
        `HTTP/1.1 200 OK\r\nDate: ${new Date(poll.at).toUTCString()}\r\n\r\n${JSON.stringify(imdsDocument(poll), null, 2)}`,
    ),
    clockOffset: 0,
  },
  {
    name: 'curl -i with a token',
    write: each(
      (poll) =>
        `HTTP/1.1 200 OK\r\nX-Aws-Ec2-Metadata-Token-Ttl-Seconds: 21600\r\nDate: ${new Date(poll.at).toUTCString()}\r\nServer: EC2ws\r\n\r\n${CANARY_TOKEN}HTTP/1.1 200 OK\r\nDate: ${new Date(poll.at).toUTCString()}\r\nServer: EC2ws\r\n\r\n${JSON.stringify(imdsDocument(poll))}\n`,
    ),
    clockOffset: 0,
  },
  {
    name: 'journalctl -o verbose',
    write: each(
      (poll) =>
        `${DAYS[fields(poll.at).weekday]} ${iso(poll.at).slice(0, 19).replace('T', ' ')}.123456 UTC [s=0a1b;i=2;b=3c]\n    _TRANSPORT=stdout\n    SYSLOG_IDENTIFIER=credlog\n    MESSAGE=${JSON.stringify(imdsDocument(poll))}\n`,
    ),
  },
  {
    name: 'columns in the order of the document',
    write: each((poll) => `${iso(poll.lastUpdated)}\t${iso(poll.expiration)}\t${iso(poll.at)}\n`),
    hasNoKeyIds: true,
  },
  {
    name: 'columns of jq @csv',
    write: each(
      (poll) =>
        `${poll.at / 1000},"${poll.accessKeyId}","${iso(poll.lastUpdated)}","${iso(poll.expiration)}"\n`,
    ),
  },
  {
    name: 'syslog',
    write: each(
      (poll) =>
        `${stamp('syslog', poll.at)} ip-10-0-0-1 credlog[812]: ${JSON.stringify(imdsDocument(poll))}\n`,
    ),
  },
  {
    name: 'syslog, one line per line',
    write: each((poll) =>
      JSON.stringify(imdsDocument(poll), null, 2)
        .replace(/^/gm, `${stamp('syslog', poll.at)} ip-10-0-0-1 CRON[812]: `)
        .concat('\n'),
    ),
  },
  {
    name: 'syslog with a priority',
    write: each(
      (poll) => `<13>1 ${iso(poll.at)} ip-10-0-0-1 credlog 812 - - ${JSON.stringify(imdsDocument(poll))}\n`,
    ),
  },
  {
    name: 'journalctl -o short-full',
    write: each(
      (poll) =>
        `${DAYS[fields(poll.at).weekday]} ${iso(poll.at).slice(0, 19).replace('T', ' ')} UTC ip-10-0-0-1 credlog[812]: ${JSON.stringify(imdsDocument(poll))}\n`,
    ),
  },
  {
    name: 'journalctl -o short-unix',
    write: each(
      (poll) => `${poll.at / 1000}.123456 ip-10-0-0-1 credlog[812]: ${JSON.stringify(imdsDocument(poll))}\n`,
    ),
  },
  {
    name: 'journalctl -o json',
    write: each(
      (poll) =>
        `${JSON.stringify({ __REALTIME_TIMESTAMP: `${poll.at}123`, _HOSTNAME: 'ip-10-0-0-1', MESSAGE: JSON.stringify(imdsDocument(poll)) })}\n`,
    ),
  },
  {
    name: 'journalctl -o json with colours',
    write: each((poll) => {
      const message = `\u001b[1;39m${JSON.stringify(imdsDocument(poll))}\u001b[0m`;
      return `${JSON.stringify({ __REALTIME_TIMESTAMP: `${poll.at}123`, MESSAGE: [...Buffer.from(message)] })}\n`;
    }),
  },
  {
    name: 'gh run view --log',
    write: each(
      (poll) =>
        `build\tPoll\t${iso(poll.at).replace('Z', '.1234567Z')} ##[group]Run\nbuild\tPoll\t${iso(poll.at).replace('Z', '.1234567Z')} ${JSON.stringify(imdsDocument(poll))}\n`,
    ),
  },
  {
    name: 'transcript of PowerShell',
    write: (polls) =>
      `**********************\r\nWindows PowerShell transcript start\r\nStart time: 20261119230000\r\nMachine: WEB1\r\n**********************\r\n${polls
        .map(
          (poll) =>
            `PS>CommandInvocation(Out-Default): "Out-Default"\r\n${iso(poll.at)}\r\n\r\n${Object.entries(
              imdsDocument(poll),
            )
              .map(([name, value]) => `${name.padEnd(15)} : ${value}\r\n`)
              .join('')}\r\n`,
        )
        .join('')}**********************\r\nEnd time: 20261120230000\r\n`,
  },
  {
    name: 'CSV of Loki',
    write: (polls) =>
      `Line,Time,tsNs\n${polls.map((poll) => `${csv(JSON.stringify(imdsDocument(poll)))},${iso(poll.at).replace('Z', '.123Z')},${poll.at}000000\n`).join('')}`,
  },
  {
    name: 'a log on a single line',
    write: (polls) => polls.map((poll) => `${iso(poll.at)} ${JSON.stringify(imdsDocument(poll))}`).join(' '),
  },
  { name: 'curl -v', write: each(curlVerbose), clockOffset: 0, role: 'loader' },
  {
    name: 'curl -i with HTTP/2',
    write: each(
      (poll) =>
        `HTTP/2 200 \r\ndate: ${new Date(poll.at).toUTCString()}\r\n\r\n${JSON.stringify(imdsDocument(poll))}\n`,
    ),
    clockOffset: 0,
  },
  {
    name: 'date, then curl -i',
    write: each(
      (poll) =>
        `${stamp('date', poll.at + 60_000)}\nHTTP/1.1 200 OK\r\nDate: ${new Date(poll.at).toUTCString()}\r\n\r\n${JSON.stringify(imdsDocument(poll), null, 2)}\n`,
    ),
    clockOffset: 60,
  },
  {
    name: 'curl without -s',
    write: each((poll) => `${iso(poll.at)}\n${PROGRESS}${JSON.stringify(imdsDocument(poll), null, 2)}`),
  },
  {
    name: 'ts of moreutils',
    write: each((poll) =>
      JSON.stringify(imdsDocument(poll), null, 2)
        .replace(/^/gm, `${stamp('syslog', poll.at)} `)
        .concat('\n'),
    ),
  },
  {
    name: 'python logging',
    write: each(
      (poll) =>
        `${iso(poll.at).slice(0, 19).replace('T', ' ')},123 INFO root: ${JSON.stringify(imdsDocument(poll))}\n`,
    ),
  },
  {
    name: 'python logging with dashes',
    write: each(
      (poll) =>
        `${iso(poll.at).slice(0, 19).replace('T', ' ')},123 - poller - INFO - LastUpdated=${iso(poll.lastUpdated)} Expiration=${iso(poll.expiration)}\n`,
    ),
    hasNoKeyIds: true,
  },
  {
    name: 'logging of Go',
    write: each(
      (poll) => `${stamp('date +%Y/%m/%d %T', poll.at)} main.go:12: ${JSON.stringify(imdsDocument(poll))}\n`,
    ),
  },
  {
    name: 'logger of Ruby',
    write: each(
      (poll) =>
        `I, [${iso(poll.at).slice(0, 19)}.123456 #812]  INFO -- : ${JSON.stringify(imdsDocument(poll))}\n`,
    ),
  },
  {
    name: 'klog',
    write: each(
      (poll) =>
        `I${two(fields(poll.at).month + 1)}${two(fields(poll.at).day)} ${fields(poll.at).clock}.123456       1 main.go:12] ${JSON.stringify(imdsDocument(poll))}\n`,
    ),
  },
  {
    name: 'logfmt',
    write: each(
      (poll) =>
        `level=info ts=${iso(poll.at)} msg="polled" access_key_id=${poll.accessKeyId} last_updated=${iso(poll.lastUpdated)} expiration=${iso(poll.expiration)}\n`,
    ),
  },
  {
    name: 'logfmt with the time first',
    write: each(
      (poll) =>
        `time="${iso(poll.at)}" level=info msg="polled" LastUpdated="${iso(poll.lastUpdated)}" Expiration="${iso(poll.expiration)}"\n`,
    ),
    hasNoKeyIds: true,
  },
  {
    name: 'pino',
    write: each(
      (poll) =>
        `${JSON.stringify({ level: 30, time: poll.at, pid: 812, msg: 'polled', doc: imdsDocument(poll) })}\n`,
    ),
  },
  {
    name: 'a member with milliseconds',
    write: each((poll) => `${JSON.stringify({ timestamp: poll.at, ...imdsDocument(poll) })}\n`),
  },
  {
    name: 'a member at the end of pretty JSON',
    write: each((poll) => `${JSON.stringify({ ...imdsDocument(poll), observed: iso(poll.at) }, null, 2)}\n`),
  },
  {
    name: 'a member with seconds in an array',
    write: (polls) =>
      JSON.stringify(
        polls.map((poll) => ({ at: poll.at / 1000, ...imdsDocument(poll) })),
        null,
        2,
      ),
  },
  {
    name: 'a compact array',
    write: (polls) =>
      JSON.stringify(polls.map((poll) => ({ '@timestamp': iso(poll.at), document: imdsDocument(poll) }))),
  },
  {
    name: 'an array in an object',
    write: (polls) =>
      JSON.stringify(
        { host: 'x', samples: polls.map((poll) => ({ date: iso(poll.at), ...imdsDocument(poll) })) },
        null,
        2,
      ),
  },
  {
    name: 'ConvertTo-Json of Windows PowerShell',
    write: each(
      (poll) =>
        `${JSON.stringify({ Date: { value: `/Date(${poll.at})/`, DateTime: stamp('Get-Date', poll.at) }, Document: imdsDocument(poll) }, null, 4)}\n`,
    ),
  },
  {
    name: 'Format-List with a date',
    write: each(
      (poll) =>
        `\n\nDate        : ${stamp('Get-Date in a string', poll.at)}\nLastUpdated : ${iso(poll.lastUpdated)}\nExpiration  : ${iso(poll.expiration)}\n`,
    ),
    hasNoKeyIds: true,
  },
  {
    name: 'Format-List with the date at the end',
    write: each(
      (poll) =>
        `\nLastUpdated : ${iso(poll.lastUpdated)}\nExpiration  : ${iso(poll.expiration)}\nDate        : ${stamp('Get-Date in a string', poll.at)}\n\n`,
    ),
    hasNoKeyIds: true,
  },
  {
    name: 'Format-Table',
    write: (polls) =>
      `\nDate                LastUpdated          Expiration\n----                -----------          ----------\n${polls.map((poll) => `${stamp('Get-Date in a string', poll.at)} ${iso(poll.lastUpdated)} ${iso(poll.expiration)}\n`).join('')}`,
    hasNoKeyIds: true,
  },
  {
    name: 'Export-Csv of PowerShell',
    write: (polls) =>
      `"Date","AccessKeyId","LastUpdated","Expiration"\n${polls.map((poll) => `"${stamp('Get-Date in a string', poll.at)}","${poll.accessKeyId}","${iso(poll.lastUpdated)}","${iso(poll.expiration)}"\n`).join('')}`,
  },
  {
    name: 'TSV with a header',
    write: (polls) =>
      `timestamp\tLastUpdated\tExpiration\n${polls.map((poll) => `${iso(poll.at)}\t${iso(poll.lastUpdated)}\t${iso(poll.expiration)}\n`).join('')}`,
    hasNoKeyIds: true,
  },
  {
    name: 'columns of epochs',
    write: each(
      (poll) =>
        `${poll.at / 1000} ${poll.accessKeyId} ${poll.lastUpdated / 1000} ${poll.expiration / 1000}\n`,
    ),
  },
  {
    name: 'columns in quotes',
    write: each((poll) => `"${iso(poll.at)}","${iso(poll.lastUpdated)}","${iso(poll.expiration)}"\n`),
    hasNoKeyIds: true,
  },
  {
    name: 'columns with spaces',
    write: each((poll) => `${iso(poll.at)} ${iso(poll.lastUpdated)} ${iso(poll.expiration)}\n`),
    hasNoKeyIds: true,
  },
  {
    name: 'columns with bars',
    write: each(
      (poll) =>
        `${iso(poll.at)} | ${poll.accessKeyId} | ${iso(poll.lastUpdated)} | ${iso(poll.expiration)}\n`,
    ),
  },
  {
    name: 'two columns',
    write: each((poll) => `${iso(poll.at)}\t${iso(poll.expiration)}\n`),
    hasNoKeyIds: true,
    isUndated: true,
  },
  {
    name: 'columns of local times',
    write: each(
      (poll) => `${stamp('date +%F %T', poll.at)}\t${iso(poll.lastUpdated)}\t${iso(poll.expiration)}\n`,
    ),
    hasNoKeyIds: true,
  },
  {
    name: 'echo without quotes',
    write: each(
      (poll) =>
        `${iso(poll.at)} {Code:Success,LastUpdated:${iso(poll.lastUpdated)},Type:AWS-HMAC,AccessKeyId:${poll.accessKeyId},Expiration:${iso(poll.expiration)}}\n`,
    ),
  },
  {
    name: 'JSON in quotes',
    write: each((poll) => `${iso(poll.at)} INFO ${JSON.stringify(JSON.stringify(imdsDocument(poll)))}\n`),
  },
  {
    name: 'JSON, then the time',
    write: each((poll) => `${JSON.stringify(imdsDocument(poll))} ${iso(poll.at)}\n`),
  },
  {
    name: 'lines of grep',
    write: each(
      (poll) =>
        `${iso(poll.at)}\n  "LastUpdated" : "${iso(poll.lastUpdated)}",\n  "Expiration" : "${iso(poll.expiration)}"\n`,
    ),
    hasNoKeyIds: true,
  },
  {
    name: 'lines of sorted JSON',
    write: each(
      (poll) =>
        `[${stamp('date', poll.at)}]   "Expiration": "${iso(poll.expiration)}",\n[${stamp('date', poll.at)}]   "LastUpdated": "${iso(poll.lastUpdated)}",\n`,
    ),
    hasNoKeyIds: true,
  },
  {
    name: 'grep -v of secrets',
    write: each(
      (poll) =>
        `${iso(poll.at)}\n${JSON.stringify(containerDocument(poll), null, 2)
          .split('\n')
          .filter((line) => !/Secret|Token/.test(line))
          .join('\n')}\n`,
    ),
    isUndated: true,
    role: 'loader',
  },
  {
    name: 'mail of cron',
    write: each(
      (poll) =>
        `From root@ip-10-0-0-1  ${stamp('ctime', poll.at)}\nReturn-Path: <root@ip-10-0-0-1>\nDate: ${stamp('date -R', poll.at)}\nFrom: root@ip-10-0-0-1 (Cron Daemon)\nTo: root@ip-10-0-0-1\nSubject: Cron <root@ip-10-0-0-1> curl -s http://169.254.169.254/latest/meta-data/iam/security-credentials/loader\nContent-Type: text/plain; charset=UTF-8\nX-Cron-Env: <SHELL=/bin/sh>\nMessage-Id: <20261120000001.1@ip-10-0-0-1>\nStatus: RO\n\n${JSON.stringify(imdsDocument(poll), null, 2)}\n\n`,
    ),
    role: 'loader',
  },
  {
    name: 'set -x',
    write: each(
      (poll) =>
        `+ date -u\n${stamp('date', poll.at)}\n+ curl -s http://169.254.169.254/latest/meta-data/iam/security-credentials/loader\n${JSON.stringify(imdsDocument(poll), null, 2)}\n`,
    ),
    role: 'loader',
  },
  {
    name: 'polling messages',
    write: each(
      (poll) =>
        `[${stamp('date +%F %T', poll.at)}] polling the endpoint\n${JSON.stringify(imdsDocument(poll))}\n`,
    ),
  },
];
