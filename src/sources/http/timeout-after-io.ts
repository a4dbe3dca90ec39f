/**
 * A deadline that lets what has already happened count. A process that got no turn for a second (dozens of cron lines
 * at the same minute) is shown its timers before its sockets: an answer that came in time would be thrown away.
 */
export function setTimeoutAfterIo(expire: () => void, milliseconds: number): { cancel(): void } {
  let last: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    // Twice round the loop: the first immediate may run before the sockets were looked at.
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
