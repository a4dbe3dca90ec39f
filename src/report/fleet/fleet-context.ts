import type {
  AssessedFleet,
  AssessedHost,
  FailingHost,
  SilentHost,
} from '../../domain/fleet/assessed-fleet.ts';
import type { Seconds } from '../../domain/model.ts';
import type { OutputContext } from '../context.ts';

/** What a renderer of a fleet needs besides the assessment. */
export interface FleetContext extends OutputContext {
  /** The number of hosts that text and the page show. Null: the limit of the format. */
  top: number | null;
  /** The version of Node.js, for the metric `build_info`. */
  nodeVersion: string;
  /** A served page gets new values at least this often. Absent for a page in a file. */
  refreshSeconds?: Seconds;
  /** The report covers a part of the time, and only stored values of rotations were read. */
  isPeriodOfStoredValues: boolean;
}

/** Hosts that text shows without `--top`. */
export const MAX_HOSTS_IN_TEXT = 20;

export interface ShownHosts {
  hosts: readonly AssessedHost[];
  hidden: readonly AssessedHost[];
  silent: readonly SilentHost[];
  hiddenSilentCount: number;
  failing: readonly FailingHost[];
  hiddenFailingCount: number;
}

/** The worst hosts, and the hosts that have been silent for the longest time. */
export function chooseHosts({ hosts, silentHosts, failingHosts }: AssessedFleet, limit: number): ShownHosts {
  const silent = silentHosts.slice(0, limit);
  const failing = failingHosts.slice(0, limit);
  return {
    hosts: hosts.slice(0, limit),
    hidden: hosts.slice(limit),
    silent,
    hiddenSilentCount: silentHosts.length - silent.length,
    failing,
    hiddenFailingCount: failingHosts.length - failing.length,
  };
}
