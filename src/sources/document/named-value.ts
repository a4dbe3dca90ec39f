/** A setting or variable. Messages contain the name and never the value. */
export interface NamedValue {
  name: string;
  /** Null if not set. Never `''`. */
  value: string | null;
}

/** The quotes are part of the value, for example after `docker run --env-file`. No SDK removes them. */
export const isQuoted = ({ value }: NamedValue): boolean => /^\s*(["']).*\1\s*$/s.test(value ?? '');
