#include "regional-node/service/documents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <memory>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/rpc/status.h"
#include "regional-node/core/noted.h"
#include "regional-node/service/document_streams.h"
#include "tests/unit/regional-node/testing/documents.h"
#include "tests/unit/regional-node/testing/running_node.h"

namespace kopa::node {
namespace {

using ::kopa::region::v1::AttachDocumentRequest;
using ::kopa::region::v1::AttachDocumentResponse;
using ::kopa::region::v1::ReadDocumentResponse;
using testing::Container;
using ::testing::HasSubstr;
using testing::Pdf;

class Documents : public testing::RunningNode {
 protected:
  using Writer = std::unique_ptr<grpc::ClientWriter<AttachDocumentRequest>>;

  Documents() {
    Prepare({OpenCall()});
    EXPECT_EQ(Start(), absl::OkStatus());
    id_ = Submit(1).application_id();
  }
  ~Documents() override { Stop(); }

  region::v1::DocumentHead HeadOf(const std::string& content, const std::string& name = "a.pdf") {
    region::v1::DocumentHead head;
    head.set_request_id(std::string(NewRequest().bytes()));
    head.set_application_id(id_);
    head.set_name(name);
    head.set_size_bytes(static_cast<int64_t>(content.size()));
    head.set_sha256(Sha256(content));
    return head;
  }
  absl::StatusOr<AttachDocumentResponse> Attach(const region::v1::DocumentHead& head,
                                                absl::string_view content,
                                                size_t part_bytes = kDocumentPartBytes) {
    const auto context = NewContext();
    context->AddMetadata("kopa-actor", "dace");
    AttachDocumentResponse response;
    const Writer writer = stub_->AttachDocument(context.get(), &response);
    AttachDocumentRequest request;
    *request.mutable_head() = head;
    bool open = writer->Write(request);
    for (; open && !content.empty(); content.remove_prefix(std::min(content.size(), part_bytes))) {
      request.set_content(std::string(content.substr(0, part_bytes)));
      open = writer->Write(request);
    }
    writer->WritesDone();
    const grpc::Status status = writer->Finish();
    if (!status.ok()) return rpc::FromGrpc(status);
    return response;
  }
  absl::StatusOr<AttachDocumentResponse> Attach(const std::string& content) {
    return Attach(HeadOf(content), content);
  }
  // "field CODE" of what the head is refused with, with a right content.
  std::string FaultOf(const region::v1::DocumentHead& head) {
    const absl::Status status = Attach(head, Pdf(100)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    const std::vector<Fault> faults = FaultsOf(status);
    if (faults.size() != 1) return std::string(status.message());
    EXPECT_FALSE(faults[0].message_lv.empty());
    return absl::StrCat(faults[0].field, " ", faults[0].code);
  }
  std::string NameFault(const std::string& name) { return FaultOf(HeadOf(Pdf(100), name)); }

  absl::StatusOr<std::vector<ReadDocumentResponse>> Read(uint64_t seq) {
    region::v1::ReadDocumentRequest request;
    request.set_application_id(id_);
    request.set_seq(seq);
    const auto context = NewContext();
    const auto reader = stub_->ReadDocument(context.get(), request);
    std::vector<ReadDocumentResponse> parts;
    ReadDocumentResponse part;
    while (reader->Read(&part)) parts.push_back(part);
    const grpc::Status status = reader->Finish();
    if (!status.ok()) return rpc::FromGrpc(status);
    return parts;
  }
  region::v1::ListDocumentsResponse List() {
    region::v1::ListDocumentsRequest request;
    request.set_application_id(id_);
    region::v1::ListDocumentsResponse response;
    const grpc::Status status = stub_->ListDocuments(NewContext().get(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
  bool Verified() {
    region::v1::VerifyNodeResponse response;
    EXPECT_TRUE(stub_->VerifyNode(NewContext().get(), {}, &response).ok());
    return response.ok();
  }

  std::string id_;
};

TEST_F(Documents, ADocumentComesBackAsItWasWhateverItsParts) {
  const std::string content = Pdf(2 * kDocumentPartBytes + 12345);
  for (const size_t part_bytes : {kDocumentPartBytes, kDocumentPartBytes - 1, size_t{100'000}}) {
    const auto attached = Attach(HeadOf(content), content, part_bytes);
    ASSERT_TRUE(attached.ok()) << attached.status();
    EXPECT_EQ(attached->document().type(), region::v1::DOCUMENT_TYPE_PDF);
    EXPECT_EQ(attached->document().added_by(), "dace");
    EXPECT_EQ(attached->receipt().seq(), attached->document().seq());
    const auto parts = Read(attached->document().seq());
    ASSERT_TRUE(parts.ok()) << parts.status();
    ASSERT_EQ(parts->size(), 3u);
    EXPECT_EQ(parts->at(0).document().DebugString(), attached->document().DebugString());
    EXPECT_FALSE(parts->at(1).has_document());
    std::string read;
    for (const ReadDocumentResponse& part : *parts) read += part.content();
    EXPECT_EQ(Sha256(read), Sha256(content));
  }
  EXPECT_EQ(List().documents_size(), 3);
  EXPECT_TRUE(Verified());
}

TEST_F(Documents, TheLargestThatIsAllowedIsTakenAndOneByteMoreIsNot) {
  const std::string content = Pdf(static_cast<size_t>(kDocumentBytesMax));
  const auto attached = Attach(content);
  ASSERT_TRUE(attached.ok()) << attached.status();
  EXPECT_EQ(Read(attached->document().seq())->size(), 40u);
  const std::string larger = Pdf(static_cast<size_t>(kDocumentBytesMax) + 1);
  EXPECT_EQ(FaultOf(HeadOf(larger)), "size_bytes TOO_LARGE");
}

TEST_F(Documents, NothingOfADocumentLiesOpenInTheStore) {
  ASSERT_TRUE(Attach(HeadOf(Pdf(5000), "janis-paraugs.pdf"), Pdf(5000)).ok());
  const auto view = store_.Snapshot();
  for (size_t family = 0; family < FamilyNames().size(); ++family) {
    const auto walk = view->Scan(static_cast<storage::Family>(family), "", "");
    for (; walk->Valid(); walk->Next()) {
      EXPECT_EQ(walk->value().find("paraugs"), absl::string_view::npos) << FamilyNames()[family];
      EXPECT_EQ(walk->value().find("%PDF-"), absl::string_view::npos) << FamilyNames()[family];
    }
  }
}

TEST_F(Documents, TheTypeIsToldByTheContentNotByTheName) {
  const std::string container = Container();
  const auto edoc = Attach(HeadOf(container, "looks-like.pdf"), container);
  ASSERT_TRUE(edoc.ok()) << edoc.status();
  EXPECT_EQ(edoc->document().type(), region::v1::DOCUMENT_TYPE_EDOC);
  // One small and one that is refused before all of it came.
  for (const size_t size : {size_t{10}, 3 * kDocumentPartBytes}) {
    const absl::Status status = Attach(std::string(size, 'x')).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    ASSERT_EQ(FaultsOf(status).size(), 1u);
    EXPECT_EQ(FaultsOf(status)[0].code, "DOCUMENT_TYPE");
  }
  EXPECT_EQ(List().documents_size(), 1);
}

TEST_F(Documents, ANameIsOneWithoutFoldersAndControls) {
  EXPECT_EQ(NameFault(""), "name MISSING_FIELD");
  EXPECT_EQ(NameFault("../a.pdf"), "name BAD_TEXT");
  EXPECT_EQ(NameFault("C:\\a.pdf"), "name BAD_TEXT");
  EXPECT_EQ(NameFault(".."), "name BAD_TEXT");
  EXPECT_EQ(NameFault("a\nb.pdf"), "name BAD_TEXT");
  EXPECT_EQ(NameFault("a\u202Efdp.exe"), "name BAD_TEXT");
  EXPECT_EQ(NameFault(std::string(kDocumentNameCharactersMax + 1, 'a')), "name TOO_LONG");
  EXPECT_TRUE(Attach(HeadOf(Pdf(100), "Līgums Nr. 5 (parakstīts).pdf"), Pdf(100)).ok());
}

TEST_F(Documents, TheHeadNeedsSizeAndDigest) {
  region::v1::DocumentHead head = HeadOf(Pdf(100));
  head.set_size_bytes(0);
  EXPECT_EQ(FaultOf(head), "size_bytes MISSING_FIELD");
  head = HeadOf(Pdf(100));
  head.set_sha256("short");
  EXPECT_EQ(FaultOf(head), "sha256 MISSING_FIELD");
}

TEST_F(Documents, WhatIsNotWhatTheHeadSaysIsNotKept) {
  const std::string content = Pdf(kDocumentPartBytes + 100);
  std::string other = content;
  other.back() = '?';
  for (const std::string& sent : {other, content.substr(1), content.substr(0, 50), content + "x"}) {
    const absl::Status status = Attach(HeadOf(content), sent).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    ASSERT_EQ(FaultsOf(status).size(), 1u);
  }
  EXPECT_EQ(Attach(HeadOf(content), content, kDocumentPartBytes + 1).status().code(),
            absl::StatusCode::kInvalidArgument)
      << "a message that is too large";
  EXPECT_EQ(List().documents_size(), 0);
  EXPECT_TRUE(Verified());
}

TEST_F(Documents, WithoutAHeadFirstNothingIsTaken) {
  const auto context = NewContext();
  AttachDocumentResponse response;
  const Writer writer = stub_->AttachDocument(context.get(), &response);
  AttachDocumentRequest request;
  request.set_content(Pdf(100));
  writer->Write(request);
  writer->WritesDone();
  EXPECT_EQ(writer->Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(Documents, AnUnknownApplicationOrDocumentIsNotFound) {
  region::v1::DocumentHead head = HeadOf(Pdf(100));
  head.set_application_id(std::string(NewRequest().bytes()));
  EXPECT_EQ(Attach(head, Pdf(100)).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Read(1).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(Documents, TheSameRequestAgainGetsTheSameAnswerAlsoAfterARestart) {
  const std::string content = Pdf(3 * kDocumentPartBytes);
  const region::v1::DocumentHead head = HeadOf(content);
  const auto first = Attach(head, content);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(Attach(head, content)->DebugString(), first->DebugString());
  Stop();
  ASSERT_EQ(Start(), absl::OkStatus());
  EXPECT_EQ(Attach(head, content)->DebugString(), first->DebugString());
  EXPECT_EQ(List().documents_size(), 1);
  region::v1::DocumentHead other = head;
  other.set_name("other.pdf");
  EXPECT_EQ(Attach(other, content).status().code(), absl::StatusCode::kAlreadyExists);
}

TEST_F(Documents, ACallerThatGoesAwayLeavesNothing) {
  const std::string content = Pdf(2 * kDocumentPartBytes);
  {
    const auto context = NewContext();
    AttachDocumentResponse response;
    const Writer writer = stub_->AttachDocument(context.get(), &response);
    AttachDocumentRequest request;
    *request.mutable_head() = HeadOf(content);
    ASSERT_TRUE(writer->Write(request));
    request.set_content(content.substr(0, kDocumentPartBytes));
    ASSERT_TRUE(writer->Write(request));
    context->TryCancel();
    EXPECT_FALSE(writer->Finish().ok());
  }
  EXPECT_EQ(List().documents_size(), 0);
}

TEST_F(Documents, MoreUploadsAtOnceThanMemoryIsKeptForAreRefusedUntilOneEnds) {
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<Writer> writers;
  std::deque<AttachDocumentResponse> responses;  // stay where they are
  const std::string content = Pdf(100);
  const auto begin_one = [&] {
    contexts.push_back(NewContext());
    responses.emplace_back();
    writers.push_back(stub_->AttachDocument(contexts.back().get(), &responses.back()));
    AttachDocumentRequest request;
    *request.mutable_head() = HeadOf(content);
    writers.back()->Write(request);
  };
  for (int i = 0; i < kUploadsMax; ++i) begin_one();
  const auto refused = [&] {
    return Attach(content).status().code() == absl::StatusCode::kResourceExhausted;
  };
  EXPECT_TRUE(Eventually([&] {
    if (refused()) return true;
    begin_one();  // the attempt may have taken the place of one that was on its way
    return false;
  }));
  for (const auto& context : contexts) context->TryCancel();
  EXPECT_TRUE(Eventually([&] { return !refused(); }));
  for (const Writer& writer : writers) writer->Finish();
}

class DamagedDocuments : public Documents {
 protected:
  DamagedDocuments() {
    const std::string content = Pdf(3 * kDocumentPartBytes);
    const auto attached = Attach(content);
    const auto second = Attach(content);
    EXPECT_TRUE(attached.ok() && second.ok());
    seq_ = attached->document().seq();
    other_seq_ = second->document().seq();
  }
  std::string Key(uint64_t seq, uint32_t part) const {
    return DocumentPartKey(*Uuid::FromBytes(id_), Seq(seq), part);
  }
  std::string Part(uint64_t seq, uint32_t part) const {
    return *store_.Get(kDocumentPart, Key(seq, part));
  }
  absl::StatusCode ReadAfter(const storage::WriteBatch& damage) {
    EXPECT_TRUE(store_.Write(damage).ok());
    return Read(seq_).status().code();
  }

  uint64_t seq_ = 0;
  uint64_t other_seq_ = 0;
};

TEST_F(DamagedDocuments, SwappedPartsDoNotOpen) {
  storage::WriteBatch damage;
  damage.Put(kDocumentPart, Key(seq_, 0), Part(seq_, 1));
  damage.Put(kDocumentPart, Key(seq_, 1), Part(seq_, 0));
  EXPECT_EQ(ReadAfter(damage), absl::StatusCode::kDataLoss);
}

TEST_F(DamagedDocuments, APartOfAnotherDocumentDoesNotOpen) {
  storage::WriteBatch damage;
  damage.Put(kDocumentPart, Key(seq_, 1), Part(other_seq_, 1));
  EXPECT_EQ(ReadAfter(damage), absl::StatusCode::kDataLoss);
}

TEST_F(DamagedDocuments, AMissingPartIsNoticed) {
  storage::WriteBatch damage;
  damage.Delete(kDocumentPart, Key(seq_, 2));
  EXPECT_EQ(ReadAfter(damage), absl::StatusCode::kDataLoss);
}

TEST_F(DamagedDocuments, AHeadThatIsNotTheOneOfItsRecordIsNoticedByVerify) {
  EXPECT_TRUE(Verified());
  const ApplicationId id = *Uuid::FromBytes(id_);
  storage::WriteBatch damage;
  damage.Put(kDocument, NotedKey(id, Seq(seq_)),
             *store_.Get(kDocument, NotedKey(id, Seq(other_seq_))));
  EXPECT_EQ(ReadAfter(damage), absl::StatusCode::kDataLoss);
  EXPECT_FALSE(Verified());
}

}  // namespace
}  // namespace kopa::node
