#!/usr/bin/env bash
# Packs the package, installs it with each supported Node, runs the main commands, and uses the library from
# ES modules, CommonJS and TypeScript. On the first Node, it also uses the matchers of vitest and Jest.
# The Node binaries come from npm, so the machine needs only one Node.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

case "$(uname -m)" in x86_64) arch=x64 ;; aarch64) arch=arm64 ;; *) echo "no Node binaries for $(uname -m)" >&2; exit 1 ;; esac
tarball=$(cd "$root" && npm pack --silent --pack-destination "$work" | tail -n 1)

versions=${NODE_VERSIONS:-20 22 24 26}
first=${versions%% *}
for version in $versions; do
  mkdir -p "$work/node-$version" "$work/user-$version"
  npm install --silent --no-save --prefix "$work/node-$version" "node-linux-$arch@$version"
  bin="$work/node-$version/node_modules/node-linux-$arch/bin"
  npm_cli=$(readlink -f "$(command -v npm)")
  # npm chooses the version of better-sqlite3 for the Node that runs npm, and compiles the addon if necessary.
  (
    cd "$work/user-$version"
    export PATH="$bin:$PATH"
    printf '{"name":"user","private":true,"allowScripts":{"better-sqlite3":true}}\n' > package.json
    # From Node 22 on, better-sqlite3 contains its addon, so no script and no compiler has to run.
    options=(--silent)
    if [ "$version" -ge 22 ]; then options+=(--ignore-scripts); fi
    node "$npm_cli" install "${options[@]}" "$work/$tarball"
    cred_watch="node node_modules/.bin/cred-watch"
    export XDG_CACHE_HOME="$PWD/cache"
    mkdir -m 700 cache
    # Nothing listens at the proxy, so a request through it would fail.
    HTTP_PROXY=http://127.0.0.1:9 http_proxy=http://127.0.0.1:9 NODE_USE_ENV_PROXY=1 \
      node "$root/fixtures/demo.mjs" node_modules/cred-watch/bin/cred-watch.js > demo.txt
    grep -q '4h 59m 36s just before the rotation at 2015-11-18 08:03:35Z' demo.txt
    grep -q '^  verdict  *safe so far: a 45s job' demo.txt
    # Nothing listens on the discard port, so the poll fails and is recorded.
    code=0
    AWS_EC2_METADATA_SERVICE_ENDPOINT=http://127.0.0.1:9/ $cred_watch poll --db samples.db 2> poll.txt || code=$?
    [ "$code" = 1 ]
    grep -q '^error: unreachable' poll.txt
    cp "$root"/test/package/uses-library.* .
    $cred_watch import "$root/fixtures/curl.log" --host linux --db logs.db > import.txt
    export AWS_EC2_METADATA_SERVICE_ENDPOINT=http://127.0.0.1:9/ CRED_WATCH_DB="$PWD/logs.db"
    HOME="$PWD" node uses-library.mjs
    HOME="$PWD" node uses-library.cjs
    cp uses-library.mjs uses-library.mts
    node "$root/node_modules/typescript/bin/tsc" --ignoreConfig --noEmit --strict --target es2022 --module nodenext \
      uses-library.mts
    if [ "$version" = "$first" ]; then
      ln -s "$root/node_modules/vitest" node_modules/vitest
      printf "export default { test: { include: ['uses-library.vitest.mjs'] } };\n" > vitest.config.mjs
      node node_modules/vitest/vitest.mjs run > vitest.txt || { cat vitest.txt; exit 1; }
      node "$npm_cli" install --silent --no-save jest@30
      node node_modules/jest/bin/jest.js --testMatch '**/uses-library.jest.cjs' 2> jest.txt || { cat jest.txt; exit 1; }
      # npm links the man page only if package.json lists it in an array.
      node "$npm_cli" install --silent --global --ignore-scripts --prefix "$work/global" "$work/$tarball"
      [ -e "$work/global/share/man/man1/cred-watch.1" ]
    fi
    if [ "$version" -lt 22 ]; then
      # Without install scripts, this Node has no addon.
      node "$npm_cli" install --silent --ignore-scripts --prefix no-addon "$work/$tarball"
      code=0
      node no-addon/node_modules/.bin/cred-watch report --db logs.db 2> no-addon.txt || code=$?
      [ "$code" = 2 ]
      grep -q '^error: the SQLite addon of better-sqlite3 is not installed$' no-addon.txt
      grep -q '^hint: install cred-watch with Node 22 or later, which needs no compiler' no-addon.txt
    fi
    # The second run writes the code cache, and the third run uses it. Only the fields that depend on the time of
    # the run may differ.
    for run in first second third; do
      $cred_watch report --db logs.db -f json | grep -vE '"(generated_at|newest_sample_age_seconds)"' > "$run.json"
    done
    cmp first.json third.json
    [ "$(find cache/cred-watch -name 'report-*.v8-cache' -size +50k | wc -l)" = 1 ]
    # The HTML report is in a separate file, which is loaded on demand.
    $cred_watch report --db samples.db -f html -o report.html
    grep -q '^<!doctype html>' report.html
    echo "node $(node --version) with better-sqlite3 $(node -p "require('better-sqlite3/package.json').version"): ok"
  )
done
