#!/usr/bin/env bash
# faults.sh PROGRAM MPIRUN NUMBER_FLAG FOLDER: a world without MPI; a rank that is killed, which ends all, and leaves the
# record that was saved last.
set -euo pipefail
program=$1 mpirun=$2 flag=$3 folder=$4
"$program" uninitialised
rm -f "$folder/record"
if timeout 60 "$mpirun" "$flag" 3 "$program" killed "$folder/record" >"$folder/killed.log" 2>&1; then
  echo "mpirun did not fail, though a rank was killed"
  exit 1
elif [ $? -eq 124 ]; then
  echo "the other ranks waited for the killed one"
  exit 1
fi
"$program" read "$folder/record"
