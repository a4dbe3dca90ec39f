import type { Instant } from '../../domain/model.ts';
import type { ServedRoleFacts } from '../../domain/serving/served-role-facts.ts';
import { formatInstant } from '../../domain/time/instant.ts';
import { escapeUnprintable, toJson } from '../../untrusted-text.ts';
import { ONE_BLOCK_PER_CLIENT } from '../messages/serving/client-variables.ts';
import { describeStart, type ListeningAddress } from '../messages/serving/start.ts';
import { formatClientVariables, formatFileVariables } from '../text/client-variables.ts';
import { buildRoleJson } from './health.ts';

/** The variables of a client. They contain the secrets of container endpoints. */
interface ClientEnvironment {
  role: string;
  shape: string;
  variables: Readonly<Record<string, string>>;
  /** A file with the variables, which are not printed then. */
  file?: string;
}

/** The facts of a started server. */
export interface StartedServer {
  startedAt: Instant;
  /** By AWS's clock. */
  now: Instant;
  roles: readonly ServedRoleFacts[];
  listening: readonly ListeningAddress[];
  environments: readonly ClientEnvironment[];
}

/** Lines for `.` or `eval` in a shell. Explanations are comments. */
export function formatStartedText({ now, roles, listening, environments }: StartedServer): string {
  const comments = [
    ...describeStart(roles, listening, now),
    ...(environments.length > 1 ? [ONE_BLOCK_PER_CLIENT] : []),
  ];
  const blocks = environments.map(({ role, shape, variables, file }) => [
    comment(roles.length > 1 ? `${role} ${shape}` : shape),
    ...(file === undefined ? formatClientVariables(variables) : formatFileVariables(file, variables)),
  ]);
  return `${[comments.map(comment), ...blocks].map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** Escapes line ends: the shell would run the text after one. */
const comment = (text: string) => `# ${escapeUnprintable(text)}`;

export function formatStartedJson(started: StartedServer): string {
  const { startedAt, now, roles, listening, environments } = started;
  return toJson({
    schema_version: 1,
    event: 'listening',
    started_at: formatInstant(startedAt),
    endpoints: listening.map(({ origin, role }) => ({
      endpoint: escapeUnprintable(origin),
      role_name: role,
    })),
    roles: roles.map((facts) => buildRoleJson(facts, now)),
    environments: environments.map(({ role, shape, variables, file = null }) => ({
      ...{ role_name: role, shape, file },
      variables: file === null ? variables : {},
    })),
  });
}
