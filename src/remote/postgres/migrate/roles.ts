/** Roles without a login. An administrator grants them to users. */
export const WRITER_ROLE = 'cred_watch_writer';
export const READER_ROLE = 'cred_watch_reader';

/** What a writer may do. Reading is limited to what a push compares with. */
const WRITER_PRIVILEGES: Readonly<Record<string, string>> = {
  schema_versions: 'SELECT',
  retention: 'SELECT',
  hosts: 'SELECT, INSERT, UPDATE',
  // The condition of a DELETE needs these columns.
  host_tags: 'SELECT (host), INSERT, DELETE',
  series: 'SELECT, INSERT, UPDATE, DELETE',
  generations: 'SELECT, INSERT, UPDATE, DELETE',
  failed_polls: 'SELECT, INSERT, UPDATE',
  job_runs: 'SELECT, INSERT, UPDATE',
  findings: 'SELECT (host, source, api_version, role), INSERT, DELETE',
};

export const createRoleSql = (role: string): string => `CREATE ROLE ${role} NOLOGIN`;

/** The statements that grant the privileges of a role. They can be repeated. */
export function listGrants(role: string): string[] {
  const isWriter = role === WRITER_ROLE;
  return [
    `GRANT USAGE ON SCHEMA cred_watch TO ${role}`,
    ...Object.entries(WRITER_PRIVILEGES).map(
      ([table, privileges]) => `GRANT ${isWriter ? privileges : 'SELECT'} ON cred_watch.${table} TO ${role}`,
    ),
  ];
}
