"""`bowerbird` as a process: what is there before the command line is imported, which takes a while."""

import os
import sys


def main() -> None:
    _open_closed_streams()
    try:
        from bowerbird.cli.main import main as command_line  # noqa: PLC0415  # takes a while

        command_line()
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        sys.exit(130)


def _open_closed_streams() -> None:
    """Where the parent closed a stream, nobody listens; nor shall the next file that is opened take its place."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115


if __name__ == "__main__":
    main()
