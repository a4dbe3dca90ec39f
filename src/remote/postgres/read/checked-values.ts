import { CredWatchError } from '../../../errors.ts';
import { isStoredFraction, isStoredNumber, isStoredText } from '../../stored-values.ts';

/** A row as the driver returns it. */
export type Row = Readonly<Record<string, unknown>>;

/** Reads values of one table. Every value is checked, because other programs can write to the database. */
export class CheckedTable {
  readonly #database: string;
  readonly #table: string;

  /** @param database for messages */
  constructor(database: string, table: string) {
    this.#database = database;
    this.#table = table;
  }

  /** A whole number. NaN for NULL. */
  optional(row: Row, column: string): number {
    const value = row[column];
    if (value === null) return Number.NaN;
    if (isStoredNumber(value)) return value;
    throw this.createError(column);
  }

  number(row: Row, column: string): number {
    const value = this.optional(row, column);
    if (Number.isNaN(value)) throw this.createError(column);
    return value;
  }

  /** A whole number that is not negative. */
  count(row: Row, column: string): number {
    const value = this.number(row, column);
    if (value < 0) throw this.createError(column);
    return value;
  }

  nullable(row: Row, column: string): number | null {
    const value = this.optional(row, column);
    return Number.isNaN(value) ? null : value;
  }

  /** A number that is not negative, with a fraction. Null for NULL. */
  fraction(row: Row, column: string): number | null {
    const value = row[column];
    if (value === null || isStoredFraction(value)) return value;
    throw this.createError(column);
  }

  flag(row: Row, column: string): boolean {
    const value = row[column];
    if (typeof value === 'boolean') return value;
    throw this.createError(column);
  }

  text(row: Row, column: string, maxLength?: number): string {
    const value = row[column];
    if (isStoredText(value, maxLength)) return value;
    throw this.createError(column);
  }

  oneOf<T extends string>(row: Row, column: string, names: readonly T[]): T {
    const value = row[column];
    const found = names.find((name) => name === value);
    if (found === undefined) throw this.createError(column);
    return found;
  }

  createError(column: string): CredWatchError {
    return new CredWatchError(
      `${this.#database} has an invalid value in ${this.#table}.${column}`,
      'another program has changed the table, or a newer version of cred-watch has written to it',
      { code: 'DATABASE_DAMAGED' },
    );
  }
}
