"""The command `biaochi`, and `python -m cli`, which is the same."""

import sys

import settings
from cli.wrong_setting import report


def main() -> None:
    """Run the command. The folders of BIAOCHI_SCHEMES are read as soon as commands are imported, hence in here."""
    try:
        from cli.main import main as run
    except settings.InvalidSettingError as refused:
        sys.exit(report(refused, sys.argv[1:]))
    run()


if __name__ == "__main__":
    main()
