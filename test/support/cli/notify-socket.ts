import { spawn } from 'node:child_process';
import { onTestFinished } from 'vitest';

/** Prints one line of JSON per datagram: its text and the id of the sender. */
const RECEIVER = `
import json, os, socket, struct, sys
receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
name = sys.argv[1]
receiver.bind('\\0' + name[1:] if name.startswith('@') else name)
print('ready', flush=True)
while True:
    data, ancillary, _, _ = receiver.recvmsg(65536, 4096)
    pid = None
    for level, kind, content in ancillary:
        if kind == socket.SCM_RIGHTS:
            for fd in struct.unpack(f'{len(content) // 4}i', content): os.close(fd)
        elif kind == socket.SCM_CREDENTIALS:
            pid = struct.unpack('3i', content)[0]
    if data != b'BARRIER=1': print(json.dumps({'text': data.decode(), 'pid': pid}), flush=True)
`;

/**
 * Receives messages of sd_notify, as systemd does, until the end of the test.
 * @param name the path of the socket, or an abstract name that begins with @
 */
export async function startNotifySocket(name: string) {
  const child = spawn('python3', ['-c', RECEIVER, name], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill());
  let text = '';
  const changed: (() => void)[] = [];
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk;
    for (const check of changed) check();
  });
  const waitFor = (isThere: () => boolean) =>
    new Promise<void>((resolve, reject) => {
      const check = () => isThere() && resolve();
      changed.push(check);
      child.once('close', () => reject(new Error(`the receiver has ended: ${text}`)));
      check();
    });
  await waitFor(() => text.startsWith('ready\n'));
  const lines = () =>
    text
      .split('\n')
      .slice(1, -1)
      .map((line) => JSON.parse(line).text as string);
  return {
    /** One entry per message, with a line per assignment. */
    messages: lines,
    /** Resolves when a message has this line. */
    received: (line: string | RegExp) =>
      waitFor(() =>
        lines().some((message) =>
          message.split('\n').some((each) => (typeof line === 'string' ? each === line : line.test(each))),
        ),
      ),
  };
}
