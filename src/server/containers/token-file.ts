import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../clock.ts';
import type { Seconds } from '../../domain/model.ts';
import { CredWatchError } from '../../errors.ts';
import { describeWriteError } from '../../write-errors.ts';
import type { ServiceAccountTokens } from './service-account-tokens.ts';

/** Kubelet replaces a token after this share of its lifetime. */
const RENEW_AFTER = 0.8;

export interface TokenFile {
  path: string;
  close(): Promise<void>;
}

/** Where the token is written. */
export interface TokenTarget {
  path: string;
  /** Replaces the file atomically. */
  write(token: string): Promise<void>;
  /** Called at the end. */
  close(): Promise<void>;
}

/**
 * Writes the token file that EKS mounts into a pod, and replaces it atomically until it is closed.
 * `onProblem` gets a message if a renewal fails; the next renewal is attempted as usual.
 * @throws CredWatchError if the file cannot be created
 */
export async function startTokenFile(
  tokens: ServiceAccountTokens,
  lifetime: Seconds,
  clock: Clock,
  onProblem: (message: string) => void = () => {},
  openTarget: () => Promise<TokenTarget> = createTemporaryTarget,
): Promise<TokenFile> {
  const target = await openTarget();
  const { path } = target;
  const write = () => target.write(tokens.issue(lifetime, clock.now()));
  await write();
  const stop = new AbortController();
  const renewal = (async () => {
    for (;;) {
      await clock.sleep(lifetime * 1000 * RENEW_AFTER, stop.signal);
      if (stop.signal.aborted) return;
      await write().catch((error: unknown) => {
        onProblem(`could not renew the token file ${path}: ${describeWriteError(error)}`);
      });
    }
  })();
  return {
    path,
    close: async () => {
      stop.abort();
      await renewal;
      await target.close();
    },
  };
}

/** A folder that only this user can read, and that is removed at the end. */
async function createTemporaryTarget(): Promise<TokenTarget> {
  const folder = await mkdtemp(join(tmpdir(), 'cred-watch-pod-')).catch((cause: unknown) => {
    throw new CredWatchError(
      `could not create a token file in ${tmpdir()}: ${describeWriteError(cause)}`,
      'set TMPDIR to a writable folder',
      { cause },
    );
  });
  const path = join(folder, 'eks-pod-identity-token');
  return {
    path,
    write: async (token) => {
      const temporary = join(folder, 'next');
      await writeFile(temporary, token, { mode: 0o600 });
      await rename(temporary, path);
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
