import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../../src/clock.ts';
import { FALSE_KEY_PREFIX } from '../../../src/domain/keys/false-key-id.ts';
import type { Instant } from '../../../src/domain/model.ts';
import { startSts } from '../aws/sts.ts';
import { temporaryFolder } from '../cli/temporary-folder.ts';
import { KNOWN_DEFECTS } from '../conformance/defects/known-servers.ts';
import { startLoopbackServer } from '../conformance/loopback-server.ts';
import { createReferenceCredentials } from '../conformance/reference-credentials.ts';
import { createReferenceImds } from '../conformance/reference-imds.ts';
import { imds, ROLES } from '../sources/polling.ts';
import { type Script, type Step, startEndpoint } from '../sources/scripted-endpoint.ts';
import { ROOT } from './markdown.ts';
import { runAt } from './run-at.ts';

/** The environment in which the commands of a documented console session run. */
export interface Scenario {
  now: Instant;
  env: Record<string, string>;
  /** Replaces addresses that differ in each run by the address of the real endpoint. */
  hideAddresses: (output: string) => string;
  /** Arguments that the document does not show. */
  hiddenArguments?: readonly string[];
}

const NOW = Date.parse('2026-11-22T10:24:00Z');
const DATE = { Date: new Date(NOW).toUTCString() };

const baseEnvironment = (folder: string) => ({
  HOME: folder,
  LANG: 'C.UTF-8',
  CRED_WATCH_DB: join(folder, 'samples.db'),
});

/** An empty database; the logs of 2015 are imported by the session itself. */
async function createEmptyDatabase(): Promise<Scenario> {
  const env = baseEnvironment(temporaryFolder());
  writeFileSync(env.CRED_WATCH_DB, '', { mode: 0o600 });
  return { now: NOW, env, hideAddresses: (output) => output };
}

/** The log of 2015 that the README shows. */
async function createImportedLog(): Promise<Scenario> {
  const scenario = await createEmptyDatabase();
  await runSuccessfully(['import', join(ROOT, 'fixtures/curl.log'), '--host', 'linux'], scenario.env);
  return scenario;
}

/** The output of a command that must succeed. */
async function runSuccessfully(
  args: readonly string[],
  env: Record<string, string>,
  stdin = '',
): Promise<string> {
  const { code, stdout, output } = await runAt(NOW, args, env, stdin);
  if (code !== 0) throw new Error(output);
  return stdout;
}

/** A simulated history with key ids of AWS without an account. A report would say that those of `simulate` are false. */
const simulateRealHistory = async (args: readonly string[]): Promise<string> =>
  (await runSuccessfully(['simulate', ...args], {})).replaceAll(FALSE_KEY_PREFIX, 'ASIAJ2345');

let instanceRecords: Promise<string[]> | null = null;

/** Samples of four days. All scenarios share them, because a simulated history takes a second. */
async function simulateInstance(): Promise<string[]> {
  const timing = ['--lifetime', '6h20m', '--rotate-every', '1h', '--jitter', '2m', '--seed', 'documents'];
  const series = ['--host', 'i-0abc', '--role', 'loader'];
  const period = ['--history', '4d', '--every', '5m', '--until', '2026-11-22T10:58:00Z'];
  const history = await simulateRealHistory([...period, ...timing, ...series]);
  // A simulated history ends just before a rotation. The scenario takes place in the middle of an interval.
  return history
    .trim()
    .split('\n')
    .filter((line) => Date.parse(JSON.parse(line).observed_at) < NOW);
}

/** An EC2 instance that was polled for four days. */
async function createPolledInstance(): Promise<Scenario> {
  const env = baseEnvironment(temporaryFolder());
  instanceRecords ??= simulateInstance();
  const records = await instanceRecords;
  await runSuccessfully(['import', '-'], env, records.join('\n'));
  const newest = JSON.parse(records.at(-1) ?? '');
  const endpoint = await startEndpoint(
    withDate(
      imds({
        [`GET ${ROLES}`]: { body: 'loader' },
        [`GET ${ROLES}loader`]: {
          body: JSON.stringify({
            Code: 'Success',
            Type: 'AWS-HMAC',
            AccessKeyId: newest.access_key_id,
            SecretAccessKey: 'example',
            Token: 'example',
            LastUpdated: newest.last_updated,
            Expiration: newest.expiration,
          }),
        },
        'GET /latest/meta-data/instance-id': { body: 'i-0abc' },
      }),
    ),
  );
  return {
    now: NOW,
    env: { ...env, AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint.url },
    hideAddresses: (output) => output.replaceAll(endpoint.url, 'http://169.254.169.254'),
  };
}

/** The same instance two minutes after another poll. */
async function createRecentPoll(): Promise<Scenario> {
  const scenario = await createPolledInstance();
  await runSuccessfully(['poll'], scenario.env);
  return { ...scenario, now: NOW + 120_000 };
}

interface HistoryPart {
  lifetime: string;
  length: string;
  until: string;
}

/** The records of a simulated history, for the given host and role. */
async function simulatePart({ lifetime, length, until }: HistoryPart, host: string, role: string) {
  const timing = [
    '--lifetime',
    lifetime,
    '--rotate-every',
    '1h',
    '--jitter',
    '2m',
    '--seed',
    `${host} ${lifetime}`,
  ];
  const period = ['--history', length, '--every', '10m', '--until', until];
  return simulateRealHistory([...period, ...timing, '--host', host, '--role', role]);
}

let fleetRecords: Promise<string> | null = null;

/** Four web hosts, one of them silent for two days, and two batch hosts whose sessions became shorter two days ago. */
async function simulateFleet(): Promise<string> {
  const [now, changed] = ['2026-11-22T10:24:00Z', '2026-11-20T10:24:00Z'];
  const usual = { lifetime: '6h20m', length: '10d', until: changed };
  const parts = [
    ...['web-1', 'web-2', 'web-3'].map((host) =>
      simulatePart({ ...usual, length: '12d', until: now }, host, 'web'),
    ),
    simulatePart(usual, 'web-4', 'web'),
    ...['batch-1', 'batch-2'].flatMap((host) => [
      simulatePart(usual, host, 'batch'),
      simulatePart({ lifetime: '3h20m', length: '2d', until: now }, host, 'batch'),
    ]),
  ];
  return (await Promise.all(parts)).join('');
}

/** The database of six hosts. */
async function createFleet(): Promise<Scenario> {
  const scenario = await createEmptyDatabase();
  fleetRecords ??= simulateFleet();
  await runSuccessfully(['import', '-'], scenario.env, await fleetRecords);
  return scenario;
}

/** A pod on EKS whose service account token has expired, on a node with a role. */
async function createPodWithExpiredToken(): Promise<Scenario> {
  const node = await startEndpoint(
    withDate(
      imds({
        [`GET ${ROLES}`]: { body: 'node-role' },
        [`GET ${ROLES}node-role`]: {
          body: JSON.stringify({
            Code: 'Success',
            Type: 'AWS-HMAC',
            AccessKeyId: 'ASIAEXAMPLE000000001',
            SecretAccessKey: 'example',
            Token: 'example',
            LastUpdated: '2026-11-22T10:20:00Z',
            Expiration: '2026-11-22T17:00:00Z',
          }),
        },
      }),
    ),
  );
  const agent = await startEndpoint({
    'GET /v1/credentials': { status: 400, headers: DATE, body: 'token is expired' },
  });
  return {
    now: NOW,
    env: {
      ...baseEnvironment(temporaryFolder()),
      AWS_EC2_METADATA_SERVICE_ENDPOINT: node.url,
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${agent.url}/v1/credentials`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: 'example',
    },
    hideAddresses: (output) =>
      output.replaceAll(node.url, 'http://169.254.169.254').replaceAll(agent.url, 'http://169.254.170.23'),
  };
}

/** An endpoint with one of the defects of published servers. Its credentials are valid for 12 minutes. */
async function createDefectiveEndpoint(): Promise<Scenario> {
  const startedAt = performance.now();
  const clock = { ...systemClock, now: () => NOW + performance.now() - startedAt };
  const defect = KNOWN_DEFECTS.find(({ name }) => name.startsWith('the documents have no Code'));
  if (defect === undefined) throw new Error('the defect has another name');
  const credentials = createReferenceCredentials('example', NOW - 48 * 60_000, 3600);
  const handle = createReferenceImds({ clock, role: 'loader', getCredentials: () => credentials });
  const stopped = { ...systemClock, now: () => NOW };
  const server = defect.apply(handle, { clock, crash: () => {} });
  // The Date header has the time of the program, so that the remaining validity is always the same.
  const { origin } = await startLoopbackServer(server, { clock: stopped });
  return {
    now: NOW,
    env: { ...baseEnvironment(temporaryFolder()), AWS_EC2_METADATA_SERVICE_ENDPOINT: origin },
    hideAddresses: (output) => output.replaceAll(origin, 'http://127.0.0.1:9911'),
  };
}

const LOADER = 'arn:aws:iam::111122223333:role/loader';

/** A workstation with a profile that may assume a role. `serve` stops after a moment, and listens on a free port. */
async function createRoleWorkstation(): Promise<Scenario> {
  const home = temporaryFolder();
  const [user, secret] = ['AKIAEXAMPLE000000001', 'example'];
  const { url } = await startSts({
    roles: [{ arn: LOADER, principals: [user] }],
    users: { [user]: secret },
    now: () => NOW,
  });
  mkdirSync(join(home, '.aws'));
  writeFileSync(
    join(home, '.aws', 'config'),
    `[profile base]\naws_access_key_id = ${user}\naws_secret_access_key = ${secret}\nregion = eu-west-1\n`,
  );
  return {
    now: NOW,
    env: { ...baseEnvironment(home), AWS_ENDPOINT_URL_STS: url },
    hiddenArguments: ['--listen', '127.0.0.1:0', '--for', '1s'],
    hideAddresses: (output) =>
      output.replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:1338').replace(/ASIA…\w{4}/g, 'ASIA…7QXK'),
  };
}

/** The scripted responses with the fixed time in their `Date` header. */
const withDate = (script: Script): Script =>
  Object.fromEntries(Object.entries(script).map(([request, steps]) => [request, addDate(steps)]));

function addDate(steps: Step | Step[]): Step | Step[] {
  if (Array.isArray(steps) || typeof steps === 'string') return steps;
  return { ...steps, headers: { ...DATE, ...steps.headers } };
}

export const SCENARIOS: Record<string, () => Promise<Scenario>> = {
  'empty-database': createEmptyDatabase,
  'imported-log': createImportedLog,
  'polled-instance': createPolledInstance,
  'recent-poll': createRecentPoll,
  'pod-with-expired-token': createPodWithExpiredToken,
  'defective-endpoint': createDefectiveEndpoint,
  'role-workstation': createRoleWorkstation,
  fleet: createFleet,
};
