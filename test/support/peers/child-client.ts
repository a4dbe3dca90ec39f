import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';

/** Kill a client after this time. Longer than any client takes on a loaded machine, retries included. */
const TIMEOUT = 25_000;

/** Undefined removes a variable. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface ProcessResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/**
 * The whole environment of a client, without settings of this machine. The default for IMDS is a port
 * without a server.
 */
const createIsolatedEnvironment = (environment: Environment): Environment => ({
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/nonexistent',
  AWS_REGION: 'eu-west-1',
  AWS_CONFIG_FILE: '/nonexistent/config',
  AWS_SHARED_CREDENTIALS_FILE: '/nonexistent/credentials',
  AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:1/',
  ...environment,
});

export interface StartedClient {
  child: ChildProcessWithoutNullStreams;
  /** The output so far. */
  written: Pick<ProcessResult, 'stdout' | 'stderr'>;
}

export function startClient(
  [program = '', ...args]: readonly string[],
  environment: Environment,
): StartedClient {
  const child = spawn(program, args, { env: createIsolatedEnvironment(environment) });
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      written[name] += text;
    });
  }
  // A client that exits without reading stdin closes the pipe.
  child.stdin.on('error', () => {});
  return { child, written };
}

/** Runs a client until it exits. */
export function runClient(
  command: readonly string[],
  environment: Environment,
  stdin = '',
): Promise<ProcessResult> {
  const { child, written } = startClient(command, environment);
  child.stdin.end(stdin);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${command.join(' ')} did not exit; stderr: ${written.stderr}`));
    }, TIMEOUT);
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ code, ...written });
    });
  });
}
