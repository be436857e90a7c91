"""Certificates: made by `kopa pki`, used by servers and tool, replaced and revoked while they run."""

import os
import pathlib
import re
import shutil
import stat
import subprocess
import tempfile
import time
import unittest
import urllib.parse
import urllib.request

import applications as apps
from case import ClusterCase
from cluster import NODES, Cluster
from server import Server, binary, environment
from tool import Tool
from waiting import wait_until

KONTAKTS = "kontakts-2022"
# The promise is a minute; files are looked at each second.
SOON_SECONDS = 15


class Pki:
    """An authority in a folder, by way of the tool."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self._tool = Tool(self.folder.parent)

    def run(self, *arguments, **options):
        return self._tool.run("pki", *arguments, "--dir", self.folder, **options)

    def make(self, *arguments):
        return self.run(*arguments).expect(0).json()

    def issue_at(self, offset, *arguments):
        """Issues as if the clock stood so far off, e.g. "-31d"."""
        command = [shutil.which("faketime"), "-f", offset, binary("kopa"), "-o", "json", "pki",
                   "issue", *arguments, "--dir", str(self.folder)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False,
                              env=environment(self.folder.parent))
        assert done.returncode == 0, done.stderr

    def flags(self, name, ca=None, crl=True):
        """The settings of a server or the tool for what was issued to `name`."""
        flags = ["--tls-cert", str(self.folder / f"{name}.crt"),
                 "--tls-key", str(self.folder / f"{name}.key"),
                 "--tls-ca", str(ca or self.folder / "ca.crt")]
        return flags + (["--tls-crl", str(self.folder / "ca.crl")] if crl else [])

    def person(self, name):
        """The tool's flags for a person, who gets a certificate the first time."""
        file = "person-" + urllib.parse.quote(name)
        if not (self.folder / f"{file}.crt").exists():
            self.make("issue", "--person", name)
        return self.flags(file, crl=False)


def new_folder(case):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="kopa-integration-"))
    case.addClassCleanup(shutil.rmtree, folder, ignore_errors=True)
    return folder


class PkiCommandTest(unittest.TestCase):
    """The commands alone, without a server."""

    def setUp(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="kopa-integration-"))
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        self.pki = Pki(folder / "pki")

    def test_issued_listed_revoked(self):
        made = self.pki.make("init")
        self.assertEqual(made["ca"]["caFile"], str(self.pki.folder / "ca.crt"))
        central = self.pki.make("issue", "--central", "--host", "central.example.lv", "--host",
                                "10.0.0.1")
        self.assertEqual((central["kind"], central["uri"]), ("central", "kopa://central"))
        self.assertEqual(central["hosts"], ["central.example.lv", "10.0.0.1"])
        person = self.pki.make("issue", "--person", "Jānis Bērziņš", "--days", "2")
        self.assertEqual(person["uri"], "kopa://person/J%C4%81nis%20B%C4%93rzi%C5%86%C5%A1")
        text = subprocess.run(["openssl", "x509", "-noout", "-text", "-in",
                               person["certificateFile"]],
                              capture_output=True, text=True, check=True).stdout
        self.assertIn("URI:" + person["uri"], text)
        self.assertIn("TLS Web Client Authentication", text)
        self.assertNotIn("TLS Web Server Authentication", text)
        listed = self.pki.make("list")
        self.assertEqual([(row["serial"], row["state"]) for row in listed["certificates"]],
                         [(central["serial"], "valid"), (person["serial"], "valid")])
        revoked = self.pki.make("revoke", "Jānis Bērziņš", "--reason", "key-compromise")
        self.assertEqual([row["serial"] for row in revoked["revoked"]], [person["serial"]])
        row = self.pki.make("list")["certificates"][1]
        self.assertEqual((row["state"], row["reason"]), ("revoked", "key-compromise"))
        crl = subprocess.run(["openssl", "crl", "-noout", "-text", "-CAfile",
                              self.pki.folder / "ca.crt", "-in", self.pki.folder / "ca.crl"],
                             capture_output=True, text=True, check=True)
        self.assertIn("verify OK", crl.stderr)
        self.assertIn(person["serial"].upper(), crl.stdout)
        self.assertIn("Key Compromise", crl.stdout)
        table = self.pki.run("list", output="csv").expect(0).out
        self.assertTrue(table.startswith("serial,kind,name,from,until,state,reason\n"), table)

    def test_mistakes_are_told(self):
        self.assertIn("kopa pki init", self.pki.run("issue", "--central").expect(1).err)
        self.pki.make("init", "--days", "20")
        self.assertIn("already", self.pki.run("init").expect(1).err)
        for arguments, said in (
                (("issue",), "for whom"),
                (("issue", "--central", "--person", "anna"), "for whom"),
                (("issue", "--node", "Zemgale"), "lower-case"),
                (("issue", "--person", "anna"), "authority itself"),
                (("issue", "--person", "anna", "--days", "0"), "1 to 397"),
                (("issue", "--person", "anna", "--days", "398"), "1 to 397"),
                (("issue", "--person", "anna", "--host", "a.lv", "--days", "1"), "no host"),
                (("issue", "--central", "--host", "a b", "--days", "1"), "neither a DNS name"),
                (("revoke", "anna", "--reason", "boredom"), "key-compromise")):
            with self.subTest(arguments):
                self.assertIn(said, self.pki.run(*arguments).expect(2).err)
        self.assertIn("no certificate", self.pki.run("revoke", "anna").expect(1).err)
        key = self.pki.folder / "ca.key"
        self.assertEqual(stat.S_IMODE(key.stat().st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(self.pki.folder.stat().st_mode), 0o700)
        key.chmod(0o644)
        self.assertIn("chmod 600", self.pki.run("list").expect(1).err)


class TlsClusterTest(ClusterCase):
    """A centre and three nodes that believe in certificates only."""

    @classmethod
    def setUpClass(cls):
        cls.folder = new_folder(cls)
        cls.pki = Pki(cls.folder / "pki")
        cls.pki.make("init")
        cls.pki.make("issue", "--central")
        for node in NODES:
            cls.pki.make("issue", "--node", node)
        cls._shared_cluster = Cluster(placement=cls.placement)
        cls._shared_cluster.tool.tls = cls.pki.person
        cls.addClassCleanup(cls._shared_cluster.close)
        cls._shared_cluster.start()

    @classmethod
    def placement(cls, name):
        return {"more_flags": cls.pki.flags(name if name == "central" else f"node-{name}")}

    def figure(self, server, name):
        with urllib.request.urlopen(f"http://{server.http_address}/metrics", timeout=5) as page:
            text = page.read().decode()
        match = re.search(rf"^{name} (\S+)$", text, re.MULTILINE)
        self.assertIsNotNone(match, f"{name} is missing in\n{text}")
        return float(match.group(1))

    def connected(self, node):
        return self.cluster.node_states()[node]["connected"]

    def nodes_as(self, flags):
        """`kopa nodes` with these flags."""
        return self.cluster.tool.run(*self.cluster.server_of(), *flags, "nodes")

    def test_the_certificate_says_who_acts(self):
        file = apps.write_csv(self.path("one.csv"), KONTAKTS, apps.project(
            KONTAKTS, "P-1", apps.municipality("zemgale"), [80_000]))
        self.cluster.submit(file, KONTAKTS, actor="anna")
        self.cluster.wait_until_drained()
        [application] = self.cluster.applications(KONTAKTS)
        self.kopa("app", "note", application["id"], "--text", "sveiki", actor="Berta Z").expect(0)
        [note] = self.kopa("app", "notes", application["id"]).expect(0).json()["notes"]
        self.assertEqual(note["author"], "Berta Z")
        self.cluster.verify()

    def test_strangers_are_refused(self):
        other = Pki(self.folder / "other")
        other.make("init")
        other.make("issue", "--person", "anna")
        with self.subTest("a certificate of another authority"):
            self.nodes_as(other.flags("person-anna", ca=self.pki.folder / "ca.crt",
                                      crl=False)).expect(5)
        with self.subTest("a server of another authority"):
            self.nodes_as(self.pki.person("anna")[:4] +
                          ["--tls-ca", str(other.folder / "ca.crt")]).expect(5)
        with self.subTest("plaintext"):
            self.nodes_as(["--insecure", "--actor", "anna"]).expect(5)

    @unittest.skipUnless(shutil.which("faketime"), "faketime is not installed")
    def test_expired_certificates_are_refused(self):
        self.pki.issue_at("-31d", "--person", "olga", "--days", "30")
        self.pki.make("crl")  # the one of that day is old
        self.nodes_as(self.pki.flags("person-olga", crl=False)).expect(5)

    def test_a_node_speaks_for_itself_only(self):
        impostor = Server("impostor", "kopa-node", self.folder,
                          ["--node", "zemgale", "--central", self.cluster.central.address,
                           "--log-level", "debug", *self.pki.flags("node-riga-latgale")])
        self.addCleanup(impostor.kill)
        zemgale = self.cluster.nodes["zemgale"]
        zemgale.stop()
        impostor.start()
        wait_until("the centre has refused the impostor",
                   lambda: "must name kopa://node/zemgale" in impostor.log(), SOON_SECONDS)
        self.assertFalse(self.connected("zemgale"))
        impostor.stop()
        zemgale.start()
        self.cluster.wait_until_connected()

    def test_a_revoked_person_is_refused_soon(self):
        watch = self.cluster.popen("totals", "--call", KONTAKTS, "--watch", actor="dace")
        self.addCleanup(watch.kill)
        self.nodes_as(self.pki.person("dace")).expect(0)
        began = time.monotonic()
        self.pki.make("revoke", "dace", "--reason", "key-compromise")
        refused = wait_until("the certificate is refused",
                             lambda: (result := self.nodes_as(self.pki.person("dace"))).code != 0
                             and result, SOON_SECONDS)
        self.assertIn("has been revoked", refused.expect(4).err)
        _, said = watch.communicate(timeout=SOON_SECONDS)
        self.assertEqual(watch.returncode, 4, said)
        self.assertLess(time.monotonic() - began, 60)
        self.pki.make("issue", "--person", "dace")
        self.nodes_as(self.pki.person("dace")).expect(0)

    def test_a_revoked_node_is_cut_off_and_comes_back_with_a_new_certificate(self):
        self.assertTrue(self.connected("zemgale"))
        self.pki.make("revoke", "node/zemgale", "--reason", "superseded")
        wait_until("its link is cut", lambda: not self.connected("zemgale"), SOON_SECONDS)
        self.pki.make("issue", "--node", "zemgale")
        self.cluster.wait_until_connected()

    def test_a_revoked_centre_is_not_dialled(self):
        self.pki.make("revoke", "central", "--reason", "superseded")
        zemgale = self.cluster.nodes["zemgale"]
        zemgale.stop()
        zemgale.start()
        until = time.monotonic() + 3  # several attempts
        while time.monotonic() < until:
            self.assertFalse(self.connected("zemgale"))
            time.sleep(0.2)
        self.pki.make("issue", "--central")
        self.cluster.wait_until_connected()

    def test_a_new_pair_is_taken_without_a_restart_and_a_bad_one_is_not(self):
        central = self.cluster.central
        process = central.pid
        self.pki.make("issue", "--central", "--days", "200")
        wait_until("the new certificate is in use",
                   lambda: self.figure(central, "kopa_tls_expiry_seconds") > 199 * 86400,
                   SOON_SECONDS)
        self.nodes_as(self.pki.person("anna")).expect(0)
        key = self.pki.folder / "central.key"
        good = key.read_bytes()
        spare = self.pki.folder / "spare"
        spare.write_bytes((self.pki.folder / "node-zemgale.key").read_bytes())
        spare.chmod(0o600)
        os.replace(spare, key)
        wait_until("the bad pair was looked at",
                   lambda: self.figure(central, "kopa_tls_reload_failed") == 1, SOON_SECONDS)
        self.assertIn("does not belong to the certificate", central.log())
        self.nodes_as(self.pki.person("anna")).expect(0)  # the old one goes on
        key.write_bytes(good)
        wait_until("the pair is whole again",
                   lambda: self.figure(central, "kopa_tls_reload_failed") == 0, SOON_SECONDS)
        self.nodes_as(self.pki.person("anna")).expect(0)
        self.assertEqual(central.pid, process)

    def test_a_key_that_others_may_read_is_refused(self):
        flags = self.pki.flags("node-zemgale")
        loose = self.path("loose.key")
        loose.write_bytes(pathlib.Path(flags[3]).read_bytes())
        loose.chmod(0o640)
        flags[3] = str(loose)
        server = Server("loose", "kopa-node", self.folder, ["--node", "zemgale", *flags])
        self.addCleanup(server.kill)
        code, said = server.start_and_end()
        self.assertEqual(code, 1, said)
        self.assertIn(f"chmod 600 {loose}", said)


if __name__ == "__main__":
    unittest.main()
