import type { Seconds } from '../../domain/model.ts';

/** What goes wrong. Where a value may be left out, null stands for what {@link FAULT_DEFINITIONS} says. */
export type FaultEffect =
  | { kind: 'status'; status: number }
  | { kind: 'stall'; milliseconds: number | null }
  | { kind: 'reset' }
  | { kind: 'truncate' }
  | { kind: 'malformed' }
  | { kind: 'empty' }
  | { kind: 'body'; text: string }
  | { kind: 'header'; name: string; value: string | null }
  | { kind: 'redirect'; location: string }
  | { kind: 'error'; code: string | null }
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

/** A fault and when it strikes. Times are milliseconds after the start. */
export interface Fault {
  /** As somebody would write it. */
  spec: string;
  effect: FaultEffect;
  /** Part of the matching requests, 0 < share ≤ 1. */
  share: number;
  /** `*` stands for anything; null is every path. */
  path: string | null;
  from: number;
  until: number | null;
  /** How many requests at most; null for no end. */
  times: number | null;
}
