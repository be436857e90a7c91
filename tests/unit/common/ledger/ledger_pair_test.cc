// A centre's ledger and three nodes' ledgers under random histories: whatever is delivered, lost,
// repeated or late between them, nothing is overdrawn and every cent has one place.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "common/ledger/central_ledger.h"
#include "common/ledger/node_ledger.h"
#include "tests/unit/common/ledger/limits.h"

namespace kopa::ledger {
namespace {

// One node with what the centre has not yet heard of it, in the order in which it happened.
struct Node {
  struct Event {
    std::optional<Amounts> handed_back;  // total
    std::optional<Amounts> frozen;       // total; otherwise an award changed
    Amounts before;
    Amounts after;
  };

  NodeId id;
  NodeLedger ledger;
  std::vector<Amounts> awards;
  std::deque<Event> unheard;
  std::vector<Amounts> allotment_messages;  // every total ever sent; any may arrive at any time
};

class Pair {
 public:
  Pair(uint64_t seed, const UnitLimits& limits) : random_(seed), limits_(limits), centre_(limits) {
    for (size_t i = 0; i < nodes_.size(); ++i) {
      nodes_[i].id = NodeId(std::string(1, static_cast<char>('a' + i)));
      nodes_[i].ledger = NodeLedger(limits, Totals());
    }
  }

  void Step() {
    Node& node = nodes_[Below(nodes_.size())];
    switch (Below(8)) {
      case 0:
        return Allot(node);
      case 1:
        if (node.allotment_messages.empty()) return;
        node.ledger.NoteAllotted(node.allotment_messages[Below(node.allotment_messages.size())]);
        return;
      case 2:
      case 3:
        return Award(node);
      case 4:
        return TakeBack(node);
      case 5:
        if (node.ledger.HandBackTowards(node.ledger.totals().handed_back + Some(200))) {
          node.unheard.push_back({node.ledger.totals().handed_back, {}, {}, {}});
        }
        return;
      case 6:
        return Below(10) == 0 ? Freeze(node) : Release(node);
      default:
        return Hear(node, 1 + Below(3));
    }
  }

  void HearAll() {
    for (Node& node : nodes_) Hear(node, node.unheard.size());
  }

  // Debits = credits: the limit is what is available plus, over the nodes, what they hold, have
  // awarded and have not yet been heard to hand back or told they were allotted.
  void Check() const {
    ASSERT_FALSE(centre_.Available().AnyNegative());
    Amounts sum = centre_.Available();
    Amounts approved;
    for (const Node& node : nodes_) {
      const Totals& here = node.ledger.totals();
      const Totals& there = centre_.of(node.id);
      ASSERT_FALSE(node.ledger.Headroom().AnyNegative());
      ASSERT_TRUE(AllAtMost(here.allotted, there.allotted));
      ASSERT_TRUE(AllAtMost(there.handed_back, here.handed_back));
      const Amounts held = node.ledger.Headroom() + limits_.LimitedPart(here.Approved());
      const Amounts untold = there.allotted - here.allotted;
      const Amounts unheard = here.handed_back - there.handed_back;
      // What was released is in the pool, or out again.
      const Amounts frozen = here.frozen - there.released;
      ASSERT_TRUE(AllAtMost(there.released, there.frozen));
      ASSERT_TRUE(AllAtMost(there.frozen, here.frozen));
      sum = sum + held + untold + unheard + frozen;
      approved = approved + here.Approved();
    }
    ASSERT_EQ(sum, limits_.amounts());
    ASSERT_TRUE(AllAtMost(limits_.LimitedPart(approved), limits_.amounts()));
  }

  void CheckHeard() const {
    Amounts approved;
    for (const Node& node : nodes_) {
      const Totals& here = node.ledger.totals();
      const Totals& there = centre_.of(node.id);
      ASSERT_EQ(there.handed_back, here.handed_back);
      ASSERT_EQ(there.frozen, here.frozen);
      ASSERT_EQ(there.Approved(), here.Approved());
      approved = approved + here.Approved();
    }
    ASSERT_EQ(centre_.Approved(), approved);
  }

 private:
  size_t Below(size_t bound) { return static_cast<size_t>(random_() % bound); }
  Amounts Some(size_t cents) {
    return Amounts(static_cast<int64_t>(Below(cents)), static_cast<int64_t>(Below(4)),
                   static_cast<int64_t>(Below(2)));
  }

  void Allot(Node& node) {
    const Amounts more = Min(Some(300), centre_.Available());
    centre_.Allot(node.id, more);
    node.allotment_messages.push_back(centre_.of(node.id).allotted);
  }

  void Award(Node& node) {
    const Amounts award = Some(150);
    if (!node.ledger.Covers(award)) return;
    node.ledger.Spend(award);
    node.awards.push_back(award);
    node.unheard.push_back({std::nullopt, std::nullopt, Amounts(), award});
  }

  void TakeBack(Node& node) {
    if (node.awards.empty()) return;
    std::swap(node.awards[Below(node.awards.size())], node.awards.back());
    node.ledger.TakeBack(node.awards.back());
    node.unheard.push_back({std::nullopt, std::nullopt, node.awards.back(), Amounts()});
    node.awards.pop_back();
  }

  // As a rejoin does: all of it.
  void Freeze(Node& node) {
    node.ledger.Freeze(node.ledger.Headroom());
    node.unheard.push_back({std::nullopt, node.ledger.totals().frozen, {}, {}});
  }

  // Of what the centre has heard is frozen, some more is attested unspent.
  void Release(const Node& node) {
    const Totals& there = centre_.of(node.id);
    centre_.Release(node.id, there.released + Min(Some(100), there.frozen - there.released));
  }

  void Hear(Node& node, size_t count) {
    for (; count > 0 && !node.unheard.empty(); --count, node.unheard.pop_front()) {
      const Node::Event& event = node.unheard.front();
      if (event.handed_back.has_value()) {
        centre_.NoteHandedBack(node.id, *event.handed_back);
        if (Below(2) == 0) centre_.NoteHandedBack(node.id, *event.handed_back);
      } else if (event.frozen.has_value()) {
        centre_.NoteFrozen(node.id, *event.frozen);
      } else {
        centre_.NoteAward(node.id, event.before, event.after);
      }
    }
  }

  std::mt19937_64 random_;
  const UnitLimits limits_;
  CentralLedger centre_;
  std::array<Node, 3> nodes_;
};

TEST(LedgerPair, NothingIsOverdrawnOrLostInAnyHistory) {
  const UnitLimits several[] = {Limits(1001, 17),   Limits(1001),    Limits(std::nullopt, 17, 3),
                                Limits(999, 20, 5), Limits(0, 0, 0), UnitLimits()};
  for (const UnitLimits& limits : several) {
    for (uint64_t seed = 1; seed <= 30; ++seed) {
      SCOPED_TRACE(seed);
      Pair pair(seed, limits);
      for (int step = 0; step < 300; ++step) {
        pair.Step();
        ASSERT_NO_FATAL_FAILURE(pair.Check()) << step;
      }
      pair.HearAll();
      ASSERT_NO_FATAL_FAILURE(pair.Check());
      ASSERT_NO_FATAL_FAILURE(pair.CheckHeard());
    }
  }
}

}  // namespace
}  // namespace kopa::ledger
