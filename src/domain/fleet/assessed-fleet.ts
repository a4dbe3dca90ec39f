import type { ValidityRange } from '../measurement/measurement.ts';
import type { Instant, Seconds, SeriesIdentity, SourceName } from '../model.ts';
import type { AssessedJob, SeriesOverview } from '../verdict/assessment.ts';
import type { Replacement } from '../verdict/figures/choose-series.ts';
import type { FiguresJudgement, UnknownReason, Verdict } from '../verdict/job-verdict.ts';
import type { BehaviourChange } from './behaviour-change.ts';
import type { FleetHost } from './fleet-host.ts';
import type { PollFailure } from './series-figures.ts';

/** All hosts of a fleet, judged by their figures. */
export interface AssessedFleet {
  jobs: readonly FleetJob[];
  /** That of the worst job. Null without a job. */
  verdict: Verdict | null;
  /** The verdict is `safe`, and the history of a host is short. */
  isSafeSoFar: boolean;
  /** The worst host first. */
  hosts: readonly AssessedHost[];
  seriesCount: number;
  /** Series that another series has replaced. They are not judged. */
  retiredCount: number;
  /** Of all judged series. */
  worstCase: SmallestWorstCase | null;
  /** The longest silence first. */
  silentHosts: readonly SilentHost[];
  /** Hosts whose newest poll of a source failed, by name. Failed polls alone change no verdict. */
  failingHosts: readonly FailingHost[];
  /** Hosts with imported samples only, all of them old. They are judged, unless there is a limit for the age. The oldest first. */
  oldImports: readonly OldImport[];
  /** Roles and sources whose behaviour changed in the last week. */
  changes: readonly RoleChange[];
  /** Roles and sources whose lead times shrink. */
  trends: readonly RoleTrend[];
  /** Null unless requested. */
  groups: FleetGroups | null;
}

/**
 * The smallest worst case, with its host. An unknown host can decide the verdict, so that the host of the verdict cannot be
 * combined with this value.
 */
export interface SmallestWorstCase {
  seconds: Seconds;
  /** See {@link SeriesOverview}. Without a rotation, the worst case is that so far. */
  hasMeasuredRotation: SeriesOverview['hasMeasuredRotation'];
  host: string;
}

export interface FleetJob extends Pick<AssessedJob, 'name' | 'job' | 'runs' | 'isDurationFromRuns'> {
  /** That of the worst host. See {@link compareSeverity}. */
  verdict: Verdict;
  /** Of the worst host. */
  spare: Seconds | null;
  /** Every host that is not safe has the verdict `start-after-rotation`. */
  canStartAfterRotation: boolean;
  hosts: HostCounts;
  /** The safe hosts with a short history. */
  safeSoFarCount: number;
  /** Why hosts are unknown, with their number. A host may have several reasons. The most frequent reason first. */
  unknownReasons: readonly { code: UnknownReason['code']; hostCount: number }[];
}

/** The hosts by their verdict on one job. */
export interface HostCounts {
  safe: number;
  notSafe: number;
  unknown: number;
}

export interface AssessedHost extends FleetHost {
  /** One for each job, in the order of the jobs: that of the worst series. Null if the duration is unknown. */
  judgements: readonly (HostJudgement | null)[];
  /** That of the worst job. Null without a judgement. */
  verdict: Verdict | null;
  /** The verdict is `safe`, and the history of a series is short. */
  isSafeSoFar: boolean;
  /** The judged series that decides the verdict. Without a job, that with the smallest worst case. */
  worstSeries: SeriesIdentity | null;
  /** The series that has replaced the worst series. Null unless a retired series is judged. */
  replacedBy: Replacement | null;
  /** Of the worst series. Null without a sample. */
  worstCase: Seconds | null;
  /** Of the worst series. See {@link SmallestWorstCase}. */
  hasMeasuredRotation: boolean;
  /** The smallest of the judged series. Null if unknown. */
  watchedShare: number | null;
  /** The history of a judged series is short. */
  isHistoryShort: boolean;
  /** The newest sample of all series. Null without a sample. */
  lastSample: Instant | null;
}

export interface HostJudgement
  extends Pick<FiguresJudgement, 'verdict' | 'required' | 'spare' | 'spareUsedUpAt' | 'unknownReasons'> {
  /** The verdict is `safe`, and the history is short. */
  isSafeSoFar: boolean;
}

export interface SilentHost {
  host: string;
  /**
   * `NOT_PUSHED`: samples may be in the database of the host. `NOT_SAMPLED`: the host pushes, but has no new samples.
   * `SAMPLES_DELETED`: the host pushes, and all of its samples were deleted because of their age.
   */
  code: 'NO_SAMPLES' | 'NOT_SAMPLED' | 'NOT_PUSHED' | 'SAMPLES_DELETED';
  lastSample: Instant | null;
  /** Of the newest sample. Null without a sample. */
  age: Seconds | null;
  pushedAt: Instant | null;
  /** All samples of the host were before this time, and were deleted. Null if it has samples, or never had one. */
  deletedBefore: Instant | null;
}

/** A host whose newest poll failed. */
export interface FailingHost extends PollFailure {
  host: string;
  source: SourceName;
}

export interface OldImport {
  host: string;
  lastSample: Instant;
}

/** A role of a source. */
export interface RoleOfSource {
  source: SourceName;
  role: string;
}

/** One change on enough hosts of a role and source. */
export interface RoleChange extends RoleOfSource, Pick<BehaviourChange, 'figure' | 'direction'> {
  hostCount: number;
  /** The hosts with enough rotations in and before the last week. */
  comparedCount: number;
  /** The median over the changed hosts. */
  usual: Seconds;
  changed: Seconds;
  /** A host with the change. */
  example: string;
}

export interface RoleTrend extends RoleOfSource {
  hostCount: number;
  /** The hosts of the role and source with samples. */
  comparedCount: number;
  /** The host with the steepest trend. */
  worstHost: string;
  shrinkingPerDay: Seconds;
  worstCase: Seconds;
  /** The first time at which the spare of a job is used up. Null without a job or spare. */
  spareUsedUpAt: Instant | null;
}

/** What hosts are grouped by. */
export type GroupBy = { kind: 'role' } | { kind: 'source' } | { kind: 'tag'; name: string };

export interface FleetGroups {
  by: GroupBy;
  /** The worst group first. */
  groups: readonly FleetGroup[];
}

export interface FleetGroup {
  /** Null: hosts without the tag, or without samples. */
  value: string | null;
  hostCount: number;
  /** One for each job. */
  jobs: readonly { verdict: Verdict; hosts: HostCounts }[];
  verdict: Verdict | null;
  /** The verdict is `safe`, and the history of a host is short. */
  isSafeSoFar: boolean;
  worstCase: SmallestWorstCase | null;
  rotationInterval: ValidityRange | null;
}
