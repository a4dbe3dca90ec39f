import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../clock.ts';
import type { Seconds } from '../../domain/model.ts';
import { CredWatchError, getSystemErrorCode } from '../../errors.ts';
import type { ServiceAccountTokens } from './service-account-tokens.ts';

/** Kubelet writes a new token when so much of the old one's life is over. */
const RENEW_AFTER = 0.8;

export interface TokenFile {
  path: string;
  close(): Promise<void>;
}

/**
 * The file that EKS mounts into a pod: it is replaced whole, in good time, for as long as the endpoint runs. A renewal
 * that fails is told to `onProblem`, and the next one is tried all the same.
 * @throws CredWatchError where there is no room for a file
 */
export async function startTokenFile(
  tokens: ServiceAccountTokens,
  lifetime: Seconds,
  clock: Clock,
  onProblem: (message: string) => void = () => {},
): Promise<TokenFile> {
  const folder = await makeFolder();
  const path = join(folder, 'eks-pod-identity-token');
  const write = async () => {
    const unfinished = join(folder, 'next');
    await writeFile(unfinished, tokens.issue(lifetime, clock.now()), { mode: 0o600 });
    await rename(unfinished, path);
  };
  await write();
  const stop = new AbortController();
  const renewal = (async () => {
    for (;;) {
      await clock.sleep(lifetime * 1000 * RENEW_AFTER, stop.signal);
      if (stop.signal.aborted) return;
      await write().catch((error: unknown) => {
        onProblem(`${path} could not be renewed (${getSystemErrorCode(error)})`);
      });
    }
  })();
  return {
    path,
    close: async () => {
      stop.abort();
      await renewal;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function makeFolder(): Promise<string> {
  try {
    return await mkdtemp(join(tmpdir(), 'cred-watch-pod-'));
  } catch (error) {
    throw new CredWatchError(
      `no token file can be made in ${tmpdir()} (${getSystemErrorCode(error)})`,
      'name another folder with TMPDIR',
      { cause: error },
    );
  }
}
