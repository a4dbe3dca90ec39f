/**
 * Whether a value of `--db` or `--to` is a PostgreSQL database. A file of its own, because every start needs it.
 * A URL with a typing error counts too: it can contain a password, and must never become the name of a file.
 */
export const isPostgresUrl = (text: string): boolean => /^\s*postgres(?:ql)?:/i.test(text);
