import { spawnSync } from 'node:child_process';
import { isThorough } from '../thorough.ts';

/** Why namespaces cannot be made here; null where they can. */
function obstacle(flag: '--net' | '--mount', needed: readonly string[]): string | null {
  if (process.platform !== 'linux') return 'namespaces are a matter of Linux';
  if (process.getuid?.() !== 0) return 'only root may make a namespace';
  const missing = needed.find((tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0);
  if (missing !== undefined) return `${missing} is not installed`;
  return spawnSync('unshare', [flag, 'true']).status === 0 ? null : `\`unshare ${flag}\` is not permitted`;
}

export const noNetworkNamespace = obstacle('--net', ['unshare', 'ip']);
export const noMountNamespace = obstacle('--mount', ['unshare', 'mount']);

/** Where tests must not be missed, a namespace that cannot be had is a failure. */
export const mayBeSkipped = !isThorough;

/** A network of its own, and nothing left of it or of its processes when the command has ended. */
export const OWN_NETWORK = ['unshare', '--net', '--pid', '--fork', '--kill-child'] as const;
export const OWN_MOUNTS = ['unshare', '--mount', '--propagation', 'private'] as const;
