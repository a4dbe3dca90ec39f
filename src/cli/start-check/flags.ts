import type { Command } from 'commander';
import type { Seconds } from '../../domain/model.ts';
import { createDatabaseFlag, createMarginFlag } from '../flags/shared-flags.ts';
import { addSourceFlags, type SourceFlags } from '../flags/source-flags.ts';
import { parseDurationFlag, parsePositiveDurationFlag } from '../flags/value-parsers.ts';

/** The flags that check, exec and env share. */
export interface StartCheckFlags extends SourceFlags {
  jobDuration?: Seconds;
  margin: Seconds;
  wait?: Seconds;
  db?: string;
}

export function addStartCheckFlags(command: Command): Command {
  command
    .option(
      '-j, --job-duration <duration>',
      'duration of the job, which keeps the credentials it starts with',
      parseDurationFlag,
    )
    .addOption(createMarginFlag())
    .option('--wait <duration>', 'wait up to this long for a safe start', parsePositiveDurationFlag);
  return addSourceFlags(command).addOption(createDatabaseFlag());
}
