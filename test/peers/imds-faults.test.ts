import { describe } from 'vitest';
import { type Behaviour, testBehaviours } from '../support/peers/behaviours.ts';

const TOKEN = 'path=/latest/api/token';
const ROLE = 'path=*/security-credentials/';
const DOCUMENT = 'path=*/security-credentials/simulated-role';

const SUCCESS = 'token 200, v2 role 200, v2 credentials 200: v2 credentials';

/** The clients differ only in their exit code for missing credentials. */
const failsAfter = (requests: string) => ({
  javascript: `${requests}: none, exit 1`,
  cli: `${requests}: none, exit 253`,
  go: `${requests}: none, exit 1`,
});

const token: Behaviour[] = [
  {
    when: 'the response to the token request never arrives',
    faults: ['hop-limit'],
    isEndpointSilent: true,
    does: {
      javascript: 'token no response, v1 role 200, v1 credentials 200: v1 credentials',
      cli: 'token no response, v1 role 200, v1 credentials 200: v1 credentials',
      go: 'token no response ×3, v1 role 200, v1 credentials 200: v1 credentials',
    },
  },
  {
    when: 'the response to the token request never arrives and the server has IMDSv1 disabled',
    imds: 'v2',
    faults: ['hop-limit'],
    isEndpointSilent: true,
    does: {
      ...failsAfter('token no response, v1 role 401'),
      go: 'token no response ×3, v1 role 401: none, exit 1',
    },
  },
  {
    when: 'the token request ends with a connection reset',
    faults: ['hop-limit=reset'],
    does: 'token reset, v1 role 200, v1 credentials 200: v1 credentials',
  },
  {
    when: 'the token request fails with 400, which no client treats as a reason for IMDSv1',
    faults: [`400,${TOKEN}`],
    does: failsAfter('token 400'),
  },
  {
    when: 'the token request fails with 403',
    faults: [`403,${TOKEN}`],
    does: 'token 403, v1 role 200, v1 credentials 200: v1 credentials',
  },
  {
    // The variable exists since October 2023. The tested CLI and rclone are older.
    when: 'the token request fails with 403 and AWS_EC2_METADATA_V1_DISABLED is true',
    faults: [`403,${TOKEN}`],
    environment: { AWS_EC2_METADATA_V1_DISABLED: 'true' },
    does: {
      javascript: 'token 403: none, exit 1',
      cli: 'token 403, v1 role 200, v1 credentials 200: v1 credentials',
      go: 'token 403, v1 role 200, v1 credentials 200: v1 credentials',
    },
  },
  {
    when: 'the token request fails with 503 twice',
    faults: [`503,${TOKEN},times=2`],
    does: {
      javascript: 'token 503, v1 role 200, v1 credentials 200: v1 credentials',
      cli: 'token 503, v1 role 200, v1 credentials 200: v1 credentials',
      go: 'token 503 ×2, token 200, v2 role 200, v2 credentials 200: v2 credentials',
    },
  },
  {
    when: 'the token has no TTL',
    faults: [`header=X-Aws-Ec2-Metadata-Token-Ttl-Seconds,${TOKEN}`],
    does: {
      javascript: SUCCESS,
      cli: SUCCESS,
      go: 'token 200 ×3, v1 role 200, token 200 ×3, v1 credentials 200: v1 credentials',
    },
  },
];

const role: Behaviour[] = [
  {
    // According to its source, only aws-sdk-go-v2 requests another token at once.
    when: 'the token is rejected at its first use',
    faults: [`401,${ROLE},times=1`],
    does: failsAfter('token 200, v2 role 401'),
  },
  {
    when: 'the role request fails with 503 twice',
    faults: [`503,${ROLE},times=2`],
    does: {
      ...failsAfter('token 200, v2 role 503'),
      go: 'token 200, v2 role 503 ×2, v2 role 200, v2 credentials 200: v2 credentials',
    },
  },
  {
    when: 'the role request fails with 503 twice and three attempts are allowed',
    faults: [`503,${ROLE},times=2`],
    environment: { AWS_METADATA_SERVICE_NUM_ATTEMPTS: '3' },
    does: {
      javascript: 'token 200, v2 role 503: none, exit 1',
      cli: 'token 200, v2 role 503 ×2, v2 role 200, v2 credentials 200: v2 credentials',
      go: 'token 200, v2 role 503 ×2, v2 role 200, v2 credentials 200: v2 credentials',
    },
  },
  { when: 'no role is attached', faults: ['no-role'], does: failsAfter('token 200, v2 role 404') },
];

const REQUESTS = 'token 200, v2 role 200, v2 credentials';

const document: Behaviour[] = [
  {
    when: 'EC2 is not allowed to assume the role',
    faults: ['error=AssumeRoleUnauthorizedAccess'],
    does: failsAfter(`${REQUESTS} 200`),
  },
  {
    when: 'the document has no Code',
    faults: ['field=Code'],
    does: { javascript: SUCCESS, cli: SUCCESS, go: `${REQUESTS} 200: none, exit 1` },
  },
  {
    when: 'the document has keys and a Code other than Success',
    faults: ['field=Code:Failed'],
    does: { javascript: SUCCESS, cli: SUCCESS, go: `${REQUESTS} 200: none, exit 1` },
  },
  {
    when: 'the document has no Expiration',
    faults: ['field=Expiration'],
    does: { ...failsAfter(`${REQUESTS} 200`), go: SUCCESS },
  },
  {
    when: 'the Expiration is not a time',
    faults: ['field=Expiration:soon'],
    does: { ...failsAfter(`${REQUESTS} 200`), javascript: SUCCESS },
  },
  {
    when: 'the document is cut off and Content-Length matches',
    faults: [`malformed,${DOCUMENT}`],
    does: failsAfter(`${REQUESTS} 200`),
  },
  {
    // The SDK for JavaScript never settles: Node exits with 13 if nothing is left that could settle a
    // promise.
    when: 'the document is truncated',
    faults: [`truncate,${DOCUMENT}`],
    does: {
      javascript: `${REQUESTS} truncated: none, exit 13`,
      cli: `${REQUESTS} truncated: none, exit 253`,
      go: `${REQUESTS} truncated ×3: none, exit 1`,
    },
  },
  {
    when: 'the connection is reset instead of a document',
    faults: [`reset,${DOCUMENT}`],
    does: failsAfter(`${REQUESTS} reset`),
  },
  {
    when: 'the document never arrives',
    faults: [`stall,${DOCUMENT}`],
    isEndpointSilent: true,
    does: { ...failsAfter(`${REQUESTS} no response`), go: `${REQUESTS} no response ×3: none, exit 1` },
  },
  { when: 'the credentials have expired', faults: ['expired'], does: SUCCESS },
];

describe.concurrent('IMDS', () => testBehaviours([...token, ...role, ...document]));
