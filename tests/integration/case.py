"""What the integration tests have in common: a cluster a test, and its logs where a test fails."""

import sys
import unittest

from cluster import Cluster


class ClusterCase(unittest.TestCase):
    """Gives each test a cluster of its own; a test class may share one by `shared = True`."""

    maxDiff = None
    shared = False

    @classmethod
    def setUpClass(cls):
        cls._shared_cluster = None
        if cls.shared:
            cls._shared_cluster = Cluster()
            cls.addClassCleanup(cls._shared_cluster.close)
            cls._shared_cluster.start()

    def setUp(self):
        self.cluster = self._shared_cluster
        if self.cluster is None:
            self.cluster = Cluster()
            self.addCleanup(self.cluster.close)
            self.cluster.start()

    def run(self, result=None):
        result = self.defaultTestResult() if result is None else result
        before = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > before:
            self._print_logs()
        return result

    def _print_logs(self):
        cluster = getattr(self, "cluster", None)
        if cluster is None:
            return
        for server in cluster.servers():
            log = cluster.logs.get(server.name) or server.log()[-6000:]
            print(f"\n===== the end of {server.name}'s log, after {self.id()}\n{log}",
                  file=sys.stderr)

    # Short names: the tests are mostly made of these.

    def kopa(self, *arguments, **options):
        return self.cluster.kopa(*arguments, **options)

    def path(self, name):
        return self.cluster.folder / name
