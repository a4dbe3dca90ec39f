import type { Seconds } from '../../domain/model.ts';

/** What a fault does. A null value means the default that `FAULT_DEFINITIONS` documents. */
export type FaultEffect =
  | { kind: 'status'; status: number }
  /** Null: never respond. */
  | { kind: 'stall'; milliseconds: number | null }
  | { kind: 'reset' }
  | { kind: 'truncate' }
  | { kind: 'malformed' }
  | { kind: 'empty' }
  | { kind: 'body'; text: string }
  /** Null: remove the header. */
  | { kind: 'header'; name: string; value: string | null }
  | { kind: 'redirect'; location: string }
  | { kind: 'error'; code: string | null }
  /** Null: remove the field. */
  | { kind: 'field'; name: string; value: string | null }
  | { kind: 'no-role' }
  | { kind: 'frozen' }
  | { kind: 'expired'; age: Seconds }
  | { kind: 'alternate' }
  | { kind: 'renew' }
  | { kind: 'throttle'; perSecond: number }
  | { kind: 'hop-limit'; resets: boolean }
  | { kind: 'token-lifetime'; seconds: Seconds }
  | { kind: 'clock-skew'; seconds: Seconds };

export type FaultKind = FaultEffect['kind'];

/** A fault and its conditions. Times are milliseconds since the start of the simulator. */
export interface Fault {
  /** The text of `--fault` for this fault. */
  spec: string;
  effect: FaultEffect;
  /** Probability that the fault applies to a matching request, 0 < share ≤ 1. */
  share: number;
  /** Pattern in which `*` matches any text; null matches every path. */
  path: string | null;
  from: number;
  /** Null: no end. */
  until: number | null;
  /** Largest number of affected requests; null: no limit. */
  times: number | null;
}
