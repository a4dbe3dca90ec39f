/**
 * A timeout that lets pending socket events run first. If a process gets no CPU for a second (dozens of cron
 * jobs in the same minute), Node.js runs its timers before its sockets. A plain timer would then discard a
 * response that arrived in time.
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
