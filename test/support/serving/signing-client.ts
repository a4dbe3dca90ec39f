import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { type Environment, startClient } from '../peers/child-client.ts';
import type { SteeredClock } from './steered-clock.ts';

type Finished = (clean: () => Promise<void>) => void;

/** A program that has not ended after this time is killed. */
const END_MS = 2000;

/** A running program with one AWS client, which keeps its credentials. */
export interface SigningClient {
  /** Sends a signed request to the service. Resolves to the error of the client, or null. */
  sendRequest(): Promise<string | null>;
  getStderr(): string;
}

const program = (name: string) => fileURLToPath(new URL(`clients/${name}`, import.meta.url));

export const SIGNING_CLIENTS = {
  javascript: { command: [process.execPath, program('javascript-client.mjs')], clock: 'node' },
  botocore: { command: ['/usr/bin/python3', program('python-client.py')], clock: 'faketime' },
  ruby: { command: ['/usr/bin/ruby', program('ruby-client.rb')], clock: 'faketime' },
} as const;

export type SigningClientName = keyof typeof SIGNING_CLIENTS;

/**
 * Starts a client. It is killed after the test.
 * @param environment the variables of the endpoint and `SERVICE_URL`
 */
export function startSigningClient(
  name: SigningClientName,
  environment: Environment,
  clock: SteeredClock,
  finished: Finished = onTestFinished,
): SigningClient {
  const client = SIGNING_CLIENTS[name];
  return startSigningProgram(client.command, { ...clock[client.clock], ...environment }, finished);
}

/** @param command a program that sends a request for each line on stdin */
export function startSigningProgram(
  command: readonly string[],
  environment: Environment,
  finished: Finished = onTestFinished,
): SigningClient {
  const { child, written } = startClient(command, { LANG: 'C.UTF-8', ...environment });
  finished(async () => {
    // A program that has mounted a file system removes it at the end of stdin.
    child.stdin.end();
    const timer = setTimeout(() => child.kill('SIGKILL'), END_MS);
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    clearTimeout(timer);
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async sendRequest() {
      child.stdin.write('\n');
      const { value, done } = await lines.next();
      if (done) throw new Error(`the program exited; stderr: ${written.stderr}`);
      return JSON.parse(value).error;
    },
    getStderr: () => written.stderr,
  };
}
