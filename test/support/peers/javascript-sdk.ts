import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Environment, runClient, startClient } from './child-client.ts';
import type { ClientOutcome, ObtainCredentials } from './client.ts';
import { readSdkCredentials, type SdkProcess, startSdkProcess } from './sdk-process.ts';

const PROGRAM = fileURLToPath(new URL('sdk-client.mjs', import.meta.url));
const CHAIN_PROGRAM = fileURLToPath(new URL('chain-client.mjs', import.meta.url));

export const obtainByJavaScript: ObtainCredentials = async (
  environment,
  { isEndpointSilent = false } = {},
) => {
  const { code, stdout, stderr } = await runClient(
    createCommand(environment, isEndpointSilent),
    environment,
    '0\n',
  );
  return { code, stderr, held: stdout === '' ? null : readSdkCredentials(stdout) };
};

/** For container endpoints the timeout is only the pause between attempts, so it keeps its default. */
function createCommand(environment: Environment, isEndpointSilent: boolean): string[] {
  const hasLongTimeout = !isEndpointSilent && !('AWS_CONTAINER_CREDENTIALS_FULL_URI' in environment);
  return [process.execPath, PROGRAM, ...(hasLongTimeout ? ['10000'] : [])];
}

/** Starts a process that gets credentials on request. It is killed after the test. */
export const startJavaScript = (
  environment: Environment,
  finished: (clean: () => void) => void,
): SdkProcess => startSdkProcess(createCommand(environment, false), environment, finished);

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
      const held = readSdkCredentials(value);
      return { code: held === null ? 1 : 0, held, stderr: JSON.parse(value).error ?? '' };
    },
    stop: () => void child.kill('SIGKILL'),
  };
}
