"""A network of a test's own: servers in namespaces, with wires that can be cut in one direction.

The process that imports this enters a namespace of its own: there run the centre and the test's
clients. Nodes run each in another one. Their addresses are loopback ones (127.77...), so that
plaintext is allowed, but they do go over wires. Nothing remains when the processes have ended.
"""

import ctypes
import os
import subprocess
import threading
import time

CENTRE = "127.77.0.1"
_CLONE_NEWNET = 0x40000000


def _run(*command, pid=None):
    inside = ["nsenter", f"--net=/proc/{pid}/ns/net"] if pid else []
    done = subprocess.run([*inside, *command], capture_output=True, text=True, timeout=30,
                          check=False)
    if done.returncode != 0:
        raise OSError(f"{' '.join(command)}: {done.stderr.strip()}")


def _begin_namespace(pid=None):
    """Only 127.0.0.1 is local; the rest of 127/8 may go over wires."""
    def script(text):
        _run("sh", "-ec", text, pid=pid)
    script("ip link set lo up; ip addr del 127.0.0.1/8 dev lo; ip addr add 127.0.0.1/32 dev lo; "
           "echo 1 > /proc/sys/net/ipv4/conf/all/route_localnet; "
           "nft add table ip kopa; "
           "nft 'add chain ip kopa out { type filter hook output priority 0; }'; "
           "nft 'add chain ip kopa in { type filter hook input priority 0; }'")


def _enter():
    """Why there is no network of our own; empty where there is."""
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(_CLONE_NEWNET) != 0:
            return os.strerror(ctypes.get_errno())
        _begin_namespace()
        _run("ip", "addr", "add", f"{CENTRE}/32", "dev", "lo")
        return ""
    except OSError as error:
        return str(error)


# Before any other thread begins: threads and processes inherit the namespace.
assert threading.active_count() == 1
WHY_NOT = _enter()


class Wire:
    """From the centre to one node's namespace."""

    def __init__(self, number):
        self.host = f"127.77.{number}.2"
        self._here = f"kopa{number}"
        # Holds the namespace as long as it lives, which is no longer than its input stays open.
        self._holder = subprocess.Popen(["unshare", "--net", "cat"], stdin=subprocess.PIPE,
                                        stdout=subprocess.DEVNULL)
        self._pid = self._holder.pid
        self._wait_for_namespace()
        self.prefix = ("nsenter", f"--net=/proc/{self._pid}/ns/net")
        _begin_namespace(self._pid)
        _run("ip", "link", "add", self._here, "type", "veth", "peer", "name", "kopa",
             "netns", str(self._pid))
        _run("ip", "addr", "add", f"127.77.{number}.1/24", "dev", self._here)
        _run("ip", "link", "set", self._here, "up")
        _run("sh", "-ec", f"ip addr add {self.host}/24 dev kopa; ip link set kopa up; "
             f"ip route add {CENTRE}/32 dev kopa src {self.host}", pid=self._pid)

    def cut_to_centre(self):
        """What the node says to the centre is lost; clients, who come from elsewhere, reach it."""
        self._rule("out", f"ip daddr {CENTRE} drop")

    def cut_from_centre(self):
        """What the centre says to the node is lost."""
        self._rule("in", f"ip saddr {CENTRE} drop")

    def lose(self, percent):
        """So many of a hundred packets are lost, at random, both ways."""
        self._rule("out", f"numgen random mod 100 < {percent} drop")
        self._rule("in", f"numgen random mod 100 < {percent} drop")

    def unplug(self):
        _run("ip", "link", "set", self._here, "down")

    def plug(self):
        _run("ip", "link", "set", self._here, "up")

    def heal(self):
        """Ends all cuts and losses."""
        for chain in ("out", "in"):
            _run("nft", "flush", "chain", "ip", "kopa", chain, pid=self._pid)

    def close(self):
        self._holder.stdin.close()
        self._holder.wait(10)
        subprocess.run(["ip", "link", "del", self._here], capture_output=True, check=False)

    def _rule(self, chain, rule):
        _run("nft", f"add rule ip kopa {chain} {rule}", pid=self._pid)

    def _wait_for_namespace(self):
        own = os.readlink("/proc/self/ns/net")
        deadline = time.monotonic() + 10
        while os.readlink(f"/proc/{self._pid}/ns/net") == own:
            if time.monotonic() > deadline:
                raise OSError("no second network namespace")
            time.sleep(0.01)


class Network:
    """A wire to each node."""

    def __init__(self, nodes):
        self.wires = {node: Wire(number) for number, node in enumerate(nodes, 1)}

    def placement(self, name):
        """For Cluster."""
        if name not in self.wires:
            return {"host": CENTRE}
        wire = self.wires[name]
        return {"host": wire.host, "prefix": wire.prefix}

    def close(self):
        for wire in self.wires.values():
            wire.close()
