"""Runs the repository's scripts with the programs under test, beside the source tree."""

import os
import pathlib
import shutil
import subprocess
import tempfile

from server import environment

SOURCE = pathlib.Path(os.environ.get("KOPA_SOURCE_DIR",
                                     pathlib.Path(__file__).resolve().parents[2]))


class Workspace:
    """A folder that looks like the repository's root: links to all of it, and a copy of data/,
    beside whose files `kopa submit` leaves rejected rows."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="kopa-workspace-"))
        self.root = self.folder / "kopa"
        self.root.mkdir()
        (self.folder / "run").mkdir(mode=0o700)
        for path in SOURCE.iterdir():
            if path.name == "data":
                shutil.copytree(path, self.root / path.name)
            else:
                (self.root / path.name).symlink_to(path)

    def run(self, script, timeout):
        """Runs a bash script in the root; -e, so that the first failing command ends it."""
        binaries = os.environ["KOPA_BIN_DIR"]
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script], cwd=self.root, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8",
                              timeout=timeout,
            check=False, env=environment(self.folder, KOPA_BIN_DIR=binaries,
                                         XDG_RUNTIME_DIR=str(self.folder / "run"),
                                         PATH=f"{binaries}{os.pathsep}{os.environ['PATH']}"))

    def close(self):
        """Ends a demo that was kept, and removes the folder."""
        stopped = self.run("scripts/demo --stop", timeout=60)
        shutil.rmtree(self.folder, ignore_errors=True)
        assert stopped.returncode == 0, stopped.stdout
