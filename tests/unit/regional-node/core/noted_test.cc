#include "regional-node/core/noted.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "regional-node/core/verify.h"
#include "tests/unit/regional-node/core/node_fixture.h"

namespace kopa::node {
namespace {

using ::kopa::ledger::Amounts;
using ::kopa::national::v1::APPLICATION_STATUS_EVALUATED;
using ::kopa::national::v1::APPLICATION_STATUS_REJECTED;
using ::kopa::national::v1::APPLICATION_STATUS_SUBMITTED;
using ::kopa::national::v1::NoteKind;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class Noting : public NodeFixture {
 protected:
  Noting() { Publish(TestCall(call_.value(), 100'000)); }

  ApplicationId Submitted(const std::string& reference = "A-1") {
    return Submit({reference, Amounts(1000, 1, 0)}).id;
  }

  static SealedParts Sealed(const std::string& content) {
    SealedParts sealed;
    sealed.personal = content;
    sealed.staff = "sealed author";
    if (!content.empty()) sealed.commitments.personal = journal::Commitment("salt", content);
    sealed.commitments.staff = journal::Commitment("salt", sealed.staff);
    return sealed;
  }
  NoteCommand Command(NoteItem item) {
    NoteCommand command;
    command.request = NewRequest();
    command.items.push_back(std::move(item));
    return command;
  }
  NoteCommand Remark(const ApplicationId& id, const std::string& text = "a remark") {
    NoteItem item;
    item.id = id;
    item.kind = national::v1::NOTE_KIND_REMARK;
    item.sealed = Sealed(text);
    return Command(std::move(item));
  }
  NoteCommand Document(const ApplicationId& id, int parts) {
    NoteItem item;
    item.id = id;
    item.kind = national::v1::NOTE_KIND_DOCUMENT;
    item.sealed = Sealed("a head");
    for (int i = 0; i < parts; ++i) item.parts.push_back(absl::StrCat("part ", i));
    return Command(std::move(item));
  }
  NoteCommand Assignment(const ApplicationId& id, std::vector<std::string> assign,
                         std::vector<std::string> unassign = {}) {
    NoteItem item;
    item.id = id;
    item.kind = national::v1::NOTE_KIND_ASSIGNMENT;
    item.sealed = Sealed("");
    item.assign = std::move(assign);
    item.unassign = std::move(unassign);
    return Command(std::move(item));
  }
  // As the handler makes it: what the evaluator scored is left out, the others' points count.
  ConflictCommand Conflict(const ApplicationId& id, const std::string& evaluator) {
    ConflictCommand command;
    command.request = NewRequest();
    command.id = id;
    command.evaluator = evaluator;
    command.sealed = Sealed("");
    region::v1::Application next = Stored(id);
    command.current_version = next.summary().version();
    auto* evaluations = next.mutable_evaluations();
    for (int i = evaluations->size() - 1; i >= 0; --i) {
      if (evaluations->Get(i).evaluator() != evaluator) continue;
      evaluations->DeleteSubrange(i, 1);
      command.next = next;
    }
    if (!command.next.has_value()) return command;
    auto* summary = command.next->mutable_summary();
    summary->clear_score_hundredths();
    summary->clear_thresholds_met();
    if (!command.next->evaluations().empty()) {
      summary->set_score_hundredths(command.next->evaluations(0).total_hundredths());
    }
    command.change_sealed = Sealed("");
    return command;
  }
  DecisionReply DoOne(NodeCommand command) {
    NodeReply reply = Do(std::move(command));
    EXPECT_TRUE(reply.status.ok()) << reply.status;
    if (!reply.status.ok()) return {};
    return std::get<DecideReply>(std::move(reply.result)).items.at(0);
  }
  bool IsStaffed(const ApplicationId& id, StaffingRole role, const std::string& evaluator) const {
    return store_.Get(kStaffing, StaffingKey(id, role, evaluator)).ok();
  }
  NoteKind NewestKind() const { return Newest().application_noted().kind(); }
};

TEST_F(Noting, ARemarkIsJournalledAndChangesNothingElse) {
  const ApplicationId id = Submitted();
  const std::string before = Stored(id).SerializeAsString();
  const DecisionReply reply = DoOne(Remark(id));
  EXPECT_THAT(reply, Became(APPLICATION_STATUS_SUBMITTED));
  EXPECT_EQ(reply.hash, JournalRecords().back().hash());
  EXPECT_EQ(JournalRecords().back().private_commitment(), journal::Commitment("salt", "a remark"));
  EXPECT_EQ(Newest().application_noted().application_id(), id.bytes());
  EXPECT_EQ(NewestKind(), national::v1::NOTE_KIND_REMARK);
  EXPECT_EQ(*store_.Get(kNote, NotedKey(id, reply.seq)), "a remark");
  EXPECT_EQ(*store_.Get(kJournalStaff, SeqKey(reply.seq)), "sealed author");
  EXPECT_FALSE(store_.Get(kJournalPrivate, SeqKey(reply.seq)).ok());
  EXPECT_EQ(Stored(id).SerializeAsString(), before);
  ExpectVerified();
}

TEST_F(Noting, ADocumentLiesInPartsUnderItsRecord) {
  const ApplicationId id = Submitted();
  const DecisionReply reply = DoOne(Document(id, 3));
  EXPECT_EQ(*store_.Get(kDocument, NotedKey(id, reply.seq)), "a head");
  for (uint32_t i = 0; i < 3; ++i) {
    EXPECT_EQ(*store_.Get(kDocumentPart, DocumentPartKey(id, reply.seq, i)),
              absl::StrCat("part ", i));
  }
  EXPECT_FALSE(store_.Get(kDocumentPart, DocumentPartKey(id, reply.seq, 3)).ok());
  ExpectVerified();
}

TEST_F(Noting, AnUnknownApplicationIsAFault) {
  EXPECT_THAT(DoOne(Remark(NewId())), HasFault("UNKNOWN_APPLICATION"));
  EXPECT_THAT(DoOne(Conflict(Submitted(), "Eva")), Became(APPLICATION_STATUS_SUBMITTED));
  ConflictCommand unknown = Conflict(Submitted("A-2"), "Eva");
  unknown.id = NewId();
  EXPECT_THAT(DoOne(std::move(unknown)), HasFault("UNKNOWN_APPLICATION"));
}

TEST_F(Noting, TheSameRequestAgainIsAnsweredTheSameAndDoneOnce) {
  const ApplicationId id = Submitted();
  const NoteCommand command = Remark(id);
  const DecisionReply first = DoOne(NoteCommand(command));
  const auto contents = Contents();
  EXPECT_EQ(DoOne(NoteCommand(command)).seq, first.seq);
  NoteCommand other = command;
  other.request.digest = DigestOf("another content");
  EXPECT_EQ(Do(std::move(other)).status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(Contents(), contents);
}

TEST_F(Noting, AFencedNodeTakesNothing) {
  const ApplicationId id = Submitted();
  NoteCommand remark = Remark(id);
  ConflictCommand conflict = Conflict(id, "Eva");
  national::v1::Fence fence;
  fence.set_reason(national::v1::FENCE_REASON_TWO_COPIES);
  fence.set_detail("two copies live");
  Do(fence);
  const auto contents = Contents();
  EXPECT_EQ(Do(std::move(remark)).status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Do(std::move(conflict)).status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Contents(), contents);
}

TEST_F(Noting, NotesAndDocumentsAreLimitedAlsoAfterARestart) {
  const ApplicationId id = Submitted();
  for (int i = 0; i < kDocumentsMax; ++i) {
    ASSERT_THAT(DoOne(Document(id, 1)), Became(APPLICATION_STATUS_SUBMITTED));
  }
  EXPECT_THAT(DoOne(Document(id, 1)), HasFault("TOO_MANY"));
  Restart();
  EXPECT_THAT(DoOne(Document(id, 1)), HasFault("TOO_MANY"));
  for (int i = 0; i < kNotesMax; ++i) {
    ASSERT_THAT(DoOne(Remark(id)), Became(APPLICATION_STATUS_SUBMITTED));
  }
  EXPECT_THAT(DoOne(Remark(id)), HasFault("TOO_MANY"));
  EXPECT_THAT(DoOne(Remark(Submitted("A-2"))), Became(APPLICATION_STATUS_SUBMITTED));
  ExpectVerified();
}

TEST_F(Noting, EvaluatorsAreAssignedAndTakenBack) {
  const ApplicationId id = Submitted();
  DoOne(Assignment(id, {"Eva", "Ivars"}));
  EXPECT_EQ(NewestKind(), national::v1::NOTE_KIND_ASSIGNMENT);
  EXPECT_TRUE(IsStaffed(id, StaffingRole::kAssigned, "Ivars"));
  DoOne(Assignment(id, {}, {"Ivars"}));
  EXPECT_FALSE(IsStaffed(id, StaffingRole::kAssigned, "Ivars"));
  EXPECT_TRUE(IsStaffed(id, StaffingRole::kAssigned, "Eva"));
  // Only who is asked: others may evaluate, too.
  EXPECT_THAT(Evaluate(id, "Oskars", 3500), Became(APPLICATION_STATUS_EVALUATED));
  ExpectVerified();
}

TEST_F(Noting, AnAssignmentThatChangesNothingWritesNothing) {
  const ApplicationId id = Submitted();
  const size_t records = JournalRecords().size();
  const DecisionReply reply = DoOne(Assignment(id, {}));
  EXPECT_THAT(reply, Became(APPLICATION_STATUS_SUBMITTED));
  EXPECT_EQ(reply.seq.value(), 0u);
  EXPECT_THAT(JournalRecords(), SizeIs(records));
}

TEST_F(Noting, WhoHasAConflictOfInterestEvaluatesNotAndDecidesNot) {
  const ApplicationId id = Submitted();
  DoOne(Assignment(id, {"Eva"}));
  EXPECT_THAT(DoOne(Conflict(id, "Eva")), Became(APPLICATION_STATUS_SUBMITTED));
  EXPECT_EQ(NewestKind(), national::v1::NOTE_KIND_CONFLICT);
  EXPECT_FALSE(IsStaffed(id, StaffingRole::kAssigned, "Eva")) << "nobody asks her any more";
  const auto refuses = [&] {
    EXPECT_THAT(Evaluate(id, "Eva", 3500), HasFault("CONFLICT_OF_INTEREST"));
    EXPECT_THAT(DoOne(Assignment(id, {"Eva"})), HasFault("CONFLICT_OF_INTEREST"));
  };
  refuses();
  Restart();
  refuses();
  EXPECT_THAT(Evaluate(id, "Ivars", 3500), Became(APPLICATION_STATUS_EVALUATED));
  EXPECT_THAT(Decide(Verb::kReject, id, "Eva"), HasFault("CONFLICT_OF_INTEREST"));
  EXPECT_THAT(Evaluate(Submitted("A-2"), "Eva", 3500), Became(APPLICATION_STATUS_EVALUATED));
  ExpectVerified();
}

TEST_F(Noting, WhatWasScoredBeforeTheConflictNoLongerCounts) {
  const ApplicationId id = Submitted();
  Evaluate(id, "Eva", 4000);
  Evaluate(id, "Ivars", 3000);
  const DecisionReply reply = DoOne(Conflict(id, "Eva"));
  EXPECT_THAT(reply, Became(APPLICATION_STATUS_EVALUATED));
  EXPECT_EQ(reply.hash, JournalRecords().back().hash());
  EXPECT_EQ(reply.seq.value(), JournalRecords().back().seq());
  const region::v1::Application stored = Stored(id);
  EXPECT_THAT(stored.evaluations(), SizeIs(1));
  EXPECT_EQ(stored.summary().version(), 4u);
  EXPECT_EQ(Newest().application_changed().summary().score_hundredths(), 3000);
  ExpectVerified();
}

TEST_F(Noting, WithoutAnyEvaluationLeftTheApplicationIsSubmittedAgain) {
  const ApplicationId id = Submitted();
  Evaluate(id, "Eva", 4000);
  EXPECT_THAT(DoOne(Conflict(id, "Eva")), Became(APPLICATION_STATUS_SUBMITTED));
  const region::v1::Application stored = Stored(id);
  EXPECT_FALSE(stored.summary().has_score_hundredths());
  EXPECT_EQ(stored.history(stored.history_size() - 1).verb(), "conflict");
  EXPECT_THAT(Evaluate(id, "Ivars", 3500), Became(APPLICATION_STATUS_EVALUATED));
  ExpectVerified();
}

TEST_F(Noting, AConflictIsRefusedOnceTheEvaluationHasLedToADecision) {
  const ApplicationId id = Evaluated("A-1", Amounts(1000, 1, 0));
  EXPECT_THAT(Decide(Verb::kReject, id), Became(APPLICATION_STATUS_REJECTED));
  const auto contents = Contents();
  const DecisionReply reply = DoOne(Conflict(id, "Eva"));
  ASSERT_THAT(reply, HasFault("DECISION_TAKEN"));
  EXPECT_THAT(reply.fault->message, HasSubstr("REJECTED"));
  EXPECT_THAT(DoOne(Conflict(id, "Ivars")), Became(APPLICATION_STATUS_REJECTED))
      << "of somebody who scored nothing it is only noted";
  EXPECT_TRUE(IsStaffed(id, StaffingRole::kConflict, "Ivars"));
  EXPECT_FALSE(IsStaffed(id, StaffingRole::kConflict, "Eva"));
}

TEST_F(Noting, AConflictOfAnApplicationThatHasChangedMeanwhileComesAgain) {
  const ApplicationId id = Submitted();
  ConflictCommand command = Conflict(id, "Eva");
  Evaluate(id, "Eva", 4000);
  const auto contents = Contents();
  EXPECT_TRUE(DoOne(ConflictCommand(command)).stale);
  EXPECT_EQ(Contents(), contents);
  ConflictCommand again = Conflict(id, "Eva");
  again.request = command.request;
  EXPECT_THAT(DoOne(std::move(again)), Became(APPLICATION_STATUS_SUBMITTED));
}

TEST_F(Noting, AConflictDeclaredTwiceIsThereOnce) {
  const ApplicationId id = Submitted();
  DoOne(Conflict(id, "Eva"));
  const size_t records = JournalRecords().size();
  const DecisionReply reply = DoOne(Conflict(id, "Eva"));
  EXPECT_THAT(reply, Became(APPLICATION_STATUS_SUBMITTED));
  EXPECT_EQ(reply.seq.value(), 0u);
  EXPECT_THAT(JournalRecords(), SizeIs(records));
}

class VerifyingNotes : public Noting {
 protected:
  // What the check of notes says after `damage`.
  std::string DifferenceAfter(storage::WriteBatch damage) {
    EXPECT_TRUE(store_.Write(damage).ok());
    const auto response = VerifyNode(node_, *store_.Snapshot(), 0, nullptr);
    for (const auto& check : response.checks()) {
      if (check.name() == "notes zemgale" && !check.ok()) return check.detail();
    }
    return "";
  }
};

TEST_F(VerifyingNotes, ANoteThatIsNotListedIsFound) {
  const ApplicationId id = Submitted();
  const Seq seq = DoOne(Remark(id)).seq;
  storage::WriteBatch damage;
  damage.Delete(kNoted, NotedKey(id, seq));
  EXPECT_THAT(DifferenceAfter(std::move(damage)), HasSubstr(absl::StrCat("record ", seq.value())));
}

TEST_F(VerifyingNotes, ANoteThatNoRecordBroughtIsFound) {
  const ApplicationId id = Submitted();
  DoOne(Remark(id));
  storage::WriteBatch damage;
  damage.Put(kNote, NotedKey(id, Seq(1)), "smuggled in");
  EXPECT_THAT(DifferenceAfter(std::move(damage)), HasSubstr("a note is stored under record 1"));
}

TEST_F(VerifyingNotes, AListedThingThatNoRecordBroughtIsFound) {
  const ApplicationId id = Submitted();
  DoOne(Document(id, 1));
  storage::WriteBatch damage;
  damage.Put(kNoted, NotedKey(id, Seq(1)), NotedValue(national::v1::NOTE_KIND_REMARK));
  EXPECT_THAT(DifferenceAfter(std::move(damage)), HasSubstr("laid 1 things"));
}

}  // namespace
}  // namespace kopa::node
