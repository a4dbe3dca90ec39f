import { spawnSync } from 'node:child_process';
import { isThorough } from '../thorough.ts';

/** Why namespaces cannot be created here; null if they can. */
function findProblem(flag: '--net' | '--mount' | '--pid', needed: readonly string[]): string | null {
  if (process.platform !== 'linux') return 'namespaces exist only on Linux';
  if (process.getuid?.() !== 0) return 'only root can create a namespace';
  const missing = needed.find((tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0);
  if (missing !== undefined) return `${missing} is not installed`;
  return spawnSync('unshare', [flag, '--fork', 'true']).status === 0
    ? null
    : `\`unshare ${flag}\` is not permitted`;
}

export const noNetworkNamespace = findProblem('--net', ['unshare', 'ip']);
export const noMountNamespace = findProblem('--mount', ['unshare', 'mount']);
export const noPidNamespace = findProblem('--pid', ['unshare', 'mount']);

/** In CI, a missing namespace is a failure. */
export const mayBeSkipped = !isThorough;

/** A separate network. Its processes are killed when the command ends. */
export const OWN_NETWORK = ['unshare', '--net', '--pid', '--fork', '--kill-child'] as const;
/** The program is PID 1, as in a container. */
export const OWN_PROCESSES = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'] as const;
export const OWN_MOUNTS = ['unshare', '--mount', '--propagation', 'private'] as const;
