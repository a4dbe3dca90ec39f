/**
 * Stops V8 from optimising undici's WebAssembly parser. The optimisation takes longer than our few requests, and the exit
 * of the process waits for it. The setting affects the whole process, so the library must not make it for its callers.
 */
export async function disableWasmOptimisation(): Promise<void> {
  const { setFlagsFromString } = await import('node:v8');
  setFlagsFromString('--wasm-tiering-budget=1000000000');
}
