"""Runs the `kopa` tool and reads what it prints."""

import dataclasses
import json
import subprocess

from server import binary, environment

# Longer than any --timeout in the tests: passing it means that the tool hangs.
RUN_SECONDS = 150


@dataclasses.dataclass(frozen=True)
class Result:
    command: str
    code: int
    out: str
    err: str

    def json(self):
        try:
            return json.loads(self.out)
        except json.JSONDecodeError as error:
            raise AssertionError(f"no JSON on standard output ({error}) of\n{self}") from error

    def expect(self, *codes):
        assert self.code in codes, f"exit {self.code}, not {' or '.join(map(str, codes))}:\n{self}"
        return self

    def __str__(self):
        return (f"$ {self.command}\nexit {self.code}\n"
                f"--- stdout\n{self.out[-4000:]}\n--- stderr\n{self.err[-4000:]}")


class Tool:
    """`kopa` with a home folder of its own and, unless a call says otherwise, `-o json`.

    `tls` may be set to a function that gives an actor's flags; else connections are plaintext.
    """

    def __init__(self, home):
        self._home = home
        self.tls = None

    def command(self, *arguments, server=(), actor="coordinator", output="json"):
        """The whole command line. `server` is e.g. ("--central", ADDRESS); () is none."""
        command = [binary("kopa")]
        if server:
            command += [*server, *(self.tls(actor) if self.tls
                                   else ("--insecure", "--actor", actor))]
        if output:
            command += ["-o", output]
        return command + [str(argument) for argument in arguments]

    def popen(self, *arguments, **options):
        return subprocess.Popen(self.command(*arguments, **options), stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                encoding="utf-8", env=environment(self._home))

    def run(self, *arguments, server=(), actor="coordinator", output="json", stdin=b"",
            more_environment=None):
        command = self.command(*arguments, server=server, actor=actor, output=output)
        done = subprocess.run(command, input=stdin, capture_output=True, timeout=RUN_SECONDS,
                              check=False,
                              env=environment(self._home, **(more_environment or {})))
        return Result(" ".join(command), done.returncode, done.stdout.decode("utf-8"),
                      done.stderr.decode("utf-8"))
