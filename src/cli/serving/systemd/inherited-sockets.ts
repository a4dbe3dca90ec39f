import { CredWatchError } from '../../../errors.ts';
import type { Environment } from '../../../sources/environment/variables.ts';

/** A listening socket that systemd has opened. */
export interface InheritedSocket {
  fd: number;
  /** `FileDescriptorName=` of the socket unit, else the name of the unit. */
  name: string;
}

/** The first descriptor that systemd passes. */
const FIRST_FD = 3;

/** More sockets are a mistake. */
const MAX_SOCKETS = 64;

/**
 * The sockets of systemd's socket activation, as sd_listen_fds(3) describes them.
 * @param pid the id of this process
 * @throws CredWatchError if the variables contradict each other
 */
export function findInheritedSockets(env: Environment, pid: number): InheritedSocket[] {
  const { LISTEN_FDS: count, LISTEN_PID: owner, LISTEN_FDNAMES: names = '' } = env;
  // The variables of another process were passed on by a parent, and the descriptors were closed.
  if (count === undefined || owner !== String(pid)) return [];
  if (!/^\d{1,4}$/.test(count) || Number(count) > MAX_SOCKETS) {
    throw new CredWatchError(
      'the variable LISTEN_FDS has no valid number of sockets',
      'start the program by a socket unit of systemd, or unset LISTEN_FDS',
    );
  }
  const allNames = names === '' ? [] : names.split(':');
  return Array.from({ length: Number(count) }, (_, index) => ({
    fd: FIRST_FD + index,
    name: allNames[index] ?? '',
  }));
}

/** A message if the sockets are meant for another process, for example a shell between systemd and this program. */
export function describeForeignSockets({ LISTEN_FDS, LISTEN_PID }: Environment, pid: number): string | null {
  if (!LISTEN_FDS || !LISTEN_PID || LISTEN_PID === String(pid)) return null;
  const owner = /^\d{1,10}$/.test(LISTEN_PID) ? LISTEN_PID : 'of another number';
  return `the sockets of systemd are meant for the process ${owner}, not for this process (${pid})`;
}

/** Variables that are meant for one process. Child processes must not get them. */
const OWN_VARIABLES = [
  'LISTEN_FDS',
  'LISTEN_PID',
  'LISTEN_FDNAMES',
  'NOTIFY_SOCKET',
  'WATCHDOG_USEC',
  'WATCHDOG_PID',
];

/** The environment for child processes of a service. */
export const removeServiceVariables = (env: Environment): Environment =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !OWN_VARIABLES.includes(name)));
