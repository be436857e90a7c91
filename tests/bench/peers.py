"""What Kopa is compared with: PostgreSQL and Redis, in folders of the benchmark, on sockets of the file system.

Both acknowledge what is on disk only: PostgreSQL with synchronous_commit on, Redis with appendfsync always.
"""

import os
import pathlib
import shutil
import socket
import subprocess

from processes import Failure, Process, wait_until

POSTGRES = pathlib.Path("/usr/lib/postgresql/15/bin")


class Postgres(Process):
    """A cluster of its own. As root it runs as user postgres: it refuses root."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder) / "postgres"
        as_user = {}
        self.folder.mkdir(mode=0o700)
        if os.geteuid() == 0:
            as_user = {"user": "postgres", "group": "postgres", "extra_groups": []}
            shutil.chown(self.folder, "postgres", "postgres")
        data = self.folder / "data"
        settings = {
            "listen_addresses": "", "unix_socket_directories": self.folder,
            "synchronous_commit": "on", "fsync": "on", "max_connections": "100",
            "shared_buffers": "1GB", "max_wal_size": "8GB", "checkpoint_timeout": "30min"}
        flags = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        super().__init__("postgres", [POSTGRES / "postgres", "-D", data, *flags], folder, cwd="/",
                         **as_user)
        done = subprocess.run([POSTGRES / "initdb", "-D", data, "-U", "postgres", "-A", "trust",
                               "-E", "UTF8", "--locale=C", "--no-sync"], cwd="/",
                              capture_output=True, text=True, timeout=60, check=False, **as_user)
        if done.returncode != 0:
            raise Failure(f"initdb failed:\n{done.stdout}{done.stderr}")

    def start(self):
        super().start()
        path = self.folder / ".s.PGSQL.5432"
        wait_until("PostgreSQL listens", lambda: path.exists() and is_ready(self), 30)
        return self

    def stop(self):
        # SIGINT is its fast shutdown; SIGTERM would wait for clients.
        if self.running:
            self._process.send_signal(2)
        super().stop()


def is_ready(postgres):
    if not postgres.running:
        raise Failure(f"PostgreSQL ended at its start:\n{postgres.log()[-2000:]}")
    done = subprocess.run([POSTGRES / "pg_isready", "-q", "-h", postgres.folder], timeout=10,
                          check=False)
    return done.returncode == 0


class Redis(Process):
    def __init__(self, folder):
        data = pathlib.Path(folder) / "redis"
        data.mkdir(mode=0o700)
        self.socket = data / "socket"
        super().__init__("redis", [
            "redis-server", "--port", "0", "--unixsocket", self.socket, "--dir", data,
            "--save", "", "--appendonly", "yes", "--appendfsync", "always",
            "--auto-aof-rewrite-percentage", "0", "--daemonize", "no"], folder)

    def start(self):
        super().start()
        wait_until("Redis listens", self._answers, 30)
        return self

    def _answers(self):
        if not self.running:
            raise Failure("Redis ended at its start; see redis.out")
        with socket.socket(socket.AF_UNIX) as connection:
            try:
                connection.connect(str(self.socket))
            except OSError:
                return False
            connection.sendall(b"PING\r\n")
            return connection.recv(16) == b"+PONG\r\n"
