"""The command line: one table of commands, one place where errors become exit codes.

Exit codes: 0 done, 2 bad input (the sentence goes to stderr), 1 broken.
"""

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

from dispatch.errors import BadInput

# Each module offers ``add_to(subparsers)``; it is imported only when its command is called, so that `city info` does
# not wait for a server.
COMMANDS = {
    "serve": "dispatch.terminal.serve",
    "demo": "dispatch.terminal.serve",
    "city": "dispatch.terminal.city",
    "route": "dispatch.terminal.travel",
    "matrix": "dispatch.terminal.travel",
    "rank": "dispatch.terminal.travel",
    "nearest": "dispatch.terminal.travel",
    "reach": "dispatch.terminal.travel",
    "tracks": "dispatch.terminal.tracks",
    "assess": "dispatch.terminal.protocols",
    "protocols": "dispatch.terminal.protocols",
    "simulate": "dispatch.terminal.simulate",
    "exchange": "dispatch.terminal.exchange",
    "monitor": "dispatch.terminal.monitor",
    "roster": "dispatch.terminal.roster",
    "journal": "dispatch.terminal.journal",
    "erase": "dispatch.terminal.erase",
    "record": "dispatch.terminal.record",
    "bench": "dispatch.terminal.bench.command",
}


SERVERS = ("serve", "demo")


def parser_for(command: str) -> argparse.ArgumentParser:
    """Build the parser of one command and its neighbours in the same module; of all, to help with an unknown one."""
    parser = argparse.ArgumentParser(prog="greenchannel")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="{" + ",".join(COMMANDS) + "}")
    for module in [COMMANDS[command]] if command in COMMANDS else dict.fromkeys(COMMANDS.values()):
        import_module(module).add_to(subparsers)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; a server that was the process itself ends it here."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    parsed = parser_for(arguments[0] if arguments else "").parse_args(arguments)
    try:
        code = int(parsed.run(parsed))
    except BadInput as refusal:
        print(f"greenchannel: {refusal}", file=sys.stderr)  # noqa: T201 - a command line speaks on stderr
        return 2
    if argv is None and arguments[0] in SERVERS:
        _end_at_once(code)
    return code


def _end_at_once(code: int) -> NoReturn:
    """End the process: all is durable and closed by now, and freeing a city object by object takes seconds."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    sys.exit(main())
