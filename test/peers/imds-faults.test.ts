import { describe } from 'vitest';
import { type Fact, testFacts } from '../support/peers/facts.ts';

const TOKEN = 'path=/latest/api/token';
const ROLE = 'path=*/security-credentials/';
const DOCUMENT = 'path=*/security-credentials/simulated-role';

const WELL = 'token 200, v2 role 200, v2 credentials 200: v2 credentials';

/** With one exit code for "no credentials" each. */
const none = (asked: string) => ({
  javascript: `${asked}: none, exit 1`,
  cli: `${asked}: none, exit 253`,
  go: `${asked}: none, exit 1`,
});

const token: Fact[] = [
  {
    when: 'the answer to the token request never arrives',
    faults: ['hop-limit'],
    isSilent: true,
    does: {
      javascript: 'token no response, v1 role 200, v1 credentials 200: v1 credentials',
      cli: 'token no response, v1 role 200, v1 credentials 200: v1 credentials',
      go: 'token no response ×3, v1 role 200, v1 credentials 200: v1 credentials',
    },
  },
  {
    when: 'the answer to the token request never arrives, and version 1 is off',
    imds: 'v2',
    faults: ['hop-limit'],
    isSilent: true,
    does: {
      ...none('token no response, v1 role 401'),
      go: 'token no response ×3, v1 role 401: none, exit 1',
    },
  },
  {
    when: 'the answer to the token request breaks the connection',
    faults: ['hop-limit=reset'],
    does: 'token reset, v1 role 200, v1 credentials 200: v1 credentials',
  },
  {
    when: 'the token request is refused with 400: nobody falls back',
    faults: [`400,${TOKEN}`],
    does: none('token 400'),
  },
  {
    when: 'the token request is refused with 403',
    faults: [`403,${TOKEN}`],
    does: 'token 403, v1 role 200, v1 credentials 200: v1 credentials',
  },
  {
    // The variable is of October 2023, and the two others are older.
    when: 'the token request is refused with 403, and version 1 is forbidden',
    faults: [`403,${TOKEN}`],
    environment: { AWS_EC2_METADATA_V1_DISABLED: 'true' },
    does: {
      javascript: 'token 403: none, exit 1',
      cli: 'token 403, v1 role 200, v1 credentials 200: v1 credentials',
      go: 'token 403, v1 role 200, v1 credentials 200: v1 credentials',
    },
  },
  {
    when: 'the token request is answered with 503 twice',
    faults: [`503,${TOKEN},times=2`],
    does: {
      javascript: 'token 503, v1 role 200, v1 credentials 200: v1 credentials',
      cli: 'token 503, v1 role 200, v1 credentials 200: v1 credentials',
      go: 'token 503 ×2, token 200, v2 role 200, v2 credentials 200: v2 credentials',
    },
  },
  {
    when: 'the token comes without its time to live',
    faults: [`header=X-Aws-Ec2-Metadata-Token-Ttl-Seconds,${TOKEN}`],
    does: {
      javascript: WELL,
      cli: WELL,
      go: 'token 200 ×3, v1 role 200, token 200 ×3, v1 credentials 200: v1 credentials',
    },
  },
];

const role: Fact[] = [
  {
    // Only aws-sdk-go-v2 is said to ask for another token at once.
    when: 'the token is refused at its first use',
    faults: [`401,${ROLE},times=1`],
    does: none('token 200, v2 role 401'),
  },
  {
    when: 'the role is answered with 503 twice',
    faults: [`503,${ROLE},times=2`],
    does: {
      ...none('token 200, v2 role 503'),
      go: 'token 200, v2 role 503 ×2, v2 role 200, v2 credentials 200: v2 credentials',
    },
  },
  {
    when: 'the role is answered with 503 twice, and three attempts are allowed',
    faults: [`503,${ROLE},times=2`],
    environment: { AWS_METADATA_SERVICE_NUM_ATTEMPTS: '3' },
    does: {
      javascript: 'token 200, v2 role 503: none, exit 1',
      cli: 'token 200, v2 role 503 ×2, v2 role 200, v2 credentials 200: v2 credentials',
      go: 'token 200, v2 role 503 ×2, v2 role 200, v2 credentials 200: v2 credentials',
    },
  },
  { when: 'no role is attached', faults: ['no-role'], does: none('token 200, v2 role 404') },
];

const ASKED = 'token 200, v2 role 200, v2 credentials';

const document: Fact[] = [
  {
    when: 'EC2 may not assume the role',
    faults: ['error=AssumeRoleUnauthorizedAccess'],
    does: none(`${ASKED} 200`),
  },
  {
    when: 'the document has no Code',
    faults: ['field=Code'],
    does: { javascript: WELL, cli: WELL, go: `${ASKED} 200: none, exit 1` },
  },
  {
    when: 'the document has keys, and a Code that is not Success',
    faults: ['field=Code:Failed'],
    does: { javascript: WELL, cli: WELL, go: `${ASKED} 200: none, exit 1` },
  },
  {
    when: 'the document has no Expiration',
    faults: ['field=Expiration'],
    does: { ...none(`${ASKED} 200`), go: WELL },
  },
  {
    when: 'the Expiration is no time',
    faults: ['field=Expiration:soon'],
    does: { ...none(`${ASKED} 200`), javascript: WELL },
  },
  {
    when: 'the document is cut short, and its length agrees',
    faults: [`malformed,${DOCUMENT}`],
    does: none(`${ASKED} 200`),
  },
  {
    // The SDK for JavaScript waits for ever: 13 is how Node ends a program that has nothing left to wait for.
    when: 'the document breaks off',
    faults: [`truncate,${DOCUMENT}`],
    does: {
      javascript: `${ASKED} truncated: none, exit 13`,
      cli: `${ASKED} truncated: none, exit 253`,
      go: `${ASKED} truncated ×3: none, exit 1`,
    },
  },
  {
    when: 'the connection breaks in place of the document',
    faults: [`reset,${DOCUMENT}`],
    does: none(`${ASKED} reset`),
  },
  {
    when: 'the document never comes',
    faults: [`stall,${DOCUMENT}`],
    isSilent: true,
    does: { ...none(`${ASKED} no response`), go: `${ASKED} no response ×3: none, exit 1` },
  },
  { when: 'the credentials have expired: all use them on', faults: ['expired'], does: WELL },
];

describe.concurrent('of IMDS', () => testFacts([...token, ...role, ...document]));
