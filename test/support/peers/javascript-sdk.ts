import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Environment, runClient, startClient } from './child-client.ts';
import type { ClientOutcome, HeldCredentials, ObtainCredentials } from './client.ts';

const PROGRAM = fileURLToPath(new URL('sdk-client.mjs', import.meta.url));
const CHAIN_PROGRAM = fileURLToPath(new URL('chain-client.mjs', import.meta.url));

export interface JavaScriptCredentials extends HeldCredentials {
  /** The expiration in the document, if the SDK replaced it by a later one. */
  originalExpiration: number | null;
}

export const obtainByJavaScript: ObtainCredentials = async (
  environment,
  { isEndpointSilent = false } = {},
) => {
  const { code, stdout, stderr } = await runClient(
    createCommand(environment, isEndpointSilent),
    environment,
    '0\n',
  );
  return { code, stderr, held: stdout === '' ? null : readOutput(stdout) };
};

/** For container endpoints the timeout is only the pause between attempts, so it keeps its default. */
function createCommand(environment: Environment, isEndpointSilent: boolean): string[] {
  const hasLongTimeout = !isEndpointSilent && !('AWS_CONTAINER_CREDENTIALS_FULL_URI' in environment);
  return [process.execPath, PROGRAM, ...(hasLongTimeout ? ['10000'] : [])];
}

export interface SdkProcess {
  /** @param skipped milliseconds that the clock of the process is ahead */
  getCredentials(skipped?: number): Promise<JavaScriptCredentials | null>;
  /** The output on stderr so far. */
  getStderr(): string;
}

/** Starts a process that gets credentials on request. It is killed after the test. */
export function startJavaScript(environment: Environment, finished: (clean: () => void) => void): SdkProcess {
  const { child, written } = startClient(createCommand(environment, false), environment);
  finished(() => void child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    getCredentials: async (skipped = 0) => {
      child.stdin.write(`${skipped}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`the program exited; stderr: ${written.stderr}`);
      return readOutput(value);
    },
    getStderr: () => written.stderr,
  };
}

export interface SdkChain {
  /** @param environment the whole environment */
  obtain(environment: Environment): Promise<ClientOutcome>;
  stop(): void;
}

/** Starts a process that gets credentials in one environment after the other, because a start is slow. */
export function startJavaScriptChain(): SdkChain {
  const { child, written } = startClient([process.execPath, CHAIN_PROGRAM], {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    obtain: async (environment) => {
      child.stdin.write(`${JSON.stringify(environment)}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`the program exited; stderr: ${written.stderr}`);
      const held = readOutput(value);
      return { code: held === null ? 1 : 0, held, stderr: JSON.parse(value).error ?? '' };
    },
    stop: () => void child.kill('SIGKILL'),
  };
}

function readOutput(line: string): JavaScriptCredentials | null {
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
