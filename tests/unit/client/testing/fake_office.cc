#include "tests/unit/client/testing/fake_office.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/message_differencer.h"
#include "tests/unit/client/testing/fake_servers.h"

namespace kopa::client::testing {

using google::protobuf::util::MessageDifferencer;
using kopa::national::v1::Proposal;

std::vector<kopa::national::v1::LoadCallRequest> FakeOffice::loads() const {
  MutexLock lock(&mutex_);
  return loads_;
}

std::vector<kopa::national::v1::CloseCallRequest> FakeOffice::closes() const {
  MutexLock lock(&mutex_);
  return closes_;
}

std::vector<kopa::national::v1::ProposeChangeRequest> FakeOffice::changes() const {
  MutexLock lock(&mutex_);
  return changes_;
}

std::vector<kopa::national::v1::ApplyRankingRequest> FakeOffice::applies() const {
  MutexLock lock(&mutex_);
  return applies_;
}

grpc::Status FakeOffice::LoadCall(grpc::ServerContext*,
                                  const kopa::national::v1::LoadCallRequest* request,
                                  kopa::national::v1::LoadCallResponse* response) {
  if (!error.ok()) return error;
  MutexLock lock(&mutex_);
  loads_.push_back(*request);
  response->mutable_call()->set_id("loaded");
  response->mutable_call()->set_version(1);
  response->set_changed(loads_.size() == 1);
  return grpc::Status::OK;
}

grpc::Status FakeOffice::CloseCall(grpc::ServerContext*,
                                   const kopa::national::v1::CloseCallRequest* request,
                                   kopa::national::v1::CloseCallResponse* response) {
  if (!error.ok()) return error;
  MutexLock lock(&mutex_);
  closes_.push_back(*request);
  response->mutable_call()->set_id(request->call());
  response->mutable_call()->set_closed(true);
  return grpc::Status::OK;
}

grpc::Status FakeOffice::ProposeChange(grpc::ServerContext* context,
                                       const kopa::national::v1::ProposeChangeRequest* request,
                                       kopa::national::v1::ProposeChangeResponse* response) {
  if (!error.ok()) return error;
  MutexLock lock(&mutex_);
  changes_.push_back(*request);
  const std::string actor = ActorOf(*context);
  for (Proposal& proposal : proposals_) {
    if (proposal.state() != kopa::national::v1::PROPOSAL_STATE_OPEN ||
        !MessageDifferencer::Equals(proposal.change(), request->change())) {
      continue;
    }
    if (proposal.proposed_by() != actor) {
      proposal.set_state(kopa::national::v1::PROPOSAL_STATE_CONFIRMED);
      proposal.set_settled_by(actor);
    }
    *response->mutable_proposal() = proposal;
    return grpc::Status::OK;
  }
  Proposal proposal;
  proposal.set_number(proposals_.size() + 1);
  *proposal.mutable_change() = request->change();
  proposal.set_state(kopa::national::v1::PROPOSAL_STATE_OPEN);
  proposal.set_what("another limit");
  proposal.set_proposed_by(actor);
  proposal.set_reason(request->reason());
  proposals_.push_back(proposal);
  *response->mutable_proposal() = proposal;
  return grpc::Status::OK;
}

grpc::Status FakeOffice::SettleProposal(grpc::ServerContext* context,
                                        const kopa::national::v1::SettleProposalRequest* request,
                                        kopa::national::v1::SettleProposalResponse* response) {
  if (!error.ok()) return error;
  MutexLock lock(&mutex_);
  if (request->number() == 0 || request->number() > proposals_.size()) {
    return {grpc::StatusCode::NOT_FOUND, absl::StrCat("no proposal ", request->number())};
  }
  Proposal& proposal = proposals_[request->number() - 1];
  if (request->state() == kopa::national::v1::PROPOSAL_STATE_CONFIRMED &&
      proposal.proposed_by() == ActorOf(*context)) {
    return {grpc::StatusCode::PERMISSION_DENIED, "another person must confirm it"};
  }
  proposal.set_state(request->state());
  proposal.set_settled_by(ActorOf(*context));
  *response->mutable_proposal() = proposal;
  return grpc::Status::OK;
}

grpc::Status FakeOffice::ListProposals(grpc::ServerContext*,
                                       const kopa::national::v1::ListProposalsRequest* request,
                                       kopa::national::v1::ListProposalsResponse* response) {
  if (!error.ok()) return error;
  MutexLock lock(&mutex_);
  // One a page, newest first.
  const size_t passed = request->page_token().empty() ? 0 : std::stoul(request->page_token());
  if (passed >= proposals_.size()) return grpc::Status::OK;
  *response->add_proposals() = proposals_[proposals_.size() - 1 - passed];
  if (passed + 1 < proposals_.size()) response->set_next_page_token(absl::StrCat(passed + 1));
  return grpc::Status::OK;
}

grpc::Status FakeOffice::ApplyRanking(grpc::ServerContext*,
                                      const kopa::national::v1::ApplyRankingRequest* request,
                                      kopa::national::v1::ApplyRankingResponse* response) {
  if (!error.ok()) return error;
  MutexLock lock(&mutex_);
  applies_.push_back(*request);
  *response = applied;
  return grpc::Status::OK;
}

}  // namespace kopa::client::testing
