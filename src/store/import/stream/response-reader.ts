import { hasSecretForm } from '../../../key-id.ts';
import { parseRole } from '../documents/document.ts';
import { findStatusReason } from '../lines/failures.ts';
import { readWholeTimestamp } from '../timestamps/families.ts';
import type { Assembler } from './assembler.ts';

const STATUS_LINE = /^(?:< |\s+)?HTTP\/[\d.]+ (\d{3})/;
const DATE_HEADER = /^(?:< |\s+)?date: *(\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT)\s*$/i;
/** The headers of Invoke-WebRequest: `{[Connection, close], [Date, …], …}`. */
const DATE_IN_LIST = /^Headers\s*: .*\[Date, (\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT)\]/;
const HEADER = /^(?:< |\s+)?[\w-]+: /;
/** Nothing follows the role. In the place of a role, a token with a slash is not a role. */
const ROLE_PATH = /\/security-credentials\/([\w+=,.@-]+)(\/?)(?![\w+=,.@/-])/;

/** Reads status lines, `Date` headers and request paths, as `curl -i` and `curl -v` print them. */
export class ResponseReader {
  readonly #assembler: Assembler;
  /** Whether the line is between the status line of a response and its body. */
  #isInHeaders = false;
  #status = 0;

  constructor(assembler: Assembler) {
    this.#assembler = assembler;
  }

  /** Returns false if the line does not belong to the headers. */
  readLine(text: string, line: number): boolean {
    const [, role, slash] = text.includes('/security-credentials/') ? (ROLE_PATH.exec(text) ?? []) : [];
    if (role !== undefined && parseRole(role) !== null && !hasSecretForm(`${role}${slash}`))
      this.#assembler.setRequestedRole(role);
    const [, status] = text.includes('HTTP/') ? (STATUS_LINE.exec(text) ?? []) : [];
    if (status !== undefined) {
      this.finish(line);
      this.#isInHeaders = true;
      this.#status = Number(status);
      return true;
    }
    const [, date] = text.length < 80 ? (DATE_HEADER.exec(text) ?? []) : (DATE_IN_LIST.exec(text) ?? []);
    if (date !== undefined) {
      const found = readWholeTimestamp(date);
      if (found !== null) this.#assembler.setDate(found.wall);
      return true;
    }
    if (!this.#isInHeaders) return false;
    if (/^<\s*$/.test(text)) this.finish(line);
    return !this.#isInHeaders || HEADER.test(text);
  }

  /** Must be called after the headers. A response with an error status is a failed poll. */
  finish(line: number): void {
    if (!this.#isInHeaders) return;
    this.#isInHeaders = false;
    if (this.#status >= 400) this.#assembler.addFailure(findStatusReason(this.#status), null, line);
  }
}
