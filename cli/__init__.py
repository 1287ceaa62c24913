"""The command line: `biaochi [--store DIR] [--lang zh|en] COMMAND`.

Results go to stdout, messages to stderr. The exit codes are a contract with scripts: see cli/context.py.
Heavy libraries are imported inside the commands, so that help and wrong usage answer at once.
"""
