import { Client } from 'pg';
import type { PostgresServer } from './server.ts';

/**
 * Runs the statements of a script one after the other, as psql does, until the first error. The server of npm has no
 * psql. A statement ends at the end of a line.
 */
export async function runScript(
  { socketFolder, port }: PostgresServer,
  user: string,
  database: string,
  script: string,
): Promise<void> {
  const client = new Client({ host: socketFolder, port, database, user });
  await client.connect();
  try {
    // The body of a DO statement has semicolons.
    const statements = script.includes('$$') ? [script] : script.split(/;\n/);
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
