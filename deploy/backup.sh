#!/bin/sh
# A nightly backup: written, restored into a scratch folder, compared; then the oldest are removed.
# BACKUPS: folder, at best of another disk. KEEP_BACKUPS: how many are kept (30). A failure is an exit code and an entry
# of the system's journal, and removes nothing.
set -eu
umask 077
here=$(dirname "$0")/..
folder=${BACKUPS:?BACKUPS names the folder of the backups}
keep=${KEEP_BACKUPS:-30}
mkdir -p "$folder"
new="$folder/biaochi-$(date +%Y-%m-%d-%H%M%S).zip"
"$here/.venv/bin/biaochi" backup "$new" --verify
sha256sum "$new" > "$new.sha256"
# Names hold the date, so the order of names is that of days.
ls "$folder" | grep '^biaochi-.*\.zip$' | sort -r | tail -n +"$((keep + 1))" | while read -r old; do
  rm -f "$folder/$old" "$folder/$old.sha256"
done
