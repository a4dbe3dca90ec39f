import type { ScheduleKind } from '../../domain/installation/schedule.ts';
import type { Seconds } from '../../domain/model.ts';
import type { TextOrJson } from '../flags/shared-flags.ts';
import type { SourceFlags } from '../flags/source-flags.ts';

export interface InitFlags extends SourceFlags {
  schedule?: ScheduleKind;
  /** Absent: `init` chooses the interval. */
  every?: Seconds;
  jobDuration?: Seconds;
  write?: boolean;
  remove?: boolean;
  yes?: boolean;
  dryRun?: boolean;
  check?: boolean;
  db?: string;
  format: TextOrJson;
}
