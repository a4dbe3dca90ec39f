import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleProgram } from '../../../support/bundled-program.ts';
import { mayBeSkipped, noNetworkNamespace, OWN_NETWORK } from '../../../support/cli/namespaces.ts';
import { temporaryFolder } from '../../../support/cli/temporary-folder.ts';

/** Redirects the addresses of IMDS and ECS to the server, as `serve --setup linux` does. */
const SET_UP = `
  set -e
  ip link set lo up
  for address in 169.254.169.254 169.254.170.2; do ip addr add $address/32 dev lo; done
  nft -f - <<'RULES'
table ip test {
  chain outgoing {
    type nat hook output priority -110
    ip daddr { 169.254.169.254, 169.254.170.2 } tcp dport 80 dnat to 127.0.0.1:1338
  }
}
RULES
  mkfifo "$FOLDER/output"
  "$NODE" "$SERVER" 1338 > "$FOLDER/output" &
  read -r started < "$FOLDER/output"
`;

/** \`connect\` chooses the port of the client. \`fetch\` prints the real pid and the response. */
const PYTHON = `
import json, os, socket, sys
def connect(target, port=0, family=socket.AF_INET, prefix=''):
  s = socket.socket(family)
  s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
  if port: s.bind((prefix + '169.254.169.254', port))
  s.connect((prefix + target[0], target[1]))
  return s
def fetch(s):
  s.sendall(b'GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n')
  response = json.loads(s.recv(10000).split(b'\\r\\n\\r\\n')[1])
  print(json.dumps({'pid': os.getpid(), 'localPort': s.getsockname()[1], **response}), flush=True)
  return response
IMDS, ECS, SERVER = ('169.254.169.254', 80), ('169.254.170.2', 80), ('127.0.0.1', 1338)
`;

function findProblem(): string | null {
  if (noNetworkNamespace !== null) return noNetworkNamespace;
  const [unshare, ...args] = [...OWN_NETWORK, '--mount-proc'] as const;
  const rules = 'nft add table ip t && nft add chain ip t c "{ type nat hook output priority -110; }"';
  return spawnSync(unshare, [...args, 'sh', '-c', rules]).status === 0 ? null : 'nft cannot be used';
}

const problem = findProblem();

describe.skipIf(problem !== null && mayBeSkipped)(
  `a server to which the firewall redirects clients${problem === null ? '' : ` (skipped: ${problem})`}`,
  () => {
    const folder = temporaryFolder(afterAll);
    let server = '';
    beforeAll(async () => {
      expect(problem).toBeNull();
      server = await bundleProgram('server/peer-program.ts', folder);
    });

    /** Runs a Python program in a network of its own. Returns its output. */
    async function run(program: string) {
      const [unshare, ...args] = [...OWN_NETWORK, '--mount-proc'] as const;
      const script = `${SET_UP}\n/usr/bin/python3 -c "$PYTHON"`;
      const { stdout } = await promisify(execFile)(unshare, [...args, 'sh', '-c', script], {
        env: {
          ...process.env,
          FOLDER: temporaryFolder(),
          NODE: process.execPath,
          SERVER: server,
          PYTHON: PYTHON + program,
        },
        timeout: 25_000,
      });
      return stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
    }

    test.each([
      ['IPv4', 'fetch(connect(IMDS)); fetch(connect(ECS)); fetch(connect(SERVER))'],
      ['IPv6', "fetch(connect(IMDS, 0, socket.AF_INET6, '::ffff:'))"],
    ])('clients with sockets of %s are found', async (_, program) => {
      const responses = await run(program);
      expect(responses.length).toBeGreaterThan(0);
      for (const { peer, pid, port, localPort } of responses) {
        expect(port).toBe(localPort);
        expect(peer).toEqual({ pid, program: expect.stringMatching(/python/), user: 'root' });
      }
    });

    test('clients with the same port are unknown, because the firewall changes one of the ports', async () => {
      const [known, ...responses] = await run(`
fetch(connect(IMDS))
a, b = connect(IMDS, 5000), connect(SERVER, 5000)
fetch(a)
fetch(b)`);
      expect(known.peer.pid).toBe(known.pid);
      expect(responses.map(({ port }) => port === 5000)).toEqual([true, false]);
      expect(responses.map(({ peer }) => peer)).toEqual([null, null]);
    });

    test('a client is not taken for another one that has its changed port', async () => {
      const [known, first, other, changed] = await run(`
fetch(connect(IMDS))
first, changed = connect(IMDS, 5000), connect(ECS, 5000)
fetch(first)
first.close()
# The other ends of established connections of the server.
rows = [row.split() for row in open('/proc/net/tcp')]
ends = [row[2] for row in rows if row[1] == '0100007F:053A' and row[3] == '01']
[port] = [int(end[-4:], 16) for end in ends if not end.endswith('1388')]
read_end, write_end = os.pipe()
if os.fork() == 0:
  # Another process connects from the port that the server sees, and keeps its connection open.
  other = connect(IMDS, port)
  print(json.dumps({'localPort': port}), flush=True)
  os.write(write_end, b'.')
  sys.stdin.read()
os.read(read_end, 1)
fetch(changed)
os._exit(0)`);
      expect(known.peer.pid).toBe(known.pid);
      expect(first.port).toBe(5000);
      expect(other.localPort).toBe(changed.port);
      expect(changed.peer).toBeNull();
    });
  },
);
