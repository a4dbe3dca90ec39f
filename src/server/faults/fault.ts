import type { Seconds } from '../../domain/model.ts';

/** The kinds of faults without a value. */
export type PlainFaultKind =
  | 'reset'
  | 'truncate'
  | 'malformed'
  | 'empty'
  | 'no-role'
  | 'frozen'
  | 'alternate'
  | 'renew';

/** What a fault does. A null value means the default that `FAULT_DEFINITIONS` documents. */
export type FaultEffect =
  | { [K in PlainFaultKind]: { kind: K } }[PlainFaultKind]
  | { kind: 'status'; status: number }
  /** Null: never respond. */
  | { kind: 'stall'; milliseconds: number | null }
  | { kind: 'body'; text: string }
  /** Null: remove the header. */
  | { kind: 'header'; name: string; value: string | null }
  | { kind: 'redirect'; location: string }
  | { kind: 'error'; code: string | null }
  /** Null: remove the field. */
  | { kind: 'field'; name: string; value: string | null }
  | { kind: 'expired'; age: Seconds }
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
