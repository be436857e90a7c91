"""Servers that can't start say why, end with 1, and leave everything as it was."""

import pathlib
import shutil
import socket
import subprocess
import tempfile
import time
import unittest

from cluster import NODES
from server import Server, environment

END_SECONDS = 20


class StartTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="kopa-integration-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.central = Server("central", "kopa-central", self.folder, [])
        self.node = Server("node", "kopa-node", self.folder, ["--node", "zemgale"])
        for server in (self.central, self.node):
            self.addCleanup(server.kill)

    def test_a_port_that_is_taken_ends_the_start_in_order(self):
        for server in (self.central, self.node):
            for flag in ("--listen", "--http"):
                with self.subTest(server.name, flag=flag), socket.socket() as taken:
                    taken.bind(("127.0.0.1", 0))
                    taken.listen()
                    address = f"127.0.0.1:{taken.getsockname()[1]}"
                    began = time.monotonic()
                    said = self.refused(server, flag, address)
                    self.assertIn(address, said)
                    self.assertNotIn("broken invariant", said)
                    self.assertLess(time.monotonic() - began, 10)
            server.start()  # nothing was spoilt
            server.stop()

    def test_a_second_process_on_a_data_folder_is_refused(self):
        for server in (self.central, self.node):
            with self.subTest(server.name):
                server.start()
                said = self.refused(server, "--listen", "127.0.0.1:0")
                self.assertIn(f"{server.data_folder} is in use by another process", said)
                server.stop()

    def test_data_without_their_key_file_are_refused(self):
        key = self.beside(".key")
        self.begin()
        away = key.rename(self.folder / "away")
        said = self.refused(self.node)
        self.assertIn(f"its key file {key} is missing", said)
        self.assertIn("--key-file", said)
        self.assertFalse(key.exists(), "no new one is made")
        away.rename(key)
        self.node.start()

    def test_data_without_their_key_store_are_refused(self):
        keys = self.beside(".keys")
        self.begin()
        away = keys.rename(self.folder / "away")
        said = self.refused(self.node)
        self.assertIn(f"its key store {keys} is missing", said)
        self.assertIn("--key-store", said)
        self.assertFalse(keys.exists(), "no new one is made")
        away.rename(keys)
        self.node.start()

    def test_keys_of_another_node_are_refused(self):
        self.begin()
        other = Server("other", "kopa-node", self.folder, ["--node", NODES[0]])
        self.addCleanup(other.kill)
        other.start().stop()
        said = self.refused(self.node, "--key-store", str(self.folder / "other.keys"))
        self.assertIn("made by another node or with another key file", said)
        said = self.refused(self.node, "--key-file", str(self.folder / "other.key"))
        self.assertIn("made by another node or with another key file", said)
        said = self.refused(self.node, "--node", NODES[0])
        self.assertIn('belongs to node "zemgale"', said.replace("\\", ""))
        self.node.start()

    # -- steps ------------------------------------------------------------------------------------

    def begin(self):
        self.node.start()
        self.node.stop()

    def beside(self, suffix):
        return self.node.data_folder.with_name(self.node.data_folder.name + suffix)

    def refused(self, server, *flags):
        """Starts it with these flags in place of its own; what it said when it ended with 1."""
        command = server.command()
        for flag, value in zip(flags[::2], flags[1::2]):
            if flag in command:
                command[command.index(flag) + 1] = value
            else:
                command += [flag, value]
        done = subprocess.run(command, capture_output=True, text=True, timeout=END_SECONDS,
                              check=False, env=environment(self.folder))
        self.assertEqual(done.returncode, 1, f"{done.stdout}\n{done.stderr}")
        self.assertNotIn("listening", done.stdout)
        return done.stderr


if __name__ == "__main__":
    unittest.main()
