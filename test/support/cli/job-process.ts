import { type ChildProcess, spawn } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { NOWHERE } from './program-run.ts';

/** The variables of a job with a copy of credentials that state no expiration. */
export const COPY_WITHOUT_EXPIRATION: Readonly<Record<string, string>> = {
  AWS_ACCESS_KEY_ID: 'ASIATESTSFALSE000001',
  AWS_SECRET_ACCESS_KEY: 'not-a-secret',
  AWS_SESSION_TOKEN: 'not-a-token',
};

/** The variables of a job with a copy of credentials. */
export const copyVariables = (expiresInSeconds: number): Record<string, string> => ({
  ...COPY_WITHOUT_EXPIRATION,
  AWS_CREDENTIAL_EXPIRATION: new Date(Date.now() + expiresInSeconds * 1000).toISOString(),
});

/** Starts a program that sleeps, with only these variables. It is killed at the end of the test. */
export async function startJob(
  env: Readonly<Record<string, string>>,
  seconds = 60,
  options: { uid?: number } = {},
): Promise<{ pid: number; child: ChildProcess }> {
  const child = spawn('sleep', [String(seconds)], {
    env: { PATH: '/usr/bin:/bin', HOME: '/nonexistent', AWS_EC2_METADATA_SERVICE_ENDPOINT: NOWHERE, ...env },
    stdio: 'ignore',
    ...options,
  });
  onTestFinished(() => void child.kill());
  await new Promise((resolve) => child.once('spawn', resolve));
  return { pid: child.pid ?? 0, child };
}
