import { execFile } from 'node:child_process';
import type { Clock } from '../../../clock.ts';
import { describeSystemError, getSystemErrorCode } from '../../../errors.ts';
import type { Environment } from '../../../sources/environment/variables.ts';
import { escapeUnprintable } from '../../../untrusted-text.ts';

/** systemd, or another program that reads the messages of sd_notify(3). */
export interface ServiceManager {
  /** The service is ready for requests. Also starts the messages of the watchdog. */
  notifyReady(status: string): Promise<void>;
  /** One line for `systemctl status`. Sent only if it has changed. */
  notifyStatus(status: string): Promise<void>;
  notifyStopping(): Promise<void>;
}

export interface ServiceManagerOptions {
  env: Environment;
  /** The id of this process. */
  pid: number;
  clock: Clock;
  /** Ends the messages of the watchdog. */
  stop: AbortSignal;
  /** Called at most once. */
  onProblem(message: string, hint: string): void;
}

const NO_SERVICE_MANAGER: ServiceManager = {
  notifyReady: async () => {},
  notifyStatus: async () => {},
  notifyStopping: async () => {},
};

/** systemd-notify itself gives up after 5 seconds. */
const TIMEOUT_MS = 10_000;

/** Each message starts a process. */
const MIN_WATCHDOG_INTERVAL_MS = 100;

/**
 * Node cannot send datagrams to a Unix socket, so `systemd-notify` sends each message. The unit needs
 * `NotifyAccess=all`, because the sender is a child process.
 */
export function createServiceManager(options: ServiceManagerOptions): ServiceManager {
  const { env, pid, clock, stop, onProblem } = options;
  const { NOTIFY_SOCKET: socket, PATH } = env;
  if (socket === undefined || socket === '') return NO_SERVICE_MANAGER;
  let hasProblem = false;
  const send = (messages: readonly string[]) =>
    new Promise<void>((resolve) => {
      const childEnv = { NOTIFY_SOCKET: socket, PATH: PATH || '/usr/bin:/bin' };
      execFile('systemd-notify', messages, { env: childEnv, timeout: TIMEOUT_MS }, (error) => {
        if (error !== null && !hasProblem) {
          hasProblem = true;
          onProblem(`could not send a message to systemd: ${describeProblem(error)}`, PROBLEM_HINT);
        }
        resolve();
      });
    });
  let last: Promise<void> = Promise.resolve();
  /** Messages arrive in the order of the calls. */
  const enqueue = (...messages: string[]): Promise<void> => {
    last = last.then(() => send(messages));
    return last;
  };
  let lastStatus = '';
  const toStatus = (status: string) => {
    lastStatus = status;
    return `STATUS=${escapeUnprintable(status)}`;
  };
  return {
    async notifyReady(status) {
      await enqueue('READY=1', toStatus(status));
      const intervalMs = findWatchdogInterval(env, pid);
      if (intervalMs !== null) void runWatchdog(intervalMs, clock, stop, () => enqueue('WATCHDOG=1'));
    },
    async notifyStatus(status) {
      if (status !== lastStatus) await enqueue(toStatus(status));
    },
    notifyStopping: () => enqueue('STOPPING=1', toStatus('stopping')),
  };
}

const PROBLEM_HINT =
  'install the program systemd-notify and set NotifyAccess=all, or use Type=exec without WatchdogSec=';

/** The messages of execFile contain the command line. */
function describeProblem(error: Error & { killed?: boolean; code?: unknown }): string {
  if (getSystemErrorCode(error) === 'ENOENT') return 'systemd-notify is not installed';
  if (error.killed) return 'systemd-notify took too long';
  return typeof error.code === 'number'
    ? `systemd-notify ended with exit code ${error.code}`
    : describeSystemError(error);
}

/** Half of the time after which systemd restarts the service. Null without a watchdog for this process. */
function findWatchdogInterval({ WATCHDOG_USEC, WATCHDOG_PID }: Environment, pid: number): number | null {
  if (WATCHDOG_PID !== undefined && WATCHDOG_PID !== String(pid)) return null;
  const microseconds = Number(WATCHDOG_USEC);
  return microseconds > 0 && Number.isFinite(microseconds)
    ? Math.max(MIN_WATCHDOG_INTERVAL_MS, microseconds / 2000)
    : null;
}

async function runWatchdog(
  intervalMs: number,
  clock: Clock,
  stop: AbortSignal,
  notify: () => Promise<void>,
): Promise<void> {
  while (!stop.aborted) {
    await clock.sleep(intervalMs, stop);
    // The message is not awaited, so that the interval does not become longer.
    if (!stop.aborted) void notify();
  }
}
