import { spawnSync } from 'node:child_process';
import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { minimalEnvironment, type RunningProgram, type RunOptions } from './program-run.ts';
import { startCommand } from './run-command.ts';

type Environment = Readonly<Record<string, string>>;

/** Starts a simulator on a free loopback port. It is stopped after the test. */
export async function startSimulation(
  args: readonly string[],
  options?: RunOptions,
  start = startCommand,
  finished: (clean: () => Promise<void>) => void = onTestFinished,
) {
  const given = args.includes('--listen') ? args : ['--listen', '127.0.0.1:0', ...args];
  const program = start(['simulate', ...given], options);
  // SIGTERM lets the simulator delete its files.
  finished(async () => void (await stop(program).catch(() => {})));
  const isJson = args.includes('json');
  // The simulator writes the whole text at once.
  const started = await written(program, isJson ? /^\{.*\}\n/ : /^unset .*\n$/m);
  const environments: Record<string, Environment> = isJson
    ? JSON.parse(started).environment
    : Object.fromEntries(splitBlocks(started));
  return {
    ...program,
    started,
    /** Variables for clients, by shape. */
    environments,
    /** Variables for clients of the first shape. */
    environment: Object.values(environments)[0]!,
    stop: () => stop(program),
  };
}

/** Each block of lines has the variables of one shape. */
const splitBlocks = (started: string) =>
  [...started.matchAll(/^# (\w+)\n((?:export .*\n)+)/gm)].map(([, shape, lines]): [string, Environment] => [
    shape!,
    evaluateExports(lines!),
  ]);

/** Resolves to stdout as soon as it matches. */
export function written({ child, stdout, done }: RunningProgram, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    const check = () => pattern.test(stdout()) && resolve(stdout());
    child.stdout!.on('data', check);
    check();
    done.then((run) => reject(new Error(`exit code ${run.code}: ${run.stdout}${run.stderr}`)), reject);
  });
}

/** The AWS variables of a shell after these lines. */
export function evaluateExports(lines: string): Environment {
  const shell = spawnSync('sh', ['-e', '-c', `${lines}\nenv`], {
    encoding: 'utf8',
    env: minimalEnvironment({
      AWS_EC2_METADATA_SERVICE_ENDPOINT: undefined,
      AWS_METADATA_SERVICE_NUM_ATTEMPTS: undefined,
      AWS_METADATA_SERVICE_TIMEOUT: undefined,
    }),
  });
  if (shell.status !== 0 || shell.stderr !== '')
    throw new Error(`sh ended with ${shell.status}: ${shell.stderr}`);
  return Object.fromEntries(
    [...shell.stdout.matchAll(/^(AWS_\w+)=(.*)$/gm)].map(([, name, value]) => [name!, value!]),
  );
}

async function stop({ child, done }: RunningProgram) {
  child.kill('SIGTERM');
  return done;
}

interface HttpResponse {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** Sends one request on a new connection, as curl does. */
export function curl(url: string, headers: OutgoingHttpHeaders = {}, method = 'GET'): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers: { 'User-Agent': 'curl/7.88.1', ...headers }, agent: false });
    sent.on('error', reject);
    sent.on('response', (response) => {
      const { statusCode: status = 0, headers } = response;
      text(response).then((body) => resolve({ status, headers, body }), reject);
    });
    sent.end();
  });
}

/** Gets an IMDS session token as scripts do: the variable followed by `latest/…`. */
export async function sessionToken(
  { AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint }: Environment,
  seconds = 60,
) {
  const headers = { 'X-aws-ec2-metadata-token-ttl-seconds': String(seconds) };
  return (await curl(`${endpoint}latest/api/token`, headers, 'PUT')).body;
}

export const DOCUMENT = 'latest/meta-data/iam/security-credentials/simulated-role';

export const withToken = (token: string) => ({ 'X-aws-ec2-metadata-token': token });

/** Gets the IMDS credentials with a new session token. */
export async function credentials(environment: Environment) {
  const token = await sessionToken(environment);
  const { AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint } = environment;
  return JSON.parse((await curl(`${endpoint}${DOCUMENT}`, withToken(token))).body);
}
