import { startServer } from './load.mjs';

/**
 * Starts an IMDS endpoint with one role and the same credentials for six hours, in a process of its own. It closes
 * every connection, like IMDS. Resolves to the URL and the server.
 */
export async function startMetadataEndpoint() {
  const server = await startServer(['-e', SOURCE]);
  return { url: `http://127.0.0.1:${server.hello.port}`, stop: server.stop };
}

const SOURCE = `
  const issued = Math.floor(Date.now() / 1000) * 1000;
  const instant = (time) => new Date(time).toISOString().replace('.000', '');
  const body = JSON.stringify({ Code: 'Success', LastUpdated: instant(issued), Type: 'AWS-HMAC',
    AccessKeyId: 'ASIABENCHBENCHBENCH1', SecretAccessKey: 'false', Token: 'false',
    Expiration: instant(issued + 21600000) }, null, 2);
  require('node:http').createServer(({ method, url }, response) => {
    response.setHeader('X-Aws-Ec2-Metadata-Token-Ttl-Seconds', '21600');
    response.setHeader('Connection', 'close');
    response.end(method === 'PUT' ? 'token' : url.endsWith('/') ? 'role' : url.endsWith('-id') ? 'i-0bench' : body);
  }).listen(0, '127.0.0.1', function () { console.log(JSON.stringify(this.address())); });
  process.on('SIGTERM', () => process.exit());`;
