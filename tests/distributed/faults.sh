#!/usr/bin/env bash
# faults.sh PROGRAM MPIRUN NUMBER_FLAG FOLDER: a world without MPI; a rank that is killed, which ends all, and leaves the
# record that was saved last; a run that is killed, and goes on with another number of ranks.
set -euo pipefail
program=$1 mpirun=$2 flag=$3 folder=$4
"$program" uninitialised

# must_be_killed ARGUMENTS...: runs the program with 3 ranks, of which one is killed.
must_be_killed() {
  if timeout 60 "$mpirun" "$flag" 3 "$program" "$@" >"$folder/killed.log" 2>&1; then
    echo "mpirun did not fail, though a rank was killed"
    exit 1
  elif [ $? -eq 124 ]; then
    echo "the other ranks waited for the killed one"
    exit 1
  fi
}

rm -f "$folder/record"
must_be_killed killed "$folder/record"
"$program" read "$folder/record"

# Plans, partners and mixed rows of all steps: of one rank that is left alone, and of 3 ranks that are killed in step 6,
# of which 2 go on. The seed of the table's draws is the saved one, not the one that is given.
rm -rf "$folder/alone" "$folder/resumed"
mkdir -p "$folder/alone" "$folder/resumed"
"$mpirun" "$flag" 1 "$program" steps "$folder/alone" 77 -1
must_be_killed steps "$folder/resumed" 77 6
"$mpirun" "$flag" 2 "$program" steps "$folder/resumed" 5 -1 | tee "$folder/resumed.log"
grep -q '^from step [1-6]$' "$folder/resumed.log"
cmp "$folder/alone/run" "$folder/resumed/run"
