"""Totals recomputed by somebody who has the exported journals, docs/formats.md and no Kopa code."""

import collections
import hashlib
import json
import struct
import unittest

import applications as apps
from case import ClusterCase
from cluster import NODES

CALL = "kontakts-2022"

# Of kopa.national.v1, by number: what docs/formats.md says a third party needs of the schema.
APPLICATION_CHANGED = 2
STATUS = {1: "SUBMITTED", 2: "INELIGIBLE", 3: "RETURNED", 4: "EVALUATED", 5: "PENDING_FUNDS",
          6: "APPROVED", 7: "RESERVE", 8: "REJECTED", 9: "WITHDRAWN", 10: "CONTRACTED",
          11: "REPORTED", 12: "CLOSED", 13: "TERMINATED", 14: "TRAINED"}


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def fields(data):
    """The fields of a serialised message: {number: [values]}."""
    found, at = collections.defaultdict(list), 0
    while at < len(data):
        key, at = varint(data, at)
        kind = key & 7
        if kind == 0:
            value, at = varint(data, at)
        elif kind == 2:
            size, at = varint(data, at)
            value, at = data[at:at + size], at + size
        else:
            size = {1: 8, 5: 4}[kind]
            value, at = data[at:at + size], at + size
        found[key >> 3].append(value)
    return found


def one(message, number, default):
    return message[number][-1] if number in message else default


def follow(lines):
    """Checks the chain, as docs/formats.md gives it, and yields each record's public bytes."""
    previous = bytes(32)
    for expected, line in enumerate(lines, 1):
        record = json.loads(line)
        public = bytes.fromhex(record["publicRecord"])
        parts = [b"kopa.journal.1", struct.pack(">Q", int(record["epoch"])),
                 struct.pack(">Q", int(record["seq"])), struct.pack(">q", int(record["timeUs"]))]
        for part in (public, bytes.fromhex(record["privateCommitment"]),
                     bytes.fromhex(record["staffCommitment"]), bytes.fromhex(record["prevHash"])):
            parts.append(struct.pack(">I", len(part)) + part)
        assert int(record["seq"]) == expected, "a record is missing"
        assert bytes.fromhex(record["prevHash"]) == previous, f"record {expected} follows another"
        previous = hashlib.sha256(b"".join(parts)).digest()
        assert previous.hex() == record["hash"], f"record {expected} was changed"
        yield public


def newest(publics):
    """The newest summary of each application, by its id."""
    summaries = {}
    for public in publics:
        record = fields(public)
        if APPLICATION_CHANGED in record:
            summary = fields(one(fields(one(record, APPLICATION_CHANGED, b"")), 1, b""))
            summaries[one(summary, 1, b"")] = summary
    return summaries


def units(message):
    """(cents, initiatives, teams) of kopa.programme.v1.Units."""
    return tuple(one(fields(message), number, 0) for number in (1, 2, 3))


class RecomputeTest(ClusterCase):
    def setUp(self):
        super().setUp()
        rows = []
        for number in range(30):
            rows += apps.project(CALL, f"R-{number + 1:04}", apps.place(number),
                                 [40_000, 25_050][:1 + number % 2])
        self.cluster.submit(apps.write_csv(self.path("many.csv"), CALL, rows), CALL)
        listed = self.cluster.applications(CALL)
        ids = [application["id"] for application in listed]
        self.kopa("app", "evaluate", *ids[:20], *apps.score_flags(), actor="evaluator").expect(0)
        self.kopa("app", "approve", *ids[:9], actor="director").expect(0)
        self.kopa("app", "reject", ids[10], "--reason", "nav", actor="director").expect(0)
        self.kopa("app", "withdraw", ids[8], ids[25], "--reason", "nav", actor="director").expect(0)
        self.cluster.wait_until_drained()

    def test_the_published_totals_come_out_of_the_export_alone(self):
        rows = self.recomputed({node: self.exported(node) for node in NODES})
        self.assertEqual(rows, self.published())
        self.assertGreater(sum(row.get("approved", 0) for row in rows.values()), 0)

    def test_so_do_those_of_an_earlier_time(self):
        exports = {node: self.exported(node) for node in NODES}
        at = {node: len(lines) * 2 // 3 for node, lines in exports.items()}
        rows = self.recomputed({node: lines[:at[node]] for node, lines in exports.items()})
        self.assertEqual(rows, self.published("--at", ",".join(
            f"{node}={seq}" for node, seq in at.items())))
        self.assertNotEqual(rows, self.published())
        # At the end of all of them it is the same answer as without.
        whole = ",".join(f"{node}={len(lines)}" for node, lines in exports.items())
        live, again = (self.kopa("totals", "--call", CALL, "--by", "municipality,status",
                                 *more).expect(0).json() for more in ((), ("--at", whole)))
        for totals in (live, again):
            for freshness in totals["freshness"]:
                del freshness["lastContactTime"]
        self.assertEqual(live, again)
        refused = self.kopa("totals", "--call", CALL, "--at", "zemgale=99999")
        self.assertEqual(refused.code, 1, refused)
        self.assertIn("zemgale", refused.err)

    def test_a_changed_record_is_found(self):
        lines = self.exported("zemgale")
        forged = json.loads(lines[3])
        forged["timeUs"] = str(int(forged["timeUs"]) + 1)
        lines[3] = json.dumps(forged)
        with self.assertRaisesRegex(AssertionError, "record 4 was changed"):
            list(follow(lines))
        del lines[3]
        with self.assertRaisesRegex(AssertionError, "a record is missing"):
            list(follow(lines))

    def test_the_centres_own_journal_is_there_too(self):
        self.assertTrue(list(follow(self.export())))

    def exported(self, node):
        return self.export("--node", node)

    def export(self, *more):
        path = self.path("journal.jsonl")
        self.kopa("journal", "export", *more, "--out", path).expect(0)
        return path.read_text(encoding="utf-8").splitlines()

    def recomputed(self, exports):
        rows = collections.defaultdict(collections.Counter)
        for lines in exports.values():
            for summary in newest(follow(lines)).values():
                if one(summary, 2, b"").decode() != CALL:
                    continue
                status = STATUS[one(summary, 4, 0)]
                row = rows[one(summary, 3, b"").decode(), status]
                row["applications"] += 1
                cents, initiatives, _ = units(one(summary, 9, b""))
                if status != "WITHDRAWN":
                    row["initiatives"] += initiatives
                    row["requestedCents"] += cents
                cents, initiatives, teams = units(one(summary, 10, b""))
                if cents or initiatives or teams:
                    row["approved"] += 1
                    row["approvedInitiatives"] += initiatives
                    row["approvedCents"] += cents
        return {key: dict(row) for key, row in rows.items()}

    def published(self, *more):
        totals = self.kopa("totals", "--call", CALL, "--by", "municipality,status",
                           *more).expect(0).json()
        rows = {}
        for row in totals["rows"]:
            figures = {name: int(row[name]) for name in
                       ("applications", "initiatives", "requestedCents", "approved",
                        "approvedInitiatives", "approvedCents") if int(row[name])}
            rows[row["municipality"], row["status"]] = figures
        return rows


if __name__ == "__main__":
    unittest.main()
