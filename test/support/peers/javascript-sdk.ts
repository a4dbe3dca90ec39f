import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Environment, runClient, startClient } from './child-client.ts';
import type { Held, Obtain } from './client.ts';

const PROGRAM = fileURLToPath(new URL('sdk-client.mjs', import.meta.url));

export interface HeldByJavaScript extends Held {
  /** What the document said, where the SDK put a later one in its place. */
  originalExpiration: number | null;
}

export const obtainByJavaScript: Obtain = async (environment, { isSilent = false } = {}) => {
  const { code, stdout, stderr } = await runClient(command(environment, isSilent), environment, '0\n');
  return { code, said: stderr, held: stdout === '' ? null : readAnswer(stdout) };
};

/** With containers the time-out is the pause between two tries as well, and never ends one: it is left as it is. */
function command(environment: Environment, isSilent: boolean): string[] {
  const isPatient = !isSilent && !('AWS_CONTAINER_CREDENTIALS_FULL_URI' in environment);
  return [process.execPath, PROGRAM, ...(isPatient ? ['10000'] : [])];
}

export interface SdkProcess {
  /** What the provider gives when so much time has been skipped; null where it gives none. */
  ask(skipped?: number): Promise<HeldByJavaScript | null>;
  /** Everything on stderr so far. */
  said(): string;
}

/** One process that can be asked again and again; ends with the test. */
export function startJavaScript(environment: Environment, finished: (clean: () => void) => void): SdkProcess {
  const { child, written } = startClient(command(environment, false), environment);
  finished(() => void child.kill('SIGKILL'));
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    ask: async (skipped = 0) => {
      child.stdin.write(`${skipped}\n`);
      const { value, done } = await answers.next();
      if (done) throw new Error(`the program ended; it said: ${written.stderr}`);
      return readAnswer(value);
    },
    said: () => written.stderr,
  };
}

function readAnswer(line: string): HeldByJavaScript | null {
  const { credentials } = JSON.parse(line);
  if (credentials === undefined) return null;
  const { accessKeyId, secretAccessKey, sessionToken, expiration, originalExpiration } = credentials;
  const instant = (text: string | null | undefined) => (text == null ? null : Date.parse(text));
  return {
    accessKeyId,
    expiration: instant(expiration),
    originalExpiration: instant(originalExpiration),
    isWhole: (issued) => secretAccessKey === issued.secretAccessKey && sessionToken === issued.sessionToken,
  };
}
