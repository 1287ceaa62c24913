"""`python -m cli`: the same as the command `biaochi`."""

from cli.main import main

main()
