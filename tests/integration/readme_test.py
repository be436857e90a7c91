"""Executes the commands of README.md, in order: the ```sh blocks below a line `<!-- tested -->`.

They may count on a demo that was kept, as the README tells its reader to have one.
"""

import re
import unittest

from script import SOURCE, Workspace

_BLOCK = re.compile(r"^<!-- tested -->\n+```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class ReadmeTest(unittest.TestCase):
    def test_every_command_of_the_readme_works(self):
        readme = SOURCE / "README.md"
        self.assertTrue(readme.exists(), f"{readme} is missing, so nothing tells how Kopa is used")
        blocks = _BLOCK.findall(readme.read_text(encoding="utf-8"))
        self.assertTrue(blocks, f"{readme} has no ```sh block below a line <!-- tested -->")
        workspace = Workspace()
        self.addCleanup(workspace.close)
        # One shell for all of them, as a reader has; -v shows each command before what it says.
        script = "".join(f"{block}\n" for block in blocks)
        done = workspace.run(f"scripts/demo --keep\nset -v\n{script}", timeout=280)
        self.assertEqual(done.returncode, 0, f"a command of README.md failed:\n{done.stdout}")


if __name__ == "__main__":
    unittest.main()
