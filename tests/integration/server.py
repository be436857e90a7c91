"""One server as a real process: started, stopped, killed and started again where it was."""

import os
import pathlib
import re
import signal
import subprocess
import time

START_SECONDS = 30
# CONTRACT.md gives a server 10 s from SIGTERM to its exit; a busy machine gets some more.
STOP_SECONDS = 20

_LISTENING = re.compile(r"^listening grpc=(\S+) http=(\S+)$", re.MULTILINE)


def binary(name):
    """The program that is tested. KOPA_BIN_DIR says where; ctest sets it."""
    folder = os.environ.get("KOPA_BIN_DIR")
    if not folder:
        raise RuntimeError("KOPA_BIN_DIR must say where kopa, kopa-node and kopa-central are")
    path = pathlib.Path(folder) / name
    if not path.exists():
        raise RuntimeError(f"{path} is missing: build it first")
    return str(path)


def environment(home, **more):
    """What a child process sees: nothing of the caller's own settings for Kopa."""
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith("KOPA_") and name not in ("XDG_CONFIG_HOME", "NO_COLOR")}
    kept["HOME"] = str(home)
    kept.update(more)
    return kept


class Server:
    """A server that keeps the address of its first start when it is started again.

    `host` is where it listens; `prefix` is put in front of its command line, e.g. to start it in
    another network namespace (it must become the server, so that the pid is the server's).
    `more_environment` may be changed between starts.
    """

    def __init__(self, name, program, folder, flags, host="127.0.0.1", prefix=(), data_folder=None,
                 more_flags=(), more_environment=None):
        self.name = name
        self.data_folder = pathlib.Path(data_folder or pathlib.Path(folder) / name)
        self.more_environment = dict(more_environment or {})
        self.address = None
        self.http_address = None
        self._program = program
        self._folder = pathlib.Path(folder)
        self._flags = [*flags, *more_flags]
        self._host = host
        self._prefix = list(prefix)
        self._process = None
        self._log_path = self._folder / f"{name}.log"
        self._out_path = self._folder / f"{name}.out"

    def add_flags(self, *flags):
        """More flags, from the next start on."""
        self._flags += flags

    @property
    def pid(self):
        return self._process.pid if self._process else None

    @property
    def running(self):
        return self._process is not None and self._process.poll() is None

    def command(self, subcommand="run"):
        """The command line, e.g. to start it a second time or to verify its folder."""
        plaintext = [] if "--tls-cert" in self._flags else ["--insecure"]
        return [binary(self._program), subcommand, "--data-dir", str(self.data_folder),
                "--listen", self.address or f"{self._host}:0",
                "--http", self.http_address or f"{self._host}:0", *plaintext, *self._flags]

    def verify_at_rest(self):
        """Runs the server's own `verify` on its folder: (exit code, what it said)."""
        done = subprocess.run([binary(self._program), "verify", "--data-dir",
                               str(self.data_folder)],
                              capture_output=True, text=True, timeout=60, check=False,
                              env=environment(self._folder))
        return done.returncode, done.stdout + done.stderr

    def start(self):
        """Starts it and waits until it listens. A port that is not free yet is tried again."""
        assert not self.running, f"{self.name} runs already"
        deadline = time.monotonic() + START_SECONDS
        while True:
            said_before = self._log_size()
            self._launch()
            line = self._wait_for_listening(deadline)
            if line:
                break
            said = self.log()[said_before:]
            if "bind" not in said.lower() and "address" not in said.lower():
                raise AssertionError(f"{self.name} ended at its start:\n{said}")
            if time.monotonic() > deadline:
                raise AssertionError(f"{self.name} did not get its port:\n{said}")
            time.sleep(0.2)
        self.address, self.http_address = line.groups()
        return self

    def start_and_end(self, timeout=START_SECONDS):
        """Starts it where it is expected to end by itself: its exit code, and what it said."""
        assert not self.running, f"{self.name} runs already"
        said_before = self._log_size()
        self._launch()
        return self.wait_for_end(timeout), self.log()[said_before:]

    def wait_for_end(self, timeout):
        """The exit code of a server that is expected to end by itself; -9 after SIGKILL."""
        try:
            return self._process.wait(timeout)
        except subprocess.TimeoutExpired as late:
            raise AssertionError(f"{self.name} still runs after {timeout} s") from late

    def signal(self, number):
        """Sends a signal, by pid, e.g. SIGSTOP."""
        self._process.send_signal(number)

    def stop(self):
        """SIGTERM; asserts the orderly end that CONTRACT.md promises."""
        if not self.running:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            code = self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired as late:
            self.kill()
            raise AssertionError(f"{self.name} ran {STOP_SECONDS} s after SIGTERM") from late
        assert code == 0, f"{self.name} ended with {code} after SIGTERM:\n{self.log()[-3000:]}"

    def kill(self):
        """kill -9, by pid."""
        if self.running:
            self._process.kill()
        if self._process is not None:
            self._process.wait()

    def restart_after_kill(self):
        self.kill()
        return self.start()

    def log(self):
        """All it has written to standard error, over all its starts."""
        return self._log_path.read_text(encoding="utf-8",
                                        errors="replace") if self._log_path.exists() else ""

    def _log_size(self):
        return len(self.log())

    def _launch(self):
        with open(self._out_path, "wb") as out, open(self._log_path, "ab") as log:
            # Only this process and its pid are ever signalled, never a name.
            self._process = subprocess.Popen(
                [*self._prefix, *self.command()], stdin=subprocess.DEVNULL, stdout=out, stderr=log,
                env=environment(self._folder, **self.more_environment))

    def _wait_for_listening(self, deadline):
        """The match of its `listening` line, or None where it ended instead."""
        while True:
            ended = self._process.poll() is not None
            match = _LISTENING.search(self._out_path.read_text(encoding="utf-8", errors="replace"))
            if match:
                return match
            if ended:
                return None
            if time.monotonic() > deadline:
                self.kill()
                raise AssertionError(f"{self.name} does not listen:\n{self.log()[-3000:]}")
            time.sleep(0.02)
