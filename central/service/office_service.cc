#include "central/service/office_service.h"

#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "central/core/families.h"
#include "central/core/refusal.h"
#include "central/service/answers.h"
#include "central/service/national_queries.h"
#include "common/base/status.h"
#include "common/programme/limits.h"
#include "common/programme/loader.h"
#include "common/rpc/status.h"
#include "common/territory/folded_text.h"

namespace kopa::central {

using ::kopa::national::v1::ListProposalsRequest;
using ::kopa::national::v1::ListProposalsResponse;

namespace {

constexpr size_t kThreads = 2;
constexpr size_t kSaltBytes = 16;
constexpr size_t kReasonCharactersMax = 2000;
constexpr int kProposalsPage = 100;
constexpr int kProposalsPageMax = 1000;
constexpr absl::Duration kRetryDelay = absl::Seconds(1);

absl::Status Refuse(const std::string& field, const std::string& code, const std::string& message,
                    const std::string& message_lv) {
  return Refusal(absl::StatusCode::kInvalidArgument, field, code, message, message_lv);
}

// With the first fault's code as the reason, so that programs have one word to branch on; a refusal
// for want of room says when to come again.
absl::Status ForCaller(absl::Status status) {
  if (absl::IsResourceExhausted(status)) {
    return rpc::WithRetryDelay(std::move(status), kRetryDelay);
  }
  const std::vector<Fault> faults = FaultsOf(status);
  if (faults.empty() || absl::IsInvalidArgument(status)) return status;
  return rpc::WithReason(std::move(status), faults.front().code);
}

absl::Status CheckReason(const std::string& reason, bool needed) {
  if (reason.empty() && needed) {
    return Refuse("reason", "MISSING_FIELD", "say why, in words", "jānorāda pamatojums");
  }
  size_t characters = 0;
  bool is_plain = IsValidText(reason);
  for (const char c : reason) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) != 0x80) ++characters;
    is_plain = is_plain && (byte >= 0x20 || byte == '\n' || byte == '\t') && byte != 0x7F;
  }
  if (!is_plain) {
    return Refuse("reason", "BAD_TEXT", "must be UTF-8 without control characters",
                  "jābūt UTF-8 tekstam bez vadības zīmēm");
  }
  if (characters > kReasonCharactersMax) {
    return Refuse("reason", "TOO_LONG",
                  absl::StrCat("at most ", kReasonCharactersMax, " characters"),
                  absl::StrCat("ne vairāk kā ", kReasonCharactersMax, " rakstzīmes"));
  }
  return absl::OkStatus();
}

absl::StatusOr<programme::v1::Call> ParseDefinition(const national::v1::LoadCallRequest& request,
                                                    const Territory& territory) {
  if (request.definition().size() > programme::kCallFileBytesMax) {
    return Refuse("definition", "TOO_LONG",
                  absl::StrCat("at most ", programme::kCallFileBytesMax, " bytes"),
                  absl::StrCat("ne vairāk kā ", programme::kCallFileBytesMax, " baiti"));
  }
  if (request.file_name().empty()) {
    return Refuse("file_name", "MISSING_FIELD",
                  "the name of the file is wanted, like kontakts-2025.textproto",
                  "jānorāda datnes nosaukums, piemēram, kontakts-2025.textproto");
  }
  return programme::ParseCall(request.file_name(), request.definition(), &territory);
}

// The same deadline in the same letters, however it was written: a second person's proposal must be
// known as the same. What is no time is left for the core to refuse.
national::v1::Change InNormalForm(national::v1::Change change) {
  absl::CivilSecond closes;
  if (change.has_window_closes() && absl::ParseLenientCivilTime(change.window_closes(), &closes)) {
    change.set_window_closes(absl::FormatCivilTime(closes));
  }
  return change;
}

absl::StatusOr<ListProposalsResponse> Proposals(const storage::View& view,
                                                const ListProposalsRequest& request) {
  if (request.page_size() < 0 || request.page_size() > kProposalsPageMax) {
    return Refuse("page_size", "BAD_PAGE", absl::StrCat("0 to ", kProposalsPageMax),
                  absl::StrCat("0 līdz ", kProposalsPageMax));
  }
  std::string end;
  if (uint64_t below = 0; !request.page_token().empty()) {
    if (!absl::SimpleAtoi(request.page_token(), &below)) {
      return Refuse("page_token", "BAD_PAGE", "must be one that an answer gave",
                    "jābūt tādam, kāds dots atbildē");
    }
    end = NumberKey(below);
  }
  const int size = request.page_size() == 0 ? kProposalsPage : request.page_size();
  ListProposalsResponse response;
  const auto at = view.Scan(kProposal, "", end, /*reverse=*/true);
  for (; at->Valid() && response.proposals_size() < size; at->Next()) {
    if (!response.add_proposals()->ParseFromArray(at->value().data(),
                                                  static_cast<int>(at->value().size()))) {
      return absl::DataLossError("a stored proposal does not parse");
    }
  }
  RETURN_IF_ERROR(at->status());
  if (at->Valid()) {
    response.set_next_page_token(
        absl::StrCat(response.proposals(response.proposals_size() - 1).number()));
  }
  return response;
}

}  // namespace

OfficeService::OfficeService(OfficeParts parts) : parts_(std::move(parts)), worker_(kThreads) {}

absl::StatusOr<StaffEntry> OfficeService::StaffOf(const grpc::CallbackServerContext& context,
                                                  const std::string& verb,
                                                  const std::string& reason,
                                                  bool reason_needed) const {
  ASSIGN_OR_RETURN(rpc::Caller caller, rpc::CallerOf(context, parts_.transport));
  RETURN_IF_ERROR(CheckReason(reason, reason_needed));
  return StaffEntry{parts_.entropy->Bytes(kSaltBytes), std::move(caller.actor), verb, reason};
}

void OfficeService::Run(grpc::CallbackServerContext* context, grpc::ServerUnaryReactor* reactor,
                        const std::string& verb, const std::string& reason, bool reason_needed,
                        std::function<absl::StatusOr<CentralCommand>(StaffEntry staff)> prepare,
                        std::function<void(CentralReply&& reply)> take) {
  auto staff = StaffOf(*context, verb, reason, reason_needed);
  if (!staff.ok()) {
    reactor->Finish(rpc::ToGrpc(ForCaller(staff.status())));
    return;
  }
  const absl::Status posted = worker_.Post([this, reactor, staff = *std::move(staff),
                                            prepare = std::move(prepare),
                                            take = std::move(take)]() mutable {
    absl::StatusOr<CentralCommand> command = prepare(std::move(staff));
    absl::Status queued = command.status();
    if (queued.ok()) {
      queued = parts_.submit(*std::move(command),
                             [reactor, take = std::move(take)](absl::StatusOr<CentralReply> reply) {
                               absl::Status status = reply.ok() ? reply->status : reply.status();
                               if (status.ok()) return take(*std::move(reply));
                               reactor->Finish(rpc::ToGrpc(ForCaller(std::move(status))));
                             });
    }
    if (!queued.ok()) reactor->Finish(rpc::ToGrpc(ForCaller(queued)));
  });
  if (!posted.ok()) reactor->Finish(rpc::ToGrpc(ForCaller(posted)));
}

grpc::ServerUnaryReactor* OfficeService::LoadCall(grpc::CallbackServerContext* context,
                                                  const national::v1::LoadCallRequest* request,
                                                  national::v1::LoadCallResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  Run(
      context, reactor, "call load", request->reason(), /*reason_needed=*/false,
      [this, request](StaffEntry staff) -> absl::StatusOr<CentralCommand> {
        ASSIGN_OR_RETURN(programme::v1::Call definition,
                         ParseDefinition(*request, *parts_.territory));
        return LoadCallCommand{std::move(definition), std::move(staff)};
      },
      [reactor, response](CentralReply&& reply) {
        auto& published = std::get<CentralReply::Published>(reply.result);
        *response->mutable_call() = std::move(published.call);
        response->set_changed(published.changed);
        reactor->Finish(grpc::Status::OK);
      });
  return reactor;
}

grpc::ServerUnaryReactor* OfficeService::CloseCall(grpc::CallbackServerContext* context,
                                                   const national::v1::CloseCallRequest* request,
                                                   national::v1::CloseCallResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  Run(
      context, reactor, "call close", request->reason(), /*reason_needed=*/false,
      [request](StaffEntry staff) -> absl::StatusOr<CentralCommand> {
        return CloseCallCommand{CallId(request->call()), std::move(staff)};
      },
      [reactor, response](CentralReply&& reply) {
        auto& published = std::get<CentralReply::Published>(reply.result);
        *response->mutable_call() = std::move(published.call);
        reactor->Finish(grpc::Status::OK);
      });
  return reactor;
}

grpc::ServerUnaryReactor* OfficeService::ProposeChange(
    grpc::CallbackServerContext* context, const national::v1::ProposeChangeRequest* request,
    national::v1::ProposeChangeResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  Run(
      context, reactor, "propose", request->reason(), /*reason_needed=*/true,
      [request](StaffEntry staff) -> absl::StatusOr<CentralCommand> {
        return ProposeCommand{InNormalForm(request->change()), std::move(staff)};
      },
      [reactor, response](CentralReply&& reply) {
        *response->mutable_proposal() = std::get<national::v1::Proposal>(std::move(reply.result));
        reactor->Finish(grpc::Status::OK);
      });
  return reactor;
}

grpc::ServerUnaryReactor* OfficeService::SettleProposal(
    grpc::CallbackServerContext* context, const national::v1::SettleProposalRequest* request,
    national::v1::SettleProposalResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const bool withdraws = request->state() == national::v1::PROPOSAL_STATE_WITHDRAWN;
  Run(
      context, reactor, withdraws ? "withdraw" : "confirm", "", /*reason_needed=*/false,
      [request](StaffEntry staff) -> absl::StatusOr<CentralCommand> {
        return SettleProposalCommand{request->number(), request->state(), std::move(staff)};
      },
      [reactor, response](CentralReply&& reply) {
        *response->mutable_proposal() = std::get<national::v1::Proposal>(std::move(reply.result));
        reactor->Finish(grpc::Status::OK);
      });
  return reactor;
}

grpc::ServerUnaryReactor* OfficeService::ListProposals(grpc::CallbackServerContext* context,
                                                       const ListProposalsRequest* request,
                                                       ListProposalsResponse* response) {
  return AnswerOn<ListProposalsResponse>(
      worker_, context, [this, request] { return Proposals(*parts_.store->Snapshot(), *request); },
      response);
}

grpc::ServerUnaryReactor* OfficeService::ApplyRanking(
    grpc::CallbackServerContext* context, const national::v1::ApplyRankingRequest* request,
    national::v1::ApplyRankingResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  Run(
      context, reactor, "rank apply", request->reason(), /*reason_needed=*/false,
      [request](StaffEntry staff) -> absl::StatusOr<CentralCommand> {
        return ApplyRankingCommand{CallId(request->call()), request->digest(), std::move(staff)};
      },
      [this, reactor, response](CentralReply&& reply) {
        FinishApplied(reactor, response, std::move(reply));
      });
  return reactor;
}

void OfficeService::FinishApplied(grpc::ServerUnaryReactor* reactor,
                                  national::v1::ApplyRankingResponse* response,
                                  CentralReply&& reply) {
  *response = std::get<CentralReply::Applied>(std::move(reply.result));
  // The committer's thread does not read the store.
  const auto fill = [this, reactor, response] {
    const absl::Status filled = FillOrganisations(*parts_.store, response->mutable_ranking());
    parts_.view->FillFreshness(response->mutable_ranking()->mutable_freshness());
    reactor->Finish(rpc::ToGrpc(filled));
  };
  // Decided it is in any case: names are worth no error.
  if (!worker_.Post(fill).ok()) reactor->Finish(grpc::Status::OK);
}

}  // namespace kopa::central
