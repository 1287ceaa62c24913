#!/bin/sh
# On the old machine: store and accounts in one file. Use: deploy/move-out.sh FILE.tar
# Stop the dashboard first. The file holds ballots and password hashes: carry it as such.
set -eu
umask 077
here=$(cd "$(dirname "$0")/.." && pwd)
file=${1:?Use: deploy/move-out.sh FILE.tar}
store=${BIAOCHI_STORE:-$here/var}
accounts=${BIAOCHI_ACCOUNTS:-$store-accounts}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$here/.venv/bin/biaochi" --store "$store" check
"$here/.venv/bin/biaochi" --store "$store" backup "$scratch/store.zip" --verify
mkdir "$scratch/accounts"
for name in accounts.json tokens.json; do
  if [ -f "$accounts/$name" ]; then cp "$accounts/$name" "$scratch/accounts/"; fi
done
"$here/.venv/bin/biaochi" --store "$store" --lang en releases --format csv | sed -n 2p > "$scratch/release.csv"
tar -C "$scratch" -cf "$file" store.zip accounts release.csv
sha256sum "$file"
