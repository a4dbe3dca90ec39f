/**
 * Stops V8 from optimising undici's WebAssembly parser. The optimisation takes longer than our few requests, and
 * delays the exit. The setting affects the whole process, so the library must not use it.
 */
export async function disableWasmOptimisation(): Promise<void> {
  const { setFlagsFromString } = await import('node:v8');
  setFlagsFromString('--wasm-tiering-budget=1000000000');
}
