// Compares the request rate of the simulator with a minimal node:http server that checks a token and returns
// the same body. Both servers get the same load in turn; the result is the median ratio. IMDS closes every
// connection and the agents keep connections open, so both cases are measured.
import { readFileSync } from 'node:fs';
import { formatRequest, openConnection, PROGRAM, runClients, sendRequest, startServer } from './load.mjs';

const ROUNDS = Number(process.argv[2] ?? 7);
const ROUND_MS = 1500;
const CLIENTS = 16;

const simulator = await startServer([
  PROGRAM,
  ...['simulate', '--listen', '127.0.0.1:0', '--shape', 'imds,ecs', '--no-log', '-f', 'json'],
]);
const { endpoints, environment, role } = simulator.hello;
const ours = Number(new URL(endpoints[0]).port);
const ecsPath = new URL(environment.ecs.AWS_CONTAINER_CREDENTIALS_FULL_URI).pathname;
const rolePath = `/latest/meta-data/iam/security-credentials/${role}`;
const bodyOf = (response) => response.slice(response.indexOf('\r\n\r\n') + 4);
const token = bodyOf(
  await sendRequest(
    ours,
    formatRequest('PUT', '/latest/api/token', ['X-aws-ec2-metadata-token-ttl-seconds: 21600']),
  ),
);
const imdsRequest = formatRequest('GET', rolePath, [
  `X-aws-ec2-metadata-token: ${token}`,
  'Connection: close',
]);
const ecsRequest = formatRequest('GET', ecsPath, ['Accept: application/json']);
const kept = openConnection(ours);
const bodies = {
  imds: bodyOf(await sendRequest(ours, imdsRequest)),
  ecs: bodyOf(await kept.sendRequest(ecsRequest)),
};
kept.close();

const bare = await startServer(['-e', bareServer()]);
const theirs = bare.hello.port;

const closing = (port) => () => ({
  round: async () => check(await sendRequest(port, imdsRequest), bodies.imds),
});
const keeping = (port) => () => {
  const connection = openConnection(port);
  return {
    round: async () => check(await connection.sendRequest(ecsRequest), bodies.ecs),
    close: connection.close,
  };
};
const measured = {
  'IMDS role document, one connection per request': { 'node:http': closing(theirs), simulate: closing(ours) },
  'ECS credentials, open connections': { 'node:http': keeping(theirs), simulate: keeping(ours) },
};
try {
  for (const [what, servers] of Object.entries(measured)) {
    const results = Object.fromEntries(Object.keys(servers).map((name) => [name, []]));
    for (let round = -1; round < ROUNDS; round += 1) {
      for (const [name, makeRound] of Object.entries(servers)) {
        const pid = name === 'simulate' ? simulator.pid : bare.pid;
        const cpu = cpuSeconds(pid);
        const count = await runClients(CLIENTS, ROUND_MS, makeRound);
        const result = { rate: count / (ROUND_MS / 1000), cpu: ((cpuSeconds(pid) - cpu) * 1e6) / count };
        if (round >= 0) results[name].push(result);
      }
    }
    const median = (name, figure) => {
      const values = results[name].map((each) => each[figure]).sort((a, b) => a - b);
      return values[values.length >> 1];
    };
    const rate = median('simulate', 'rate') / median('node:http', 'rate');
    const cpu = median('simulate', 'cpu') / median('node:http', 'cpu');
    console.log(
      `${what}: ${rate.toFixed(2)} × the request rate of node:http ` +
        `(${Math.round(median('simulate', 'rate'))}/s and ${Math.round(median('node:http', 'rate'))}/s), ` +
        `${cpu.toFixed(2)} × its CPU time per request`,
    );
  }
} finally {
  await simulator.stop();
  await bare.stop();
}

function check(response, body) {
  if (!response.startsWith('HTTP/1.1 200 OK\r\n') || bodyOf(response) !== body) {
    throw new Error(`unexpected response: ${response.slice(0, 60)}`);
  }
}

/** User and system time of a process in seconds, with a resolution of 10 ms. */
function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** The source of a minimal server for comparison. */
function bareServer() {
  return `
    const bodies = ${JSON.stringify(bodies)};
    const server = require('node:http').createServer((request, response) => {
      if (request.url === ${JSON.stringify(rolePath)}) {
        if (request.headers['x-aws-ec2-metadata-token'] !== ${JSON.stringify(token)}) {
          response.writeHead(401).end();
          return;
        }
        response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': bodies.imds.length });
        response.end(bodies.imds);
      } else if (request.url === ${JSON.stringify(ecsPath)}) {
        response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': bodies.ecs.length });
        response.end(bodies.ecs);
      } else response.writeHead(404).end();
    });
    server.listen(0, '127.0.0.1', () => console.log(JSON.stringify(server.address())));
    process.on('SIGTERM', () => process.exit());`;
}
