// Runs 64 concurrent clients against the simulator, for 60 seconds by default. Every response is checked, and
// the memory must not grow after the warm-up. Exits with 1 on an error. The heap is small, so that a leak per
// request ends the simulator.
import { readFileSync } from 'node:fs';
import { PROGRAM } from './harness/commands.mjs';
import { formatRequest, openConnection, runClients, sendRequest, startServer } from './harness/load.mjs';

const SECONDS = Number(process.argv[2] ?? 60);
const CLIENTS = 64;
/**
 * V8 frees memory at any time, so some growth is normal. A leak per request exceeds this factor within
 * seconds.
 */
const MAX_GROWTH = 1.3;

const simulator = await startServer([
  '--max-old-space-size=40',
  PROGRAM,
  ...['simulate', '--listen', '127.0.0.1:0', '--shape', 'imds,ecs,eks,cloudshell', '--lifetime', '30s'],
  ...['--rotate-every', '1s', '--no-log', '-f', 'json'],
]);
const { endpoints, environment, role } = simulator.hello;
const port = Number(new URL(endpoints[0]).port);
const getPath = (shape) => new URL(environment[shape].AWS_CONTAINER_CREDENTIALS_FULL_URI).pathname;
const rolePath = '/latest/meta-data/iam/security-credentials/';

/**
 * The requests of an SDK, with a new User-Agent every time, which is the worst case for the traffic summary.
 */
async function imdsRound(agent) {
  const headers = [`User-Agent: ${agent}`];
  const token = expect200(
    await sendRequest(
      port,
      formatRequest('PUT', '/latest/api/token', [...headers, 'X-aws-ec2-metadata-token-ttl-seconds: 60']),
    ),
  );
  const session = [...headers, `X-aws-ec2-metadata-token: ${token}`];
  if (expect200(await sendRequest(port, formatRequest('GET', rolePath, session))) !== role)
    throw new Error('unexpected role');
  expectDocument(await sendRequest(port, formatRequest('GET', `${rolePath}${role}`, session)));
}

const kinds = [
  (number) => {
    let round = 0;
    return { round: () => imdsRound(`client-${number}/${++round}`) };
  },
  () => ({
    round: async () =>
      expectDocument(await sendRequest(port, formatRequest('GET', `${rolePath}${role}`, []))),
  }),
  () => keeping(formatRequest('GET', getPath('ecs'), [])),
  () => {
    const token = readFileSync(environment.eks.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE, 'utf8');
    return keeping(formatRequest('GET', getPath('eks'), [`Authorization: ${token}`]));
  },
  () => {
    const token = environment.cloudshell.AWS_CONTAINER_AUTHORIZATION_TOKEN;
    const text = formatRequest('GET', getPath('cloudshell'), [`Authorization: ${token}`]);
    return { round: async () => expectDocument(await sendRequest(port, text)) };
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
  if (!(end <= warm * MAX_GROWTH)) throw new Error('the memory grew');
} finally {
  clearInterval(watch);
  await simulator.stop();
}

function keeping(text) {
  const connection = openConnection(port);
  return { round: async () => expectDocument(await connection.sendRequest(text)), close: connection.close };
}

function expect200(response) {
  if (!response.startsWith('HTTP/1.1 200 OK\r\n')) throw new Error(`not a 200: ${response.slice(0, 80)}`);
  return response.slice(response.indexOf('\r\n\r\n') + 4);
}

function expectDocument(response) {
  const { AccessKeyId, SecretAccessKey, Token, Expiration } = JSON.parse(expect200(response));
  const isWhole =
    /^ASIAFALSE[A-Z2-7]{11}$/.test(AccessKeyId) && SecretAccessKey.length === 40 && Token.length > 500;
  if (!isWhole || !(Date.parse(Expiration) > Date.now())) throw new Error(`not credentials: ${AccessKeyId}`);
}

function residentMiB() {
  const kib = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${simulator.pid}/status`, 'utf8'))?.[1]);
  return Math.round(kib / 1024);
}
