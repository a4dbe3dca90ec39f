import { spawnSync } from 'node:child_process';
import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';
import { onTestFinished } from 'vitest';
import { minimalEnvironment, type RunningProgram, type RunOptions } from './program-run.ts';
import { startCommand } from './run-command.ts';

type Environment = Readonly<Record<string, string>>;

/** A simulator on a free port of loopback; it ends with the test. */
export async function startSimulation(
  args: readonly string[],
  options?: RunOptions,
  start = startCommand,
  finished: (clean: () => Promise<void>) => void = onTestFinished,
) {
  const given = args.includes('--listen') ? args : ['--listen', '127.0.0.1:0', ...args];
  const program = start(['simulate', ...given], options);
  // Asked to end, it takes its files along.
  finished(() =>
    stop(program).then(
      () => {},
      () => {},
    ),
  );
  const isJson = args.includes('json');
  // All of it is written at once.
  const started = await written(program, isJson ? /^\{.*\}\n/ : /^unset .*\n$/m);
  const environments: Record<string, Environment> = isJson
    ? JSON.parse(started).environment
    : Object.fromEntries(blocksOf(started));
  return {
    ...program,
    started,
    /** What a client needs, by shape; and of the first shape. */
    environments,
    environment: Object.values(environments)[0]!,
    stop: () => stop(program),
  };
}

/** Each block of lines is for the clients of one shape. */
const blocksOf = (started: string) =>
  [...started.matchAll(/^# (\w+)\n((?:export .*\n)+)/gm)].map(([, shape, lines]): [string, Environment] => [
    shape!,
    sourced(lines!),
  ]);

/** Everything on stdout, as soon as it has what is waited for. */
export function written({ child, stdout, done }: RunningProgram, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    const look = () => pattern.test(stdout()) && resolve(stdout());
    child.stdout!.on('data', look);
    look();
    done.then(
      (run) => reject(new Error(`it ended with ${run.code} and said: ${run.stdout}${run.stderr}`)),
      reject,
    );
  });
}

/** The variables of a shell that has read these lines. */
export function sourced(lines: string): Environment {
  const shell = spawnSync('sh', ['-e', '-c', `${lines}\nenv`], {
    encoding: 'utf8',
    env: minimalEnvironment({
      AWS_EC2_METADATA_SERVICE_ENDPOINT: undefined,
      AWS_METADATA_SERVICE_NUM_ATTEMPTS: undefined,
      AWS_METADATA_SERVICE_TIMEOUT: undefined,
    }),
  });
  if (shell.status !== 0 || shell.stderr !== '') throw new Error(`sh says ${shell.status}: ${shell.stderr}`);
  return Object.fromEntries(
    [...shell.stdout.matchAll(/^(AWS_\w+)=(.*)$/gm)].map(([, name, value]) => [name!, value!]),
  );
}

async function stop({ child, done }: RunningProgram) {
  child.kill('SIGTERM');
  return done;
}

export interface HttpAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** One request on a connection of its own, as curl would send it; a broken one rejects. */
export function curl(url: string, headers: OutgoingHttpHeaders = {}, method = 'GET'): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers: { 'User-Agent': 'curl/7.88.1', ...headers }, agent: false });
    sent.on('error', reject);
    sent.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    sent.end();
  });
}

/** A session token of IMDS, asked for as scripts do it: by whatever stands in the variable, and `latest/…` behind it. */
export async function sessionToken(
  { AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint }: Environment,
  seconds = 60,
) {
  const headers = { 'X-aws-ec2-metadata-token-ttl-seconds': String(seconds) };
  return (await curl(`${endpoint}latest/api/token`, headers, 'PUT')).body;
}

export const DOCUMENT = 'latest/meta-data/iam/security-credentials/simulated-role';

export const withToken = (token: string) => ({ 'X-aws-ec2-metadata-token': token });

/** The credentials of IMDS, over a new session token. */
export async function credentials(environment: Environment) {
  const token = await sessionToken(environment);
  const { AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint } = environment;
  return JSON.parse((await curl(`${endpoint}${DOCUMENT}`, withToken(token))).body);
}
