/** Why credentials of a log seem to be valid for too long. */
export const CAUSES_OF_LONG_VALIDITY =
  'the time zone of the log, the clock of its host or the source is wrong';
