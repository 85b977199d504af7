#!/usr/bin/env bash
# Proves that nothing was installed by hand: a clone in an empty folder, an empty home and
# caches, a minimal environment, then the same script that CI runs.
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
git clone --quiet "$root" "$scratch/checkout/main"
if [ -d "$root/../shared" ]; then
  ln -s "$(cd "$root/../shared" && pwd)" "$scratch/checkout/shared"
fi
mkdir "$scratch/home" "$scratch/tmp"
# What the machine's package clients were told (indexes, certificates) is theirs, not ours.
keep=()
while IFS='=' read -r name _; do
  case "$name" in
    PIP_* | UV_* | npm_config_* | NPM_CONFIG_* | SSL_CERT_* | NODE_EXTRA_CA_CERTS | *_proxy | *_PROXY)
      keep+=("$name=${!name}")
      ;;
  esac
done < <(env)
if [ -f "$HOME/.npmrc" ]; then
  keep+=("NPM_CONFIG_USERCONFIG=$HOME/.npmrc")
fi
env -i "${keep[@]}" HOME="$scratch/home" TMPDIR="$scratch/tmp" PATH="$PATH" CI=true \
  LANG=C.UTF-8 bash "$scratch/checkout/main/.ci/run" </dev/null
