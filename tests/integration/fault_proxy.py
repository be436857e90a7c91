"""A TCP proxy that hands everything on later, in both directions: a long wire."""

import queue
import socket
import threading
import time


class SlowProxy:
    """Listens on a free port of `host`; `target()` is "host:port", asked at each connection."""

    def __init__(self, host, target, delay_seconds):
        self._target = target
        self._delay = delay_seconds
        self._listener = socket.create_server((host, 0))
        self.address = f"{host}:{self._listener.getsockname()[1]}"
        self._sockets = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        """Ends all connections."""
        for one in [self._listener, *self._sockets]:
            _shut(one)

    def _accept(self):
        while True:
            try:
                here, _ = self._listener.accept()
            except OSError:
                return  # closed
            host, _, port = self._target().rpartition(":")
            try:
                there = socket.create_connection((host, int(port)), 10)
            except OSError:
                _shut(here)
                continue
            there.settimeout(None)
            self._sockets += [here, there]
            for source, sink in ((here, there), (there, here)):
                late = queue.Queue()
                threading.Thread(target=self._read, args=(source, late), daemon=True).start()
                threading.Thread(target=_write_when_due, args=(late, sink), daemon=True).start()

    def _read(self, source, late):
        while True:
            try:
                data = source.recv(65536)
            except OSError:
                data = b""
            late.put((time.monotonic() + self._delay, data))
            if not data:
                return


def _write_when_due(late, sink):
    while True:
        due, data = late.get()
        time.sleep(max(0.0, due - time.monotonic()))
        try:
            if not data:
                break
            sink.sendall(data)
        except OSError:
            break
    _shut(sink)


def _shut(one):
    try:
        one.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # not connected, or closed by the other side
    one.close()
