import { setTimeout as sleep } from 'node:timers/promises';
import { startWaitingTime } from '../../../src/sources/http/waiting-time.ts';

const STEP_MS = 20;

/**
 * Ends once this process has waited for so long without work of its own. A timer is not enough: on a busy machine, it can
 * end before the system lets this process run, and then the process has not waited at all.
 * @param maxMs ends the wait in any case, as the signal does
 */
export async function waitIdle(idleMs: number, maxMs: number, signal?: AbortSignal): Promise<void> {
  const measureWaiting = startWaitingTime();
  const end = performance.now() + maxMs;
  while (measureWaiting() < idleMs && performance.now() < end && signal?.aborted !== true)
    await sleep(STEP_MS);
}
