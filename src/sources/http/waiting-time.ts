import { readFileSync } from 'node:fs';

/**
 * For how many milliseconds this thread could have run, but other processes had the CPU. Linux counts it for each thread.
 * 0 on other systems.
 */
export function readSchedulingDelay(): number {
  try {
    const [, nanoseconds] = readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ');
    return Number(nanoseconds) / 1e6 || 0;
  } catch {
    return 0;
  }
}

/**
 * Measures for how many milliseconds this process waits for others. The event loop also seems to wait when an event has
 * arrived, but other processes have the CPU. On a busy machine, an endpoint would look slow because of this process.
 * @param readDelay for tests
 */
export function startWaitingTime(readDelay = readSchedulingDelay): () => number {
  const utilization = performance.eventLoopUtilization();
  const delayBefore = readDelay();
  return () => {
    const { idle } = performance.eventLoopUtilization(utilization);
    return Math.max(0, idle - (readDelay() - delayBefore));
  };
}
