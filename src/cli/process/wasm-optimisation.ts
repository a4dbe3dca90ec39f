import { setFlagsFromString } from 'node:v8';

/** The types of Node have only the types of this object. */
declare const WebAssembly: { Module: new (bytes: Uint8Array) => object };

/** The defaults of V8, by the major version of Node. V8 cannot be asked for the value of a flag. */
export const DEFAULT_TIERING_BUDGETS: ReadonlyMap<string, number> = new Map([
  ['20', 1_800_000],
  ['22', 13_000_000],
  ['24', 13_000_000],
  ['26', 13_000_000],
]);

/**
 * Stops V8 from optimising undici's WebAssembly parser. The optimisation takes longer than our few requests,
 * and delays the exit. Affects only the next module that is compiled, which is the parser. The flag must have
 * its default value at all other times: V8 rejects every code cache, including that of Node's own modules, if
 * a flag has changed.
 */
export function disableWasmOptimisation(): void {
  const [major = ''] = process.versions.node.split('.');
  const budget = DEFAULT_TIERING_BUDGETS.get(major);
  // Without WebAssembly (`node --jitless`), the request reports the error.
  if (isDisabled || budget === undefined || typeof WebAssembly === 'undefined') return;
  isDisabled = true;
  const { Module } = WebAssembly;
  WebAssembly.Module = new Proxy(Module, {
    construct(target, args) {
      WebAssembly.Module = Module;
      setFlagsFromString('--wasm-tiering-budget=1000000000');
      try {
        return Reflect.construct(target, args);
      } finally {
        setFlagsFromString(`--wasm-tiering-budget=${budget}`);
      }
    },
  });
}

/** A process compiles the parser only once. */
let isDisabled = false;

const TIERING_FLAGS = ['wasm-dynamic-tiering', 'wasm-tier-up'];

/**
 * Stops V8 from ever optimising the parser, for a process that makes many requests. Even the budget of
 * {@link disableWasmOptimisation} lasts for only about 60 polls, and the optimisation then takes 36 MB of
 * memory. Until disposal, V8 loads other code without its code cache, which is slower.
 */
export function disableWasmTiering(): Disposable {
  for (const flag of TIERING_FLAGS) setFlagsFromString(`--no-${flag}`);
  return {
    [Symbol.dispose]() {
      for (const flag of TIERING_FLAGS) setFlagsFromString(`--${flag}`);
    },
  };
}
