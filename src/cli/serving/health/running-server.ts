import { describeRunningServer, type RunningServer } from '../../../report/messages/serving/status.ts';
import { requestHealth, type ServerAddress } from './request-health.ts';

const TIMEOUT_MS = 1000;

/** Describes the program that listens at an address, by its own `/healthz`. */
export async function describeAddressUser(address: ServerAddress): Promise<string> {
  const response = await requestHealth(address, TIMEOUT_MS);
  const server = response === null || response instanceof Error ? null : parseHealth(response.body);
  return server === null ? 'another program listens there' : describeRunningServer(server);
}

/** Null for the response of another program. */
export function parseHealth(text: string | null): RunningServer | null {
  if (text === null) return null;
  try {
    const { schema_version: version, user, pid, roles } = Object(JSON.parse(text));
    if (version !== 1 || typeof user !== 'string' || !Number.isSafeInteger(pid) || !Array.isArray(roles))
      return null;
    const names = roles.map((each) => {
      const { name, role } = Object(each);
      return { name: limit(name), role: limit(role) };
    });
    return { user: limit(user), pid, roles: names.slice(0, MAX_ROLES) };
  } catch {
    return null;
  }
}

const MAX_ROLES = 50;
const MAX_NAME_LENGTH = 64;

/** The other program can send any text. */
const limit = (text: unknown): string => (typeof text === 'string' ? text.slice(0, MAX_NAME_LENGTH) : '');
