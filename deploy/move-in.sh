#!/bin/sh
# On the new machine: what move-out.sh packed, into an empty store. Use: deploy/move-in.sh FILE.tar SHA256
set -eu
umask 077
here=$(cd "$(dirname "$0")/.." && pwd)
file=${1:?Use: deploy/move-in.sh FILE.tar SHA256}
wanted=${2:?Use: deploy/move-in.sh FILE.tar SHA256}
store=${BIAOCHI_STORE:-$here/var}
accounts=${BIAOCHI_ACCOUNTS:-$store-accounts}
echo "$wanted  $file" | sha256sum -c -
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
tar -C "$scratch" -xf "$file"
if [ -e "$accounts/accounts.json" ]; then
  echo "There are accounts in $accounts already. 该目录已有账号，未作改动。" >&2
  exit 2
fi
"$here/.venv/bin/biaochi" --store "$store" restore "$scratch/store.zip"
if [ -n "$(ls "$scratch/accounts")" ]; then
  mkdir -p "$accounts"
  cp "$scratch/accounts/"* "$accounts/"
fi
"$here/.venv/bin/biaochi" --store "$store" check
"$here/.venv/bin/biaochi" --store "$store" --lang en releases --format csv | sed -n 2p | cmp - "$scratch/release.csv"
echo "Moved: the store is the same. 迁移完成，内容一致。"
