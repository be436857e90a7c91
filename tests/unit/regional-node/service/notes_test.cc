#include "regional-node/service/notes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/rpc/status.h"
#include "regional-node/core/families.h"
#include "regional-node/core/noted.h"
#include "tests/unit/regional-node/testing/running_node.h"

namespace kopa::node {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class Notes : public testing::RunningNode {
 protected:
  Notes() {
    Prepare({OpenCall()});
    EXPECT_EQ(Start(), absl::OkStatus());
    id_ = Submit(1).application_id();
  }
  ~Notes() override { Stop(); }

  region::v1::AddNoteRequest Request(const std::string& text) {
    region::v1::AddNoteRequest request;
    request.set_request_id(std::string(NewRequest().bytes()));
    request.set_application_id(id_);
    request.set_text(text);
    return request;
  }
  absl::StatusOr<region::v1::AddNoteResponse> Add(const region::v1::AddNoteRequest& request) {
    const auto context = NewContext();
    context->AddMetadata("kopa-actor", "dace");
    region::v1::AddNoteResponse response;
    const grpc::Status status = stub_->AddNote(context.get(), request, &response);
    if (!status.ok()) return rpc::FromGrpc(status);
    return response;
  }
  // "field CODE" of the one fault that the text is refused with.
  std::string FaultOf(const std::string& text) {
    const auto response = Add(Request(text));
    EXPECT_EQ(response.status().code(), absl::StatusCode::kInvalidArgument);
    const std::vector<Fault> faults = FaultsOf(response.status());
    if (faults.size() != 1) return std::string(response.status().message());
    EXPECT_FALSE(faults[0].message_lv.empty());
    return absl::StrCat(faults[0].field, " ", faults[0].code);
  }
  region::v1::ListNotesResponse List(int page_size = 0, const std::string& token = "") {
    region::v1::ListNotesRequest request;
    request.set_application_id(id_);
    request.set_page_size(page_size);
    request.set_page_token(token);
    region::v1::ListNotesResponse response;
    const grpc::Status status = stub_->ListNotes(NewContext().get(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
  static std::vector<std::string> Texts(const region::v1::ListNotesResponse& response) {
    std::vector<std::string> texts;
    for (const auto& note : response.notes()) texts.push_back(note.text());
    return texts;
  }
  bool Verified() {
    region::v1::VerifyNodeResponse response;
    EXPECT_TRUE(stub_->VerifyNode(NewContext().get(), {}, &response).ok());
    return response.ok();
  }

  std::string id_;
};

TEST_F(Notes, ANoteIsKeptAndListedWithAuthorAndTime) {
  const auto response = Add(Request("  zvanīju skolai\r\natbildēs rīt  "));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->note().text(), "zvanīju skolai\natbildēs rīt");
  EXPECT_EQ(response->note().author(), "dace");
  EXPECT_EQ(response->receipt().seq(), response->note().seq());
  EXPECT_EQ(response->receipt().hash().size(), 32u);
  const region::v1::ListNotesResponse listed = List();
  ASSERT_EQ(listed.notes_size(), 1);
  EXPECT_EQ(listed.notes(0).DebugString(), response->note().DebugString());
  EXPECT_TRUE(listed.next_page_token().empty());
  EXPECT_TRUE(Verified());
}

TEST_F(Notes, NothingOfANoteLiesOpenInTheStore) {
  ASSERT_TRUE(Add(Request("zvanīju skolai")).ok());
  const auto view = store_.Snapshot();
  for (size_t family = 0; family < FamilyNames().size(); ++family) {
    const auto walk = view->Scan(static_cast<storage::Family>(family), "", "");
    for (; walk->Valid(); walk->Next()) {
      EXPECT_THAT(std::string(walk->value()), Not(HasSubstr("skolai"))) << FamilyNames()[family];
    }
  }
}

TEST_F(Notes, NotesComePageByPageOldestFirst) {
  for (int i = 1; i <= 5; ++i) ASSERT_TRUE(Add(Request(absl::StrCat("note ", i))).ok());
  const auto first = List(2);
  EXPECT_THAT(Texts(first), ElementsAre("note 1", "note 2"));
  const auto second = List(2, first.next_page_token());
  EXPECT_THAT(Texts(second), ElementsAre("note 3", "note 4"));
  const auto third = List(2, second.next_page_token());
  EXPECT_THAT(Texts(third), ElementsAre("note 5"));
  EXPECT_TRUE(third.next_page_token().empty());
}

TEST_F(Notes, APageOfLongNotesIsCutToWhatAMessageHolds) {
  // 16,000 bytes each: 1,000 of them would be four times what a message may have.
  std::string text;
  for (size_t i = 0; i < kNoteCharactersMax; ++i) text += "\U0001F600";
  constexpr int kNotes = 80;
  for (int i = 0; i < kNotes; ++i) ASSERT_TRUE(Add(Request(text)).ok());
  const auto first = List(1000);
  EXPECT_LT(first.notes_size(), kNotes);
  EXPECT_EQ(first.notes_size() + List(1000, first.next_page_token()).notes_size(), kNotes);
}

TEST_F(Notes, WhatIsNoTextIsRefused) {
  EXPECT_EQ(FaultOf(""), "text MISSING_FIELD");
  EXPECT_EQ(FaultOf(" \n "), "text MISSING_FIELD");
  EXPECT_EQ(FaultOf(std::string("a\0b", 3)), "text BAD_TEXT");
  EXPECT_EQ(FaultOf("a\u202Eb"), "text BAD_TEXT");
  EXPECT_EQ(FaultOf(std::string(kNoteCharactersMax + 1, 'a')), "text TOO_LONG");
  EXPECT_TRUE(Add(Request(std::string(kNoteCharactersMax, 'a'))).ok());
}

TEST_F(Notes, AnUnknownApplicationIsNotFound) {
  region::v1::AddNoteRequest request = Request("a note");
  request.set_application_id(std::string(NewRequest().bytes()));
  const absl::Status status = Add(request).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  ASSERT_EQ(FaultsOf(status).size(), 1u);
  EXPECT_EQ(FaultsOf(status)[0].code, "UNKNOWN_APPLICATION");
}

TEST_F(Notes, TheSameRequestAgainGetsTheSameAnswerAlsoAfterARestart) {
  const region::v1::AddNoteRequest request = Request("only once");
  const auto first = Add(request);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(Add(request)->DebugString(), first->DebugString());
  Stop();
  ASSERT_EQ(Start(), absl::OkStatus());
  EXPECT_EQ(Add(request)->DebugString(), first->DebugString());
  EXPECT_EQ(List().notes_size(), 1);
  region::v1::AddNoteRequest other = request;
  other.set_text("something else");
  EXPECT_EQ(Add(other).status().code(), absl::StatusCode::kAlreadyExists);
}

// Moved from one record to another of the same application, each opens, but is not what was
// journalled.
TEST_F(Notes, SwappedNotesAreNoticed) {
  const auto first = Add(Request("first"));
  const auto second = Add(Request("second"));
  ASSERT_TRUE(first.ok() && second.ok());
  const ApplicationId id = *Uuid::FromBytes(id_);
  const std::string keys[] = {NotedKey(id, Seq(first->note().seq())),
                              NotedKey(id, Seq(second->note().seq()))};
  storage::WriteBatch swap;
  swap.Put(kNote, keys[0], *store_.Get(kNote, keys[1]));
  swap.Put(kNote, keys[1], *store_.Get(kNote, keys[0]));
  ASSERT_TRUE(store_.Write(swap).ok());
  region::v1::ListNotesRequest request;
  request.set_application_id(id_);
  region::v1::ListNotesResponse response;
  EXPECT_EQ(stub_->ListNotes(NewContext().get(), request, &response).error_code(),
            grpc::StatusCode::DATA_LOSS);
  EXPECT_FALSE(Verified());
}

TEST_F(Notes, ErasingTheApplicationsKeyErasesItsNotes) {
  ASSERT_TRUE(Add(Request("of a person")).ok());
  Stop();
  storage::WriteBatch erase;
  const auto view = keys_->Snapshot();
  // Family 0 of the key store holds the keys, family 1 the marks of those that were erased.
  for (auto walk = view->Scan(0, id_, PrefixEnd(id_)); walk->Valid(); walk->Next()) {
    erase.Delete(0, std::string(walk->key()));
    erase.Put(1, std::string(walk->key()), "");
  }
  ASSERT_FALSE(erase.empty());
  ASSERT_TRUE(keys_->Write(erase).ok());
  ASSERT_EQ(Start(), absl::OkStatus());
  EXPECT_EQ(List().notes_size(), 0);
  EXPECT_EQ(Add(Request("more")).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(Verified()) << "the journal holds without what was erased";
}

}  // namespace
}  // namespace kopa::node
