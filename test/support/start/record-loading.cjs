// Preloaded with `node --require`: writes to LOADING_LOG which modules of Node a run has loaded, and which functions
// that need ICU it has called.
const { writeFileSync } = require('node:fs');

const usedIcu = new Set();

/** Replaces a property by one that records its use. */
function watch(owner, name) {
  const value = owner[name];
  Object.defineProperty(owner, name, {
    configurable: true,
    get() {
      usedIcu.add(name);
      return value;
    },
  });
}

watch(globalThis, 'Intl');
for (const { prototype } of [Number, BigInt, Date, Array, String])
  for (const name of Object.getOwnPropertyNames(prototype))
    if (/[lL]ocale|^normalize$/.test(name)) watch(prototype, name);

globalThis.RegExp = new Proxy(RegExp, {
  construct(target, args, newTarget) {
    if (/\\p\{/i.test(String(args[0]?.source ?? args[0]))) usedIcu.add('RegExp');
    return Reflect.construct(target, args, newTarget);
  },
});

process.on('exit', () => {
  const modules = process.moduleLoadList
    .filter((name) => name.startsWith('NativeModule '))
    .map((name) => name.slice('NativeModule '.length));
  writeFileSync(process.env.LOADING_LOG, JSON.stringify({ modules, usedIcu: [...usedIcu] }));
});
