// A key that is gone was erased, and the key store says so, or it is lost: then nobody may be told
// that the person was erased.

#include "regional-node/service/application_key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/rpc/status.h"
#include "regional-node/core/families.h"
#include "tests/unit/regional-node/testing/running_node.h"

namespace kopa::node {
namespace {

using ::testing::HasSubstr;

// Families of the key store.
constexpr storage::Family kKey = 0;
constexpr storage::Family kErased = 1;

constexpr auto kDataLoss = absl::StatusCode::kDataLoss;

class ApplicationKeys : public testing::RunningNode {
 protected:
  ApplicationKeys() {
    Prepare({OpenCall()});
    EXPECT_EQ(Start(), absl::OkStatus());
    id_ = Submit(1).application_id();
    EXPECT_EQ(AddNote(), absl::StatusCode::kOk);
  }
  ~ApplicationKeys() override { Stop(); }

  void Lose() {
    storage::WriteBatch batch;
    batch.Delete(kKey, id_);
    ASSERT_TRUE(keys_->Get(kKey, id_).ok());
    ASSERT_TRUE(keys_->Write(batch).ok());
  }
  void Erase() {
    storage::WriteBatch batch;
    batch.Delete(kKey, id_);
    batch.Put(kErased, id_, "");
    ASSERT_TRUE(keys_->Write(batch).ok());
  }
  // As a rejoin leaves an application of which the centre alone knows.
  void ForgetThePerson() {
    const std::string key = ApplicationKey(CallId(OpenCall().id()), *Uuid::FromBytes(id_));
    region::v1::Application application;
    ASSERT_TRUE(application.ParseFromString(*store_.Get(kApplication, key)));
    application.clear_personal_seq();
    storage::WriteBatch batch;
    batch.Put(kApplication, key, application.SerializeAsString());
    ASSERT_TRUE(store_.Write(batch).ok());
  }

  absl::StatusOr<region::v1::GetApplicationResponse> Get() {
    region::v1::GetApplicationRequest request;
    request.set_application_id(id_);
    region::v1::GetApplicationResponse response;
    const grpc::Status status = stub_->GetApplication(NewContext().get(), request, &response);
    if (!status.ok()) return rpc::FromGrpc(status);
    return response;
  }
  absl::StatusOr<int> NotesListed() {
    region::v1::ListNotesRequest request;
    request.set_application_id(id_);
    region::v1::ListNotesResponse response;
    const grpc::Status status = stub_->ListNotes(NewContext().get(), request, &response);
    if (!status.ok()) return rpc::FromGrpc(status);
    return response.notes_size();
  }
  absl::StatusCode AddNote() {
    region::v1::AddNoteRequest request;
    request.set_request_id(std::string(NewRequest().bytes()));
    request.set_application_id(id_);
    request.set_text("zvanīja");
    region::v1::AddNoteResponse response;
    return rpc::FromGrpc(stub_->AddNote(NewContext().get(), request, &response)).code();
  }
  // Returned for correction and handed in anew.
  absl::StatusCode Correct() {
    region::v1::DecideApplicationsRequest decide;
    auto* decision = decide.add_decisions();
    decision->set_application_id(id_);
    decision->set_verb(region::v1::DECISION_VERB_RETURN);
    decision->set_reason("precizēt");
    region::v1::DecideApplicationsResponse decided;
    EXPECT_TRUE(stub_->DecideApplications(NewContext().get(), decide, &decided).ok());
    EXPECT_FALSE(decided.results(0).has_error()) << decided.DebugString();
    region::v1::SubmitApplicationRequest request;
    request.set_call(OpenCall().id());
    *request.mutable_application() = Application(1);
    request.mutable_application()->set_title("Es vēl varu");
    region::v1::SubmitApplicationResponse response;
    return rpc::FromGrpc(stub_->SubmitApplication(NewContext().get(), request, &response)).code();
  }
  // The detail of the one check that this is about, where it differs; empty where it holds.
  std::string KeysFoundMissing() {
    region::v1::VerifyNodeResponse response;
    EXPECT_TRUE(stub_->VerifyNode(NewContext().get(), {}, &response).ok());
    for (const auto& check : response.checks()) {
      if (check.name() == "keys zemgale") return check.ok() ? "" : check.detail();
    }
    return "not looked for";
  }

  std::string id_;
};

TEST_F(ApplicationKeys, WhatItSealedIsOpenedWhileItIsThere) {
  EXPECT_EQ(Get()->personal().contact().name(), "Paraugs Paraudziņš");
  EXPECT_EQ(NotesListed().value(), 1);
  EXPECT_EQ(KeysFoundMissing(), "");
  EXPECT_EQ(Correct(), absl::StatusCode::kOk);
}

TEST_F(ApplicationKeys, OnceErasedThereIsNoPerson) {
  Erase();
  ASSERT_TRUE(Get().ok());
  EXPECT_FALSE(Get()->has_personal());
  EXPECT_EQ(NotesListed().value(), 0);
  EXPECT_EQ(AddNote(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Correct(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(KeysFoundMissing(), "");
}

TEST_F(ApplicationKeys, OnceLostNobodyIsToldOfAnErasure) {
  Submit(2);
  Lose();
  const absl::Status status = Get().status();
  EXPECT_EQ(status.code(), kDataLoss);
  EXPECT_THAT(std::string(status.message()), HasSubstr("is missing from the key store"));
  ASSERT_EQ(FaultsOf(status).size(), 1u);
  EXPECT_EQ(FaultsOf(status)[0].code, "KEY_MISSING");
  EXPECT_FALSE(FaultsOf(status)[0].message_lv.empty());
  EXPECT_EQ(NotesListed().status().code(), kDataLoss);
  EXPECT_EQ(AddNote(), kDataLoss);
  EXPECT_EQ(Correct(), kDataLoss);
  EXPECT_THAT(KeysFoundMissing(), HasSubstr("the keys of 1 of 2 applications are missing"));
  EXPECT_EQ(ApplicationsListed(), 2) << "what is not about the person is there";
}

TEST_F(ApplicationKeys, WhatIsKnownFromTheCentreAloneHasNoneToLose) {
  Lose();
  ForgetThePerson();
  ASSERT_TRUE(Get().ok());
  EXPECT_FALSE(Get()->has_personal());
  EXPECT_EQ(KeysFoundMissing(), "");
  EXPECT_EQ(AddNote(), kDataLoss) << "nor anything to seal with";
}

}  // namespace
}  // namespace kopa::node
