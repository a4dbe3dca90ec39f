/** Whether a value of `--db` or `--to` is a PostgreSQL database. A file of its own, because every start needs it. */
export const isPostgresUrl = (text: string): boolean => /^postgres(?:ql)?:\/\//i.test(text);
