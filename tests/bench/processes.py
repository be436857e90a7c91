"""Processes of a benchmark: servers, peers and the load; each ended by its own pid."""

import contextlib
import json
import pathlib
import re
import subprocess
import sys
import time

_LISTENING = re.compile(r"^listening grpc=(\S+) http=(\S+)$", re.MULTILINE)
# Nothing of a benchmark takes longer; passing it means that something hangs.
LOAD_SECONDS = 3600
START_SECONDS = 120
STOP_SECONDS = 30


def say(text):
    """Progress, for people: standard error."""
    print(f"bench: {text}", file=sys.stderr, flush=True)


class Failure(Exception):
    """Something could not be measured."""


class Process:
    """A server that runs until stop(). `options` go to Popen, e.g. another user."""

    def __init__(self, name, command, folder, **options):
        self.name = name
        self.command = [str(word) for word in command]
        self._folder = pathlib.Path(folder)
        self._options = options
        self._process = None
        self.address = self.http = None
        self.start_seconds = None

    def start(self):
        begin = time.monotonic()
        out = self._folder / f"{self.name}.out"
        with open(out, "wb") as stdout, open(self._folder / f"{self.name}.log", "ab") as log:
            self._process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=stdout,
                                             stderr=log, **self._options)
        self._begin = begin
        return self

    def start_listening(self):
        """Starts it, waits for its `listening` line, and notes how long that took."""
        self.start()
        out = self._folder / f"{self.name}.out"

        def line():
            if self._process.poll() is not None:
                raise Failure(f"{self.name} ended at its start:\n{self.log()[-2000:]}")
            return _LISTENING.search(out.read_text(encoding="utf-8"))
        match = wait_until(f"{self.name} listens", line, START_SECONDS, pause=0.002)
        self.start_seconds = time.monotonic() - self._begin
        self.address, self.http = match.groups()
        return self

    @property
    def running(self):
        return self._process is not None and self._process.poll() is None

    def log(self):
        return (self._folder / f"{self.name}.log").read_text(encoding="utf-8", errors="replace")

    def memory_mib(self):
        """Resident memory: all of it, and the part that is its own and not pages of files."""
        status = pathlib.Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii")
        kib = {name: int(value) for name, value in
               re.findall(r"^(VmRSS|RssAnon):\s+(\d+) kB", status, re.MULTILINE)}
        return kib["VmRSS"] / 1024, kib["RssAnon"] / 1024

    def stop(self):
        """Ends it in order; what does not end is killed."""
        if self._process is None:
            return
        if self.running:
            self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_SECONDS)
            return
        say(f"{self.name} does not end and is killed")
        self._process.kill()
        self._process.wait(STOP_SECONDS)


def wait_until(what, condition, timeout, pause=0.01):
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise Failure(f"waited {timeout} s in vain until {what}")
        time.sleep(pause)


class Load:
    """Runs `kopa-bench`."""

    def __init__(self, program):
        self._program = program

    def command(self, measurement, **flags):
        words = [str(self._program), measurement]
        for name, value in flags.items():
            words += [f"--{name.replace('_', '-')}", str(value)]
        return words

    def run(self, measurement, **flags):
        """The figures that it printed."""
        return self.finish(self.begin(measurement, **flags))

    def begin(self, measurement, **flags):
        return subprocess.Popen(self.command(measurement, **flags), stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, text=True)

    def finish(self, process):
        try:
            out, _ = process.communicate(timeout=LOAD_SECONDS)
        except BaseException:
            process.kill()
            process.wait()
            raise
        if process.returncode != 0:
            raise Failure(f"{' '.join(process.args)} ended with {process.returncode}")
        return json.loads(out) if out.strip() else None
