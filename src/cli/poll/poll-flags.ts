import type { Seconds } from '../../domain/model.ts';
import type { JudgingFlags } from '../flags/judging-flags.ts';
import type { ListeningFlags } from '../flags/listening-flags.ts';
import type { TextOrJson } from '../flags/shared-flags.ts';
import type { SourceFlags } from '../flags/source-flags.ts';
import type { DestinationTarget } from '../push/destination-target.ts';
import type { Tag } from '../push/tags.ts';
import type { TimeZoneFlag } from '../time-zone/time-zone-flag.ts';

/** The flags of `poll` for one endpoint and for `--targets`. */
export interface CommonPollFlags extends ListeningFlags, JudgingFlags {
  interval?: Seconds;
  for?: Seconds;
  db?: string;
  format: TextOrJson;
  push?: readonly DestinationTarget[];
  tag?: readonly Tag[];
}

export interface PollFlags extends SourceFlags, CommonPollFlags, TimeZoneFlag {
  targets?: string;
  /** A command for the shell. */
  onChange?: string;
}
