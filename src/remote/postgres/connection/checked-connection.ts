import type { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import { Connection } from 'pg';
import { INVALID_REPLY, LARGE_REPLY, MAX_MESSAGE_BYTES, MAX_REPLY_BYTES } from './reply-limits.ts';

/** The code of a message and its length. */
const HEADER_BYTES = 5;

/**
 * The protocol of the driver, with limits. The driver throws at an invalid message where nobody can catch the error,
 * which would end the process, and it keeps a message of any length in memory.
 */
export class CheckedConnection extends Connection {
  #replyBytes = 0;

  /** Called before each statement. */
  startReply(): void {
    this.#replyBytes = 0;
  }

  /** Called by the driver once for the stream with the messages, which is encrypted if TLS is used. */
  attachListeners(stream: Duplex): void {
    const framing = new Framing();
    const checked: Pick<EventEmitter, 'on'> = {
      on: (event: string, listener: (data: Buffer) => void) =>
        event === 'data' ? stream.on(event, check(listener)) : stream.on(event, listener),
    };
    const check = (parse: (data: Buffer) => void) => (data: Buffer) => {
      if (stream.destroyed) return;
      this.#replyBytes += data.length;
      try {
        if (this.#replyBytes > MAX_REPLY_BYTES) throw new Error(LARGE_REPLY);
        framing.add(data);
        parse(data);
      } catch (error) {
        const isTooLarge = error instanceof Error && error.message === LARGE_REPLY;
        stream.destroy(new Error(isTooLarge ? LARGE_REPLY : INVALID_REPLY, { cause: error }));
      }
    };
    attachListeners.call(this, checked);
  }
}

const { attachListeners } = Connection.prototype as unknown as {
  attachListeners(this: Connection, stream: Pick<EventEmitter, 'on'>): void;
};

/** Finds the headers of messages in a stream, and checks their lengths. */
class Framing {
  /** Of the present message, including its header. */
  #left = 0;
  #header: number[] = [];

  add(data: Buffer): void {
    for (let position = 0; position < data.length; ) {
      const skipped = Math.min(this.#left, data.length - position);
      this.#left -= skipped;
      position += skipped;
      while (this.#left === 0 && position < data.length && this.#header.length < HEADER_BYTES) {
        this.#header.push(data[position] ?? 0);
        position += 1;
      }
      if (this.#header.length < HEADER_BYTES) continue;
      // The length includes its own four bytes, but not the code.
      const length = Buffer.from(this.#header).readUInt32BE(1);
      if (length < HEADER_BYTES - 1) throw new Error(INVALID_REPLY);
      if (length > MAX_MESSAGE_BYTES) throw new Error(LARGE_REPLY);
      this.#left = length - (HEADER_BYTES - 1);
      this.#header = [];
    }
  }
}
