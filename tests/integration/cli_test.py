"""The tool itself: help, wrong usage, completion, servers that are not there, and watching."""

import json
import queue
import signal
import socket
import subprocess
import threading
import time
import unittest

import applications as apps
from case import ClusterCase
from cluster import NODES

CALL = "kontakts-2022"


class CliTest(ClusterCase):
    shared = True

    def test_version_and_help(self):
        for arguments in (["version"], ["--version"]):
            result = self.offline(*arguments).expect(0)
            self.assertRegex(result.out, r"\d+\.\d+\.\d+")
        for arguments in (["--help"], ["submit", "--help"], ["app", "--help"],
                          ["app", "approve", "--help"],
                          ["totals", "--help"]):
            result = self.offline(*arguments).expect(0)
            self.assertIn("--", result.out, arguments)
            self.assertEqual(result.err, "")
        commands = self.offline("--help").out
        for command in ("submit", "app", "totals", "budget", "nodes", "verify", "calls", "call",
                        "completion"):
            self.assertIn(command, commands)

    def test_completions_parse(self):
        script = self.offline("completion", "bash").expect(0).out
        self.assertIn("kopa", script)
        done = subprocess.run(["bash", "-n"], input=script, text=True, capture_output=True,
                              timeout=20, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        # bash -n finds broken syntax; that it completes is another matter.
        probe = script + """
            COMP_WORDS=(kopa tot) COMP_CWORD=1 COMP_LINE='kopa tot' COMP_POINT=8
            "$(complete -p kopa | sed -E 's/.*-F ([^ ]+).*/\\1/')" kopa tot kopa
            echo "${COMPREPLY[*]}"
        """
        done = subprocess.run(["bash"], input=probe, text=True, capture_output=True, timeout=20,
                              check=False)
        self.assertIn("totals", done.stdout, done.stderr)
        self.assertIn("kopa", self.offline("completion", "zsh").expect(0).out)

    def test_wrong_usage_ends_with_2(self):
        cases = (
            [], ["totls"], ["app"], ["app", "aprove"], ["totals"],
            ["totals", "--call", CALL, "--by", "nod"], ["totals", "--call", CALL, "--bad-flag"],
            ["submit", "--call", CALL], ["submit", "x.csv"],
            ["app", "approve"], ["app", "list", "--call", CALL, "--status", "FINE"],
            ["completion", "tcsh"], ["--timeout", "soon", "calls"], ["-o", "xml", "calls"])
        for arguments in cases:
            with self.subTest(arguments):
                result = self.kopa(*arguments, output=None).expect(2)
                self.assertTrue(result.err.strip(), "it says what is wrong")
                self.assertEqual(result.out, "")
        self.assertIn("totals", self.kopa("totls").err)
        self.assertIn("approve", self.kopa("app", "aprove").err)
        self.offline("totals", "--call", CALL).expect(2)  # no server named

    def test_a_server_that_is_not_there_ends_with_5_in_time(self):
        with socket.socket() as taken:
            # Bound but not listening: nobody else can take it, and nobody answers.
            taken.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            file = apps.write_csv(self.path("away.csv"), CALL,
                                  apps.project(CALL, "Q-1", "Rīga", [50_000]))
            for arguments in (["totals", "--call", CALL], ["nodes"], ["verify"],
                              ["submit", file, "--call", CALL],
                              ["app", "list", "--call", CALL]):
                with self.subTest(arguments):
                    began = time.monotonic()
                    result = self.cluster.tool.run(*arguments, "--timeout", "3",
                                                   server=("--central", address))
                    took = time.monotonic() - began
                    result.expect(5)
                    self.assertLess(took, 12, "given up within the time-out")
                    self.assertIn(address, result.err, "it names who did not answer")

    def test_addresses_come_from_the_environment(self):
        variables = {"KOPA_CENTRAL": self.cluster.central.address, "KOPA_INSECURE": "1",
                     "KOPA_ACTOR": "anna"}
        result = self.cluster.tool.run("nodes", more_environment=variables).expect(0)
        self.assertEqual([node["node"] for node in result.json()["nodes"]], sorted(NODES))
        variables = {"KOPA_NODE": self.cluster.nodes["zemgale"].address, "KOPA_INSECURE": "1"}
        result = self.cluster.tool.run("nodes", more_environment=variables).expect(0)
        self.assertEqual([node["node"] for node in result.json()["nodes"]], ["zemgale"])

    def test_an_actor_may_have_any_letters(self):
        name = "Jānis Bērziņš"
        file = apps.write_csv(self.path("latvian.csv"), CALL,
                              apps.project(CALL, "L-0001", "Rīga", [50_000]))
        self.cluster.submit(file, CALL, actor=name)
        [one] = [row for row in self.cluster.applications(CALL, "--municipality", "Rīga")
                 if row["externalRef"] == "L-0001"]
        [submitted] = self.kopa("app", "history", one["id"]).expect(0).json()["rows"]
        self.assertEqual(submitted["staff"]["actor"], name)
        for bad in ("a\nb", "", "a" * 200):
            self.assertIn("--actor", self.kopa("nodes", actor=bad).expect(2).err)

    def test_nothing_is_changed_as_nobody(self):
        variables = {"KOPA_CENTRAL": self.cluster.central.address, "KOPA_INSECURE": "1", "USER": ""}
        file = apps.write_csv(self.path("nobody.csv"), CALL,
                              apps.project(CALL, "N-0001", "Rīga", [50_000]))
        result = self.cluster.tool.run("submit", file, "--call", CALL, more_environment=variables)
        self.assertIn("--actor NAME", result.expect(2).err)
        self.cluster.tool.run("nodes", more_environment=variables).expect(0)

    def test_plaintext_is_only_for_loopback(self):
        result = self.cluster.tool.run("nodes", server=("--central", "192.0.2.1:7400"))
        self.assertIn(result.code, (1, 2), result)
        self.assertIn("loopback", result.err)

    def test_calls_and_templates(self):
        calls = self.kopa("calls").expect(0).json()["calls"]
        self.assertEqual({call["id"] for call in calls},
                         {"kontakts-2022", "kontakts-2023", "kontakts-2024", "kontakts-teams-2024",
                          "pumpurs-2018", "pumpurs-2019", "pumpurs-2020"})
        shown = self.kopa("call", "show", "pumpurs-2019").expect(0)
        self.assertIn("460000", shown.out)
        at_node = self.kopa("calls", node="zemgale").expect(0).json()["calls"]
        self.assertEqual({call["id"] for call in at_node}, {call["id"] for call in calls})

    def test_every_format_of_results(self):
        for command in (["totals", "--call", CALL, "--by", "node"], ["nodes"],
                        ["budget", "--call", CALL], ["calls"]):
            for output in ("table", "csv", "json"):
                with self.subTest(command=command, output=output):
                    result = self.kopa(*command, output=output).expect(0)
                    self.assertTrue(result.out.strip())
                    self.assertNotIn("\x1b", result.out, "no colour off a terminal")

    def test_watching_totals_prints_a_change(self):
        call = "kontakts-2023"
        with self.cluster.popen("totals", "--call", call, "--watch") as watching:
            documents = queue.Queue()
            reader = threading.Thread(target=_read_documents, args=(watching.stdout, documents))
            reader.start()
            try:
                first = documents.get(timeout=20)
                self.assertEqual(first["total"]["applications"], "0")
                file = apps.write_csv(self.path("watched.csv"), call,
                                      apps.project(call, "W-0001", "Rīga", [80_000]))
                self.cluster.submit(file, call)
                deadline = time.monotonic() + 20
                shown = first
                while shown["total"]["applications"] != "1":
                    shown = documents.get(timeout=max(0.1, deadline - time.monotonic()))
                watching.send_signal(signal.SIGINT)
                self.assertEqual(watching.wait(15), 130)
            finally:
                watching.kill()
                reader.join(10)

    def offline(self, *arguments):
        return self.cluster.tool.run(*arguments, output=None)


def _read_documents(stream, documents):
    text = ""
    decoder = json.JSONDecoder()
    for line in stream:
        text += line
        try:
            document, end = decoder.raw_decode(text.lstrip())
        except json.JSONDecodeError:
            continue
        documents.put(document)
        text = text.lstrip()[end:]


if __name__ == "__main__":
    unittest.main()
