/** Messages of errors about what a server has sent. The driver is a bundle of its own, so it shares no class. */
export const INVALID_REPLY = 'the server sent an invalid message';
export const LARGE_REPLY = 'the reply of the server is too large';

/** Of one message. The longest one is a row with the spans of failed polls. */
export const MAX_MESSAGE_BYTES = 16 * 1_048_576;

/** Of all messages of one statement. The rows need several times as much memory. */
export const MAX_REPLY_BYTES = 256 * 1_048_576;
