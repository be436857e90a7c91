"""A random source that gives the same numbers with every version of Python.

`random.Random` promises that only for `random()`, not for choosing and shuffling.
"""

import hashlib

SEED = "kopa samples 1"
_MASK = (1 << 64) - 1


class Dice:
    """Numbers that depend on SEED and `purpose` only. There is one for each file, so that changing
    how one file is made leaves the others as they were. The generator is splitmix64."""

    def __init__(self, purpose):
        digest = hashlib.sha256(f"{SEED}/{purpose}".encode("utf-8")).digest()
        self._state = int.from_bytes(digest[:8], "big")

    def below(self, limit):
        """0 to limit - 1. The bias of the remainder is of no account for limits this small."""
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        mixed = self._state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        return (mixed ^ (mixed >> 31)) % limit

    def between(self, least, most):
        """least to most, both included."""
        return least + self.below(most - least + 1)

    def chance(self, percent):
        return self.below(100) < percent

    def pick(self, items):
        return items[self.below(len(items))]

    def shuffled(self, items):
        items = list(items)
        for last in range(len(items) - 1, 0, -1):
            other = self.below(last + 1)
            items[last], items[other] = items[other], items[last]
        return items

    def some_of(self, items, count):
        """`count` different ones, in the order in which they stand in `items`."""
        chosen = set(self.shuffled(range(len(items)))[:count])
        return [item for index, item in enumerate(items) if index in chosen]

    def spread(self, caps, total):
        """Whole numbers that add up to `total`, each at least 1 and at most its cap."""
        assert len(caps) <= total <= sum(caps)
        counts = [1] * len(caps)
        for _ in range(total - len(caps)):
            open_places = [index for index, cap in enumerate(caps) if counts[index] < cap]
            counts[self.pick(open_places)] += 1
        return counts

    def parts(self, total, count):
        """`count` whole numbers of at least 1 that add up to `total`."""
        cuts = self.some_of(range(1, total), count - 1)
        return [after - before for before, after in zip([0] + cuts, cuts + [total])]
