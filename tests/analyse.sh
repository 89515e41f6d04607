#!/bin/sh
# cppcheck over the product. What is switched off, and why:
#   missingIncludeSystem     cppcheck is not given the system's headers; it knows libc by itself
#   unusedFunction is not asked for: the unit tests and the next commands use what the program does not yet
#   constParameterCallback   the signature of a command, a format or a report is fixed by its table
#   normalCheckLevelMaxBranches  says only that it thought less about long functions
#   readdirCalled            readdir is safe on a stream of one's own; readdir_r is deprecated
#   nullPointerArithmetic    does not follow arena_grow, which returns memory where there was none
#   identicalInnerCondition  takes a filled cache slot for the empty one tested before
#   autoVariables in run     the plan is the caller's, but is used only while this function runs
#   autoVariables in gate_measure and trial, the same
#   invalidFunctionArg in arena, mmap's descriptor is -1 for memory without a file
set -eu
cppcheck --quiet --std=c11 --library=posix --platform=unix64 --error-exitcode=1 -j 2 -I . -D_GNU_SOURCE -D__GNUC__ \
    --enable=warning,performance,portability --inline-suppr \
    --suppress=missingIncludeSystem --suppress=constParameterCallback --suppress=normalCheckLevelMaxBranches \
    --suppress=readdirCalled --suppress=autoVariables:gate/commands/run_command.c \
    --suppress=autoVariables:gate/commands/gate_measure.c --suppress=autoVariables:gate/commands/trial.c \
    --suppress=invalidFunctionArg:runners/base/arena.c --suppress=nullPointerArithmetic --suppress=identicalInnerCondition \
    stats runners gate
