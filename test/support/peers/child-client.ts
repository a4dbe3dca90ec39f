import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';

/** More than any client takes on a loaded machine, however often it tries; one that hangs is ended. */
const LONGEST_RUN = 25_000;

export type Environment = Readonly<Record<string, string>>;

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/**
 * All that a client knows of the world: nothing of this machine, no proxy, and no endpoint but the simulator. Where a
 * client looks elsewhere, it finds a port on which nobody listens.
 */
const isolated = (environment: Environment): Record<string, string> => ({
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
  /** So far. */
  written: Pick<Ended, 'stdout' | 'stderr'>;
}

export function startClient(command: readonly string[], environment: Environment): StartedClient {
  const child = spawn(command[0]!, command.slice(1), { env: isolated(environment) });
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      written[name] += text;
    });
  }
  // A client that ends without reading closes the pipe under us.
  child.stdin.on('error', () => {});
  return { child, written };
}

/** Runs a client to its end. */
export function runClient(command: readonly string[], environment: Environment, stdin = ''): Promise<Ended> {
  const { child, written } = startClient(command, environment);
  child.stdin.end(stdin);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${command.join(' ')} did not end; it said: ${written.stderr}`));
    }, LONGEST_RUN);
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ code, ...written });
    });
  });
}
