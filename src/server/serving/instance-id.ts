import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** The second is a link to the first on most systems. */
const MACHINE_ID_FILES = ['/etc/machine-id', '/var/lib/dbus/machine-id'];

/** The id that the system gives this machine at its installation; the host name on systems without one. */
export function readMachineId(files: readonly string[] = MACHINE_ID_FILES): string {
  for (const file of files) {
    const text = tryRead(file).trim();
    if (/^[\da-f]{32}$/.test(text)) return text;
  }
  return hostname();
}

function tryRead(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

/**
 * An instance id in the form of EC2, always the same for one machine. It is a digest, because the id of a machine
 * is confidential (machine-id(5)).
 */
export const deriveInstanceId = (machineId: string): string =>
  `i-${createHash('sha256').update(`cred-watch instance-id\0${machineId}`).digest('hex').slice(0, 17)}`;
