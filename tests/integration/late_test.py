"""Late applications: refused with the deadline, or taken in where two people admit them."""

import unittest

import applications as apps
from case import ClusterCase

CALL = "kontakts-teams-2024"
PLACE = "Jelgava"
NODE = "zemgale"


class LateTest(ClusterCase):
    shared = True

    def test_two_people_admit_a_late_application(self):
        rows = apps.team("L-0001", PLACE, received_time="2024-02-01T00:00:00")
        refused = self.submit(CALL, rows, expect=3)
        self.assertEqual(refused["code"], "WINDOW_CLOSED")
        self.assertIn("2024-01-31", refused["message"])
        first = self.admitted("L-0001", "anna")
        self.assertEqual((first["confirmed"], first["proposedBy"]), (False, "anna"))
        self.assertFalse(self.admitted("L-0001", "anna")["confirmed"])
        self.assertEqual(self.submit(CALL, rows, expect=3)["code"], "WINDOW_CLOSED")
        self.assertTrue(self.admitted("L-0001", "berta")["confirmed"])
        self.cluster.nodes[NODE].kill()
        self.cluster.nodes[NODE].start()
        self.cluster.wait_until_connected()
        self.submit(CALL, rows, expect=0)
        other = apps.team("L-0002", PLACE, received_time="2024-02-01T00:00:00")
        self.assertEqual(self.submit(CALL, other, expect=3)["code"], "WINDOW_CLOSED",
                         "another reference is another application")
        self.cluster.verify()

    def test_only_where_the_call_allows_it_and_with_a_reason(self):
        refused = self.kopa("app", "admit-late", "--call", "pumpurs-2019", "--ref", "L-0003",
                            "--reason", "pasts kavējās (paraugs)", node=NODE)
        self.assertEqual(refused.code, 1, refused)
        self.assertIn("does not allow", refused.err)
        self.assertNotEqual(self.kopa("app", "admit-late", "--call", CALL, "--ref", "L-0003",
                                      node=NODE).code, 0)

    def admit(self, reference, actor):
        return self.kopa("app", "admit-late", "--call", CALL, "--ref", reference, "--reason",
                         "pasts kavējās (paraugs)", node=NODE, actor=actor)

    def admitted(self, reference, actor):
        [result] = self.admit(reference, actor).expect(0).json()["results"]
        return result

    def submit(self, call, rows, expect):
        """The rejected row, if that is expected."""
        file = apps.write_csv(self.path("late.csv"), call, rows)
        self.cluster.submit(file, call, expect=(expect,))
        return apps.read_table(self.path("late.csv.rejected.csv"))[0] if expect else None


if __name__ == "__main__":
    unittest.main()
