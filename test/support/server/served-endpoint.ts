import { onTestFinished } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { Secret } from '../../../src/secret.ts';
import type { ServedCredentials } from '../../../src/server/served-credentials.ts';
import type { ServedExchange } from '../../../src/server/serving/served-exchange.ts';
import type { ServedRole } from '../../../src/server/serving/served-role.ts';
import { type ServingOptions, startServing } from '../../../src/server/serving/serving.ts';
import { requestText, sendRawRequest, sendRequest } from './raw-client.ts';

type OnFinished = (clean: () => Promise<void> | void) => void;

const HOUR_MS = 3_600_000;

/** Credentials of a role in the account 111122223333. Each secret contains CANARY. */
export const createServed = (
  name = 'loader',
  changes: Partial<ServedCredentials> = {},
): ServedCredentials => ({
  loggedKeyId: `ASIACANARY${name.toUpperCase()}`,
  accessKeyId: new Secret(`ASIACANARY${name.toUpperCase()}`),
  secretAccessKey: new Secret(`CANARY-secret/${name}+key`),
  sessionToken: new Secret(`CANARY-token-${name}==`),
  issuedAt: Math.floor(Date.now() / 1000) * 1000 - HOUR_MS,
  expiration: Math.floor(Date.now() / 1000) * 1000 + HOUR_MS,
  accountId: '111122223333',
  roleArn: `arn:aws:iam::111122223333:role/${name}`,
  ...changes,
});

/** A role that serves the same credentials until a test changes them. */
export interface TestRole extends ServedRole {
  credentials: ServedCredentials | null;
  requests: number;
}

export function createRole(name = 'loader', changes: Partial<ServedRole> = {}): TestRole {
  const role: TestRole = {
    name,
    roleName: name,
    credentials: createServed(name),
    requests: 0,
    getCredentials: () => role.credentials,
    noteRequest() {
      role.requests += 1;
      return null;
    },
    getRetryAfter: () => 7,
    getClockOffset: () => 0,
    ...changes,
  };
  return role;
}

/** Starts a server with real credentials for one or more roles. */
export async function startServed(
  options: Partial<ServingOptions> = {},
  onFinished: OnFinished = onTestFinished,
) {
  const exchanges: ServedExchange[] = [];
  const errors: unknown[] = [];
  const problems: string[] = [];
  const serving = await startServing({
    roles: [createRole()],
    shapes: ['imds'],
    allowV1: false,
    listen: [{ target: { host: '127.0.0.1', port: 0 }, role: null }],
    allowedHosts: [],
    machine: { instanceId: 'i-00000000000000001', region: 'eu-west-1' },
    treePath: null,
    routes: new Map(),
    clock: systemClock,
    findPeer: null,
    onExchange: (exchange) => exchanges.push(exchange),
    onError: (error) => errors.push(error),
    onProblem: (problem) => problems.push(problem),
    ...options,
  });
  onFinished(serving.close);
  const [origin = ''] = serving.origins;
  const send = (method: string, path: string, headers: Record<string, string> = {}) =>
    sendRequest(origin, method, path, headers);
  return {
    ...serving,
    origin,
    exchanges,
    errors,
    problems,
    send,
    sendText: (change: (text: string) => string, method: string, path: string, headers = {}) =>
      sendRawRequest(origin, change(requestText(origin, method, path, headers)), method === 'HEAD'),
    /** Gets a session token, and sends it with a request to IMDS. */
    async get(path: string, headers: Record<string, string> = {}, prefix = '') {
      const { body } = await send('PUT', `${prefix}/latest/api/token`, {
        'X-aws-ec2-metadata-token-ttl-seconds': '60',
      });
      return send('GET', `${prefix}${path}`, { 'X-aws-ec2-metadata-token': body, ...headers });
    },
    /** The variables of a role and shape. */
    variables(role: string, shape: string): Readonly<Record<string, string>> {
      const found = serving.environments.find((each) => each.role === role && each.shape === shape);
      if (found === undefined) throw new Error(`no variables for ${role} and ${shape}`);
      return found.variables;
    },
  };
}
