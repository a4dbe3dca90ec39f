// Listens in a network namespace and passes connections to Unix sockets. Arguments: `HOST:PORT=SOCKET` for each. It
// writes a line when it listens.
import { connect, createServer } from 'node:net';

await Promise.all(
  process.argv.slice(2).map((argument) => {
    const [address, socket] = argument.split('=');
    const [host, port] = address.split(':');
    const server = createServer((client) => {
      const upstream = connect(socket);
      client.on('error', () => upstream.destroy());
      upstream.on('error', () => client.destroy());
      client.pipe(upstream).pipe(client);
    });
    return new Promise((resolve) => server.listen(Number(port), host, resolve));
  }),
);
process.stdout.write('listening\n');
