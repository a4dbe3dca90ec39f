/**
 * A time-out that first lets pending socket events run. A process that had no CPU for a second (dozens of cron jobs
 * in the same minute) runs its timers before its sockets, and would discard a response that arrived in time.
 */
export function setTimeoutAfterIo(expire: () => void, milliseconds: number): { cancel(): void } {
  let last: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    // Two turns of the event loop: the first immediate can run before the sockets are polled.
    last = setImmediate(() => {
      last = setImmediate(expire);
    });
  }, milliseconds);
  return {
    cancel() {
      clearTimeout(timer);
      clearImmediate(last);
    },
  };
}
