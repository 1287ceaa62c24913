"""`python -m cli`: the same as the command `biaochi`."""

from cli.entry import main

main()
