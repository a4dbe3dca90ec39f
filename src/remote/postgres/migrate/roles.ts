import type { Statements } from '../connection/postgres-connection.ts';

/** Roles without a login. An administrator grants them to users. */
export const WRITER_ROLE = 'cred_watch_writer';
export const READER_ROLE = 'cred_watch_reader';
const ROLES: readonly string[] = [WRITER_ROLE, READER_ROLE];

/** What a writer may do. Reading is limited to what a push compares with. */
const WRITER_PRIVILEGES: Readonly<Record<string, readonly string[]>> = {
  schema_versions: ['SELECT'],
  retention: ['SELECT'],
  hosts: ['SELECT', 'INSERT', 'UPDATE'],
  // The condition of a DELETE needs these columns.
  host_tags: ['SELECT (host)', 'INSERT', 'DELETE'],
  series: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  generations: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  failed_polls: ['SELECT', 'INSERT', 'UPDATE'],
  job_runs: ['SELECT', 'INSERT', 'UPDATE'],
  findings: ['SELECT (host, source, api_version, role)', 'INSERT', 'DELETE'],
};

export interface RolesResult {
  /** Roles that do not exist, because this user may not create roles. */
  missingRoles: readonly string[];
  /** Privileges that a role lacks, because this user does not own the table: `SELECT on cred_watch.series`. */
  missingPrivileges: readonly { role: string; privilege: string }[];
}

const listPrivileges = (role: string): [table: string, privileges: readonly string[]][] =>
  Object.entries(WRITER_PRIVILEGES).map(([table, privileges]) => [
    table,
    role === WRITER_ROLE ? privileges : ['SELECT'],
  ]);

/** The statements that create the roles. They fail for a role that exists. */
export const listCreateRoles = (roles: readonly string[] = ROLES): string[] =>
  roles.map((role) => `CREATE ROLE ${role} NOLOGIN`);

/** The statements that grant the privileges of the roles. They can be repeated. */
export const listGrants = (roles: readonly string[] = ROLES): string[] =>
  roles.flatMap((role) => [
    `GRANT USAGE ON SCHEMA cred_watch TO ${role}`,
    ...listPrivileges(role).map(
      ([table, privileges]) => `GRANT ${privileges.join(', ')} ON cred_watch.${table} TO ${role}`,
    ),
  ]);

/** Creates the roles if this user may create roles, and grants their privileges. */
export async function createRoles(statements: Statements): Promise<RolesResult> {
  const [user] = await statements.query<{ allowed: boolean }>(
    'SELECT rolcreaterole OR rolsuper AS allowed FROM pg_catalog.pg_roles WHERE rolname = current_user',
  );
  const rows = await statements.query<{ name: string }>(
    `SELECT rolname AS name FROM pg_catalog.pg_roles WHERE rolname IN ('${ROLES.join("', '")}')`,
  );
  const existing = new Set(rows.map(({ name }) => name));
  const absent = ROLES.filter((role) => !existing.has(role));
  const mayCreate = user?.allowed === true;
  if (mayCreate) for (const sql of listCreateRoles(absent)) await statements.query(sql);
  const present = mayCreate ? ROLES : ROLES.filter((role) => existing.has(role));
  for (const sql of listGrants(present)) await statements.query(sql);
  const missingPrivileges = await findMissingPrivileges(statements, present);
  return { missingRoles: mayCreate ? [] : absent, missingPrivileges };
}

/** A GRANT by a user who may not grant is only a warning, so the result is read. */
async function findMissingPrivileges(
  statements: Statements,
  roles: readonly string[],
): Promise<{ role: string; privilege: string }[]> {
  const checks = roles.flatMap((role) => [
    formatCheck(role, 'USAGE on schema cred_watch', `has_schema_privilege('${role}', 'cred_watch', 'USAGE')`),
    ...listPrivileges(role).flatMap(([table, privileges]) =>
      privileges.map((privilege) => formatTableCheck(role, table, privilege)),
    ),
  ]);
  return checks.length === 0 ? [] : statements.query(checks.join(' UNION ALL '));
}

const formatCheck = (role: string, privilege: string, condition: string): string =>
  `SELECT '${role}' AS role, '${privilege}' AS privilege WHERE NOT ${condition}`;

function formatTableCheck(role: string, table: string, privilege: string): string {
  const [, action = privilege, columns = ''] = /^(\w+) \((.*)\)$/.exec(privilege) ?? [];
  const names = columns === '' ? [] : columns.split(', ');
  const conditions = names.map(
    (column) => `has_column_privilege('${role}', 'cred_watch.${table}', '${column}', '${action}')`,
  );
  const condition =
    names.length === 0
      ? `has_table_privilege('${role}', 'cred_watch.${table}', '${action}')`
      : `(${conditions.join(' AND ')})`;
  return formatCheck(role, `${privilege} on cred_watch.${table}`, condition);
}
