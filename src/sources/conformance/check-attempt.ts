import type { CheckFailure, CheckOutcome, FailureFact } from '../../domain/conformance/check-result.ts';
import type { ClientEffect } from '../../domain/conformance/clients.ts';
import type { ConformanceCheck } from '../../domain/conformance/conformance-check.ts';
import type { HttpResponse } from '../http/exchange.ts';
import { isThrottled } from '../http/status.ts';
import { SkippedCheck, UnknownCheck } from './check-errors.ts';
import type { Exchange, Prober } from './exchanges/prober.ts';

/** Makes one check, and adds its failures to the attempt. */
export type CheckFunction = (attempt: CheckAttempt) => Promise<void>;

/** The state of one check while it runs. */
export class CheckAttempt {
  readonly #check: ConformanceCheck;
  readonly #prober: Prober;
  readonly #exchanges = new Set<number>();
  readonly #failures: CheckFailure[] = [];

  constructor(check: ConformanceCheck, prober: Prober) {
    this.#check = check;
    this.#prober = prober;
  }

  get exchangeNumbers(): number[] {
    return [...this.#exchanges].sort((one, other) => one - other);
  }

  get hasFailed(): boolean {
    return this.#failures.length > 0;
  }

  /** The exchange is shown with the result. */
  use(exchange: Exchange): Exchange {
    this.#exchanges.add(exchange.number);
    return exchange;
  }

  /**
   * Returns the response. Without a response, the check fails and ends.
   * @throws UnknownCheck if no connection was possible
   */
  requireResponse(exchange: Exchange, effects?: readonly ClientEffect[]): HttpResponse {
    this.use(exchange);
    if (exchange.response !== null) return exchange.response;
    const reason = exchange.failure?.reason ?? 'connection-closed';
    // The endpoint did not get the request, so nothing is known about the check.
    if (reason === 'connection-failed') throw new UnknownCheck({ code: 'NO_RESPONSE', reason });
    throw new UnansweredRequest({ code: 'NO_RESPONSE', reason }, exchange, effects);
  }

  /** @param effects replaces the usual effects of the check */
  fail(fact: FailureFact, exchange: Exchange | null, effects?: readonly ClientEffect[]): void {
    if (exchange !== null) this.use(exchange);
    this.#failures.push({
      ...fact,
      exchange: exchange?.number ?? null,
      effects: effects ?? this.#check.effects,
    });
  }

  /**
   * Returns whether the response has one of the expected statuses.
   * @throws UnknownCheck if the endpoint throttles, which says nothing about the check
   */
  expectStatus(exchange: Exchange, expected: readonly number[], effects?: readonly ClientEffect[]): boolean {
    const { status } = this.requireResponse(exchange, effects);
    if (expected.includes(status)) return true;
    if (isThrottled(status)) throw new UnknownCheck({ code: 'THROTTLED' });
    this.fail({ code: 'UNEXPECTED_STATUS', status, expected }, exchange, effects);
    return false;
  }

  /** A text of the endpoint for a failure: one line without secrets. */
  quote(text: string): string {
    return this.#prober.secrets.redact(text);
  }

  async run(make: CheckFunction): Promise<CheckOutcome> {
    try {
      await make(this);
    } catch (error) {
      if (error instanceof SkippedCheck) {
        if (!this.hasFailed) return { outcome: 'skipped', reason: error.reason };
      } else if (error instanceof UnansweredRequest) this.fail(error.fact, error.exchange, error.effects);
      else if (!(error instanceof UnknownCheck)) throw error;
      else if (!this.hasFailed) return { outcome: 'unknown', reason: error.reason };
    }
    return this.hasFailed ? { outcome: 'failed', failures: this.#failures } : { outcome: 'passed' };
  }
}

/** A request of the check got no response, so the check has failed. */
class UnansweredRequest extends Error {
  readonly fact: FailureFact;
  readonly exchange: Exchange;
  readonly effects: readonly ClientEffect[] | undefined;

  constructor(fact: FailureFact, exchange: Exchange, effects: readonly ClientEffect[] | undefined) {
    super(fact.code);
    this.effects = effects;
    this.fact = fact;
    this.exchange = exchange;
  }
}
