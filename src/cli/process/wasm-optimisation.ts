/**
 * Tells V8 never to optimise undici's WebAssembly parser: it would do so in the background for longer than our few
 * requests take, and the exit of the process waits for it. Here and not beside undici, because it holds for the whole
 * process, and whoever uses the library has one of their own.
 */
export async function disableWasmOptimisation(): Promise<void> {
  const { setFlagsFromString } = await import('node:v8');
  setFlagsFromString('--wasm-tiering-budget=1000000000');
}
