import { createInterface } from 'node:readline';
import { type Environment, startClient } from './child-client.ts';
import type { HeldCredentials } from './client.ts';

export interface SdkCredentials extends HeldCredentials {
  /** The expiration in the document, if the SDK replaced it by a later one. */
  originalExpiration: number | null;
}

export interface SdkProcess {
  pid: number;
  /** @param skipped milliseconds that the clock of the process is ahead */
  getCredentials(skipped?: number): Promise<SdkCredentials | null>;
  /** The error of the last attempt, `''` without one. */
  getError(): string;
  /** The output on stderr so far. */
  getStderr(): string;
}

/** Starts a program that gets credentials for each line on stdin. It is killed after the test. */
export function startSdkProcess(
  command: readonly string[],
  environment: Environment,
  finished: (clean: () => void) => void,
): SdkProcess {
  const { child, written } = startClient(command, environment);
  finished(() => void child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let error = '';
  return {
    pid: child.pid ?? 0,
    getCredentials: async (skipped = 0) => {
      child.stdin.write(`${skipped}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`the program exited; stderr: ${written.stderr}`);
      error = JSON.parse(value).error ?? '';
      return readSdkCredentials(value);
    },
    getError: () => error,
    getStderr: () => written.stderr,
  };
}

/** @param line the output of a program for one attempt */
export function readSdkCredentials(line: string): SdkCredentials | null {
  const { credentials } = JSON.parse(line);
  if (credentials === undefined) return null;
  const { accessKeyId, secretAccessKey, sessionToken, expiration, originalExpiration } = credentials;
  const instant = (text: string | null | undefined) => (text == null ? null : Date.parse(text));
  return {
    accessKeyId,
    expiration: instant(expiration),
    originalExpiration: instant(originalExpiration),
    matches: (issued) => secretAccessKey === issued.secretAccessKey && sessionToken === issued.sessionToken,
  };
}
