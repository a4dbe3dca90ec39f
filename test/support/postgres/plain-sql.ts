/** What distributed databases with PostgreSQL's protocol lack, or support only in part. */
const FORBIDDEN: Readonly<Record<string, RegExp>> = {
  sequences: /\b(?:serial|bigserial|nextval|sequence|generated\s+\w+\s+as\s+identity)\b/i,
  triggers: /\btrigger\b/i,
  'functions, procedures and DO blocks':
    /\b(?:create\s+(?:or\s+replace\s+)?(?:function|procedure)|do\s+\$|language\s+plpgsql)\b/i,
  'foreign keys': /\b(?:references|foreign\s+key)\b/i,
  'LISTEN and NOTIFY': /\b(?:listen|notify)\b/i,
  'advisory locks': /advisory/i,
  'temporary tables': /\btemp(?:orary)?\b/i,
  COPY: /\bcopy\b/i,
  ctid: /\bctid\b/i,
  extensions: /\bextension\b/i,
  MERGE: /\bmerge\b/i,
  RETURNING: /\breturning\b/i,
  'LOCK TABLE': /\block\s+table\b/i,
  'exclusion constraints': /\bexclude\b/i,
  'arrays and JSON types': /\b(?:jsonb?|unnest|array)\b|\[\]/i,
};

/** The names of the forbidden features of a statement. */
export const findForbidden = (sql: string): string[] =>
  Object.entries(FORBIDDEN).flatMap(([name, pattern]) => (pattern.test(sql) ? [name] : []));

export const DATA_TABLES =
  /\bcred_watch\.(hosts|host_tags|series|generations|failed_polls|job_runs|findings)\b/;

/** Whether a statement touches rows of data tables without naming their host. */
export function lacksHost(sql: string): boolean {
  if (!DATA_TABLES.test(sql)) return false;
  if (/^INSERT INTO/.test(sql)) return !/\(host, /.test(sql);
  return !/WHERE \(?host\b/.test(sql.replace(/\s+/g, ' '));
}
