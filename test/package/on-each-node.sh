#!/usr/bin/env bash
# Packs the package, installs it with each supported Node as a user would, and runs the main job with it.
# The Node binaries come from npm, so that the machine needs only one of its own.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

case "$(uname -m)" in x86_64) arch=x64 ;; aarch64) arch=arm64 ;; *) echo "no Node binaries for $(uname -m)" >&2; exit 1 ;; esac
tarball=$(cd "$root" && npm pack --silent --pack-destination "$work" | tail -n 1)

for version in ${NODE_VERSIONS:-20 22 24 26}; do
  mkdir -p "$work/node-$version" "$work/user-$version"
  npm install --silent --no-save --prefix "$work/node-$version" "node-linux-$arch@$version"
  bin="$work/node-$version/node_modules/node-linux-$arch/bin"
  npm_cli=$(readlink -f "$(command -v npm)")
  # npm chooses the line of better-sqlite3 by the Node that runs it, and compiles with it where it must.
  (
    cd "$work/user-$version"
    export PATH="$bin:$PATH"
    printf '{"name":"user","private":true,"allowScripts":{"better-sqlite3":true}}\n' > package.json
    node "$npm_cli" install --silent "$work/$tarball"
    cred_watch="node node_modules/.bin/cred-watch"
    # A proxy that is not there: whoever asked it would fail.
    HTTP_PROXY=http://127.0.0.1:9 http_proxy=http://127.0.0.1:9 NODE_USE_ENV_PROXY=1 \
      node "$root/fixtures/demo.mjs" node_modules/cred-watch/bin/cred-watch.js > demo.txt
    grep -q '4h 59m 36s just before the rotation at 2015-11-18 08:03:35Z' demo.txt
    grep -q '^  verdict  *safe: a 45s job' demo.txt
    # Nothing listens on the discard port: a failed poll is recorded and ends by itself.
    code=0
    AWS_EC2_METADATA_SERVICE_ENDPOINT=http://127.0.0.1:9/ $cred_watch poll --db samples.db 2> poll.txt || code=$?
    [ "$code" = 1 ]
    grep -q '^error: unreachable' poll.txt
    # The HTML report is a file of its own, loaded when it is wanted.
    $cred_watch report --db samples.db -f html -o report.html
    grep -q '^<!doctype html>' report.html
    echo "node $(node --version) with better-sqlite3 $(node -p "require('better-sqlite3/package.json').version"): good"
  )
done
