"""scripts/demo: every published figure reproduced; a kept one can be used and ended."""

import csv
import unittest

from script import SOURCE, Workspace


class DemoTest(unittest.TestCase):
    def setUp(self):
        self.workspace = Workspace()
        self.addCleanup(self.workspace.close)

    def test_every_published_figure_is_reproduced_and_a_kept_demo_can_be_used(self):
        self.run_script("scripts/demo --env", code=1)
        said = self.run_script("scripts/demo --keep")
        with open(SOURCE / "data" / "samples" / "published.csv", encoding="utf-8",
                  newline="") as file:
            published = list(csv.DictReader(file))
        self.assertIn(f"{len(published)} published figures, none differing", said)
        for call in {row["call"] for row in published}:
            self.assertIn(f"{call}:", said)
        self.assertIn('eval "$(scripts/demo --env)"', said)

        # Nothing but what --env prints is needed, and only one is kept.
        used = self.run_script('unset KOPA_BIN_DIR; PATH=/usr/bin:/bin; '
                               'eval "$(scripts/demo --env)"; '
                               'kopa nodes; kopa totals --call kontakts-2022; kopa verify')
        self.assertIn("riga-latgale", used)
        self.assertIn("128441.00", used)
        self.assertIn("is kept already", self.run_script("scripts/demo --keep", code=1))

        self.run_script("scripts/demo --stop")
        self.run_script("scripts/demo --env", code=1)
        self.assertEqual(list((self.workspace.folder / "run").iterdir()), [],
                         "nothing is left behind")

    def test_wrong_usage(self):
        self.assertIn("usage:", self.run_script("scripts/demo --nonsense", code=2))

    def run_script(self, script, code=0):
        done = self.workspace.run(script, timeout=150)
        self.assertEqual(done.returncode, code, f"$ {script}\n{done.stdout}")
        return done.stdout


if __name__ == "__main__":
    unittest.main()
