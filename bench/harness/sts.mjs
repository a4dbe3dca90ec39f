import { startServer } from './load.mjs';

/**
 * Starts an STS for AssumeRole in a process of its own. It does not check signatures.
 * @param {{ lifetimeSeconds: number, pauseMs: number }} options  the pause before each response
 */
export async function startSts({ lifetimeSeconds, pauseMs }) {
  const server = await startServer(['-e', createSource(lifetimeSeconds, pauseMs)]);
  const url = `http://127.0.0.1:${server.hello.port}`;
  return {
    url,
    countCalls: async () => Number(await (await fetch(url)).text()),
    stop: server.stop,
  };
}

const createSource = (lifetimeSeconds, pauseMs) => `
  let calls = 0;
  const server = require('node:http').createServer((request, response) => {
    if (request.method === 'GET') return response.end(String(calls));
    calls += 1;
    request.resume();
    setTimeout(() => {
      // Key ids have the letters A to Z and the digits 2 to 7.
      const keyId = 'ASIABENCH' + calls.toString(6).padStart(11, '0').replace(/[01]/g, (digit) => 'AB'[digit]);
      const expiration = new Date(Math.floor(Date.now() / 1000 + ${lifetimeSeconds}) * 1000).toISOString();
      response.writeHead(200, { 'Content-Type': 'text/xml' });
      response.end('<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>' +
        '<AssumedRoleUser><Arn>arn:aws:sts::111122223333:assumed-role/bench/bench</Arn><AssumedRoleId>AROABENCH:bench</AssumedRoleId></AssumedRoleUser>' +
        '<Credentials><AccessKeyId>' + keyId + '</AccessKeyId><SecretAccessKey>false</SecretAccessKey><SessionToken>false</SessionToken>' +
        '<Expiration>' + expiration + '</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>');
    }, ${pauseMs});
  });
  server.listen(0, '127.0.0.1', () => console.log(JSON.stringify(server.address())));
  process.on('SIGTERM', () => process.exit());`;
