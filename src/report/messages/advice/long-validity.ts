/** Why credentials of a log seem to be valid for too long. */
export const CAUSES_OF_LONG_VALIDITY =
  'the time zone of the log, the clock of its host or the source is wrong';

/** Sources that state no `LastUpdated` and can have a longer validity. IoT Greengrass is a container, but uses a role alias. */
export const SOURCE_OF_LONG_VALIDITY =
  '--source role if the sessions of a role, or a role alias of IoT Greengrass, last that long';
