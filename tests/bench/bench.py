"""Measures Kopa and what it is compared with; scripts/bench builds the programs and calls this.

Lines go to standard output, progress to standard error. Everything runs in one temporary folder, on the file
system that --folder names, and is ended and removed whatever happens.
"""

import argparse
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

from lines import Lines
from measurements import Measurements, Sizes
from processes import Failure, say
from scale import Scale

SCALE_ROWS = 1_000_000
# Where these lie in memory a durable write costs nothing, and no figure means anything.
IN_MEMORY = ("tmpfs", "ramfs")


def read_arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="small sizes: within a minute")
    parser.add_argument("--scale", action="store_true",
                        help="growth instead: a million applications at a node, ten at a centre")
    parser.add_argument("--only", metavar="NAME", help="only lines whose name has this in it")
    parser.add_argument("--rows", type=int, metavar="N",
                        help="applications of a bulk submission; with --scale, of the largest node")
    parser.add_argument("--folder", default=tempfile.gettempdir(), metavar="DIR",
                        help="where data may lie while it runs; default: %(default)s")
    parser.add_argument("--binaries", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--source", required=True, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.rows is not None and arguments.rows < 1000:
        parser.error("--rows is at least 1000")
    return arguments


def refuse_memory(folder):
    kind = subprocess.run(["stat", "-f", "-c", "%T", folder], capture_output=True, text=True,
                          check=True).stdout.strip()
    if kind in IN_MEMORY:
        raise Failure(f"{folder} lies in memory ({kind}): name a folder on a disk with --folder")


def interrupted(_number, _frame):
    raise KeyboardInterrupt


def main():
    arguments = read_arguments()
    signal.signal(signal.SIGTERM, interrupted)
    refuse_memory(arguments.folder)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="kopa-bench-", dir=arguments.folder))
    # PostgreSQL's own user has to pass through; what lies inside is closed by each program itself.
    folder.chmod(0o711)
    lines = Lines(arguments.only)
    if arguments.scale:
        bench = Scale(arguments.binaries, folder, arguments.rows or SCALE_ROWS, lines,
                      arguments.source)
    else:
        bench = Measurements(arguments.binaries, folder,
                             Sizes.of(arguments.rows, arguments.quick), lines)
    try:
        bench.run()
    finally:
        bench.close()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        say(str(failure))
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
