import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { RunningProgram, RunOptions } from './program-run.ts';
import { startCommand } from './run-command.ts';
import { curl, evaluateExports, written } from './running-simulation.ts';
import { temporaryFolder } from './temporary-folder.ts';

type Environment = Readonly<Record<string, string>>;

/**
 * Writes a `credential_process` with the name of the role, and returns its path. It prints a new key at each run.
 * @param before shell commands that run first
 */
export function writeKeyScript(seconds: number, name = 'loader', before = ''): string {
  const path = join(temporaryFolder(), name);
  const script = `#!/bin/sh
${before}
n=$(date +%N)
e=$(date -u -d "+${seconds} seconds" +%Y-%m-%dT%H:%M:%SZ)
echo '{"Version":1,"SecretAccessKey":"CANARY-secret","SessionToken":"CANARY-token-'$n'",'
echo '"AccessKeyId":"ASIATEST'$n'${name.toUpperCase()}","Expiration":"'$e'"}'
`;
  writeFileSync(path, script, { mode: 0o755 });
  return path;
}

/** Starts `serve` on a free loopback port. It is stopped after the test. */
export async function startServer(args: readonly string[], options?: RunOptions, start = startCommand) {
  const hasSocket = args.some((each) => ['--listen', '--unix-socket'].includes(each));
  const program = start(['serve', ...(hasSocket ? [] : ['--listen', '127.0.0.1:0']), ...args], options);
  onTestFinished(async () => void (await stop(program).catch(() => {})));
  const isJson = args.includes('json');
  const started = await written(program, isJson ? /^\{.*\}\n/ : /^# unset them in the shell/m);
  const origins = isJson
    ? JSON.parse(started).endpoints.map((each: { endpoint: string }) => each.endpoint)
    : [...started.matchAll(/^# listening on (\S+)/gm)].map(([, origin]) => origin);
  const environments: Record<string, Environment> = Object.fromEntries(
    [...started.matchAll(/^# ([\w. -]+)\n((?:export .*\n)+)/gm)].map(([, title = '', lines = '']) => [
      title,
      evaluateExports(lines),
    ]),
  );
  return {
    ...program,
    started,
    /** In the order of the sockets. */
    origins: origins as string[],
    origin: String(origins[0]),
    /** Variables for clients, by the title of their block. */
    environments,
    environment: Object.values(environments)[0] ?? {},
    /** Resolves when stderr matches. */
    logged: (pattern: RegExp) => logged(program, pattern),
    stop: () => stop(program),
  };
}

async function stop({ child, done }: RunningProgram) {
  child.kill('SIGTERM');
  return done;
}

function logged({ child, done }: RunningProgram, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stderr.on('data', (chunk: Buffer | string) => {
      text += chunk;
      if (pattern.test(text)) resolve(text);
    });
    done.then(
      (run) => (pattern.test(run.stderr) ? resolve(run.stderr) : reject(new Error(run.stderr))),
      reject,
    );
  });
}

/** Requests metadata with a new session token, as an SDK does. */
export async function getMetadata(
  { AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint }: Environment,
  path: string,
) {
  const headers = { 'X-aws-ec2-metadata-token-ttl-seconds': '60' };
  const token = (await curl(`${endpoint}latest/api/token`, headers, 'PUT')).body;
  return curl(`${endpoint}latest/${path}`, { 'X-aws-ec2-metadata-token': token });
}

const ROLES = 'meta-data/iam/security-credentials/';

/** The credentials document of the listed role. */
export async function getDocument(environment: Environment) {
  const { body: role } = await getMetadata(environment, ROLES);
  const { status, body } = await getMetadata(environment, `${ROLES}${role}`);
  return { role, status, document: status === 200 ? JSON.parse(body) : null };
}

/** The response of a container endpoint. */
export const getContainerCredentials = ({
  AWS_CONTAINER_CREDENTIALS_FULL_URI: url = '',
  AWS_CONTAINER_AUTHORIZATION_TOKEN: authorization,
}: Environment) => curl(url, authorization === undefined ? {} : { Authorization: authorization });
