// 64 clients at once against the simulator, for a minute unless told otherwise: every answer is checked, and the memory
// that it ends with must be what it had once it was warm. Ends with 1 if anything is wrong. Its heap is small, so that
// whatever it kept of each request would end it.
import { readFileSync } from 'node:fs';
import { ask, openKept, PROGRAM, runClients, startServer } from './load.mjs';

const SECONDS = Number(process.argv[2] ?? 60);
const CLIENTS = 64;
/** V8 gives memory back when it pleases; what grows with requests passes this within the first seconds. */
const MOST_GROWTH = 1.3;

const simulator = await startServer([
  '--max-old-space-size=40',
  PROGRAM,
  ...['simulate', '--listen', '127.0.0.1:0', '--shape', 'imds,ecs,eks,cloudshell', '--lifetime', '30s'],
  ...['--rotate-every', '1s', '--no-log', '-f', 'json'],
]);
const { endpoints, environment, role } = simulator.hello;
const port = Number(new URL(endpoints[0]).port);
const pathOf = (shape) => new URL(environment[shape].AWS_CONTAINER_CREDENTIALS_FULL_URI).pathname;
const request = (method, path, headers) =>
  `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${headers.map((line) => `${line}\r\n`).join('')}\r\n`;
const rolePath = '/latest/meta-data/iam/security-credentials/';

/** As the SDKs do it, with a User-Agent of its own every time: the worst that can happen to the final report. */
async function imdsRound(agent) {
  const headers = [`User-Agent: ${agent}`];
  const token = expect200(
    await ask(
      port,
      request('PUT', '/latest/api/token', [...headers, 'X-aws-ec2-metadata-token-ttl-seconds: 60']),
    ),
  );
  const session = [...headers, `X-aws-ec2-metadata-token: ${token}`];
  if (expect200(await ask(port, request('GET', rolePath, session))) !== role) throw new Error('another role');
  expectDocument(await ask(port, request('GET', `${rolePath}${role}`, session)));
}

const kinds = [
  (number) => {
    let round = 0;
    return { round: () => imdsRound(`client-${number}/${++round}`) };
  },
  () => ({ round: async () => expectDocument(await ask(port, request('GET', `${rolePath}${role}`, []))) }),
  () => keeping(request('GET', pathOf('ecs'), [])),
  () => {
    const token = readFileSync(environment.eks.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE, 'utf8');
    return keeping(request('GET', pathOf('eks'), [`Authorization: ${token}`]));
  },
  () => {
    const token = environment.cloudshell.AWS_CONTAINER_AUTHORIZATION_TOKEN;
    const asked = request('GET', pathOf('cloudshell'), [`Authorization: ${token}`]);
    return { round: async () => expectDocument(await ask(port, asked)) };
  },
];

let warm = 0;
let most = 0;
const watch = setInterval(() => {
  most = Math.max(most, residentMiB());
}, 250);
setTimeout(() => {
  warm = most;
}, SECONDS * 250);

try {
  const begun = Date.now();
  const rounds = await runClients(CLIENTS, SECONDS * 1000, (number) => kinds[number % kinds.length](number));
  const end = residentMiB();
  console.log(
    `${CLIENTS} clients, ${rounds} rounds in ${Math.round((Date.now() - begun) / 1000)} s, no error; ` +
      `memory ${warm} MiB after a quarter of the time, ${most} MiB at most, ${end} MiB at the end`,
  );
  if (!(end <= warm * MOST_GROWTH)) throw new Error('the memory grew');
} finally {
  clearInterval(watch);
  await simulator.stop();
}

function keeping(asked) {
  const connection = openKept(port);
  return { round: async () => expectDocument(await connection.ask(asked)), close: connection.close };
}

function expect200(answer) {
  if (!answer.startsWith('HTTP/1.1 200 OK\r\n')) throw new Error(`not a 200: ${answer.slice(0, 80)}`);
  return answer.slice(answer.indexOf('\r\n\r\n') + 4);
}

function expectDocument(answer) {
  const { AccessKeyId, SecretAccessKey, Token, Expiration } = JSON.parse(expect200(answer));
  const isWhole =
    /^ASIAFALSE[A-Z2-7]{11}$/.test(AccessKeyId) && SecretAccessKey.length === 40 && Token.length > 500;
  if (!isWhole || !(Date.parse(Expiration) > Date.now())) throw new Error(`not credentials: ${AccessKeyId}`);
}

function residentMiB() {
  const kib = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${simulator.pid}/status`, 'utf8'))?.[1]);
  return Math.round(kib / 1024);
}
