#include "tests/unit/regional-node/core/node_fixture.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "regional-node/core/verify.h"

namespace kopa::node {

NodeFixture::NodeFixture() { Restart(); }

void NodeFixture::Restart(bool may_spend) {
  auto core = NodeCore::Recover(node_, *store_.Snapshot());
  ASSERT_TRUE(core.ok()) << core.status();
  core_ = *std::move(core);
  if (core_->state().fenced()) return;
  NodeEffects effects;
  core_->Open(now_, entropy_.Bytes(16), may_spend, effects);
  Write(effects);
}

void NodeFixture::Write(NodeEffects& effects) {
  ASSERT_TRUE(store_.Write(effects.batch).ok());
  for (auto& key : effects.wrapped_keys) wrapped_keys_.push_back(std::move(key));
  for (auto& [ticket, reply] : effects.replies) {
    EXPECT_TRUE(replies_.emplace(ticket, std::move(reply)).second) << "answered twice";
  }
}

engine::Ticket NodeFixture::Post(NodeCommand command) {
  NodeEffects effects;
  const engine::Ticket ticket = ++last_ticket_;
  core_->Step(now_, ticket, std::move(command), effects);
  core_->Finish(effects);
  Write(effects);
  return ticket;
}

std::optional<NodeReply> NodeFixture::TakeReply(engine::Ticket ticket) {
  const auto found = replies_.find(ticket);
  if (found == replies_.end()) return std::nullopt;
  NodeReply reply = std::move(found->second);
  replies_.erase(found);
  return reply;
}

NodeReply NodeFixture::Do(NodeCommand command) {
  std::optional<NodeReply> reply = TakeReply(Post(std::move(command)));
  EXPECT_TRUE(reply.has_value()) << "it is not answered";
  return reply.has_value() ? *std::move(reply) : NodeReply{absl::UnknownError("none"), Done{}};
}

void NodeFixture::Publish(const programme::v1::Call& call) {
  if (core_->state().incarnation == 0) {
    Connect();
    Disconnect();
  }
  national::v1::DownEntry entry;
  entry.set_incarnation(core_->state().incarnation);
  entry.set_number(++last_down_entry_);
  *entry.mutable_call()->mutable_call() = call;
  Do(entry);
}

void NodeFixture::Connect(uint64_t incarnation, const std::string& nonce) {
  Do(LinkAdmitted{incarnation, nonce});
}

void NodeFixture::Allot(const ledger::Amounts& total) {
  national::v1::AllotmentTotals allotment;
  allotment.set_call(call_.value());
  *allotment.mutable_allotted() = total.ToProto();
  Do(allotment);
}

void NodeFixture::Recall(const ledger::Amounts& handed_back_target) {
  national::v1::Recall recall;
  recall.set_call(call_.value());
  *recall.mutable_handed_back_target() = handed_back_target.ToProto();
  Do(recall);
}

void NodeFixture::Pass(absl::Duration time) {
  now_ += time;
  NodeEffects effects;
  core_->Step(now_, 0, NodeCore::Tick(), effects);
  core_->Finish(effects);
  Write(effects);
}

RequestKey NodeFixture::NewRequest() {
  const Uuid id = NewId();
  return {id, DigestOf(id.ToString())};
}

SubmitItemReply NodeFixture::Submit(const HandIn& hand_in) {
  SubmitCommand command;
  command.request = NewRequest();
  command.call = call_;
  command.items.push_back(MakeSubmitItem(call_, NewId(), hand_in));
  NodeReply reply = Do(std::move(command));
  EXPECT_TRUE(reply.status.ok()) << reply.status;
  if (!reply.status.ok()) return {};
  return std::get<SubmitReply>(std::move(reply.result)).items.at(0);
}

ApplicationId NodeFixture::Evaluated(const std::string& reference,
                                     const ledger::Amounts& requested) {
  const ApplicationId id = Submit({reference, requested}).id;
  EXPECT_THAT(Evaluate(id, "Eva", 4000), Became(national::v1::APPLICATION_STATUS_EVALUATED));
  return id;
}

DecisionReply NodeFixture::Evaluate(const ApplicationId& id, const std::string& evaluator,
                                    int64_t hundredths) {
  EvaluateCommand command;
  command.request = NewRequest();
  command.items.push_back(MakeEvaluateItem(Stored(id), evaluator, hundredths));
  NodeReply reply = Do(std::move(command));
  EXPECT_TRUE(reply.status.ok()) << reply.status;
  return std::get<DecideReply>(std::move(reply.result)).items.at(0);
}

DecideCommand NodeFixture::Decision(Verb verb, const std::vector<ApplicationId>& ids,
                                    const std::string& actor) {
  DecideCommand command;
  command.request = NewRequest();
  command.actor = actor;
  for (const ApplicationId& id : ids) command.items.push_back(MakeDecideItem(Stored(id), verb));
  return command;
}

DecisionReply NodeFixture::Decide(Verb verb, const ApplicationId& id, const std::string& actor) {
  NodeReply reply = Do(Decision(verb, {id}, actor));
  EXPECT_TRUE(reply.status.ok()) << reply.status;
  if (!reply.status.ok()) return {};
  return std::get<DecideReply>(std::move(reply.result)).items.at(0);
}

region::v1::Application NodeFixture::Stored(const ApplicationId& id) const {
  const auto application = FetchApplication(store_, call_, id);
  EXPECT_TRUE(application.ok()) << id.ToString();
  return application.ok() ? *application : region::v1::Application();
}

NodeCore::CallFigures NodeFixture::FiguresOfCall() const {
  for (const NodeCore::CallFigures& figures : core_->Figures()) {
    if (figures.call == call_) return figures;
  }
  ADD_FAILURE() << "the call is not known";
  return {};
}

ledger::Totals NodeFixture::Totals() const { return FiguresOfCall().totals; }
ledger::Amounts NodeFixture::Headroom() const { return FiguresOfCall().headroom; }
ledger::Amounts NodeFixture::PendingSum() const { return FiguresOfCall().pending; }

std::vector<national::v1::JournalRecord> NodeFixture::JournalRecords() const {
  std::vector<national::v1::JournalRecord> records;
  const auto view = store_.Snapshot();
  for (const auto at = view->Scan(kJournal, "", ""); at->Valid(); at->Next()) {
    national::v1::JournalRecord record;
    EXPECT_TRUE(record.ParseFromArray(at->value().data(), static_cast<int>(at->value().size())));
    records.push_back(std::move(record));
  }
  return records;
}

std::vector<national::v1::PublicRecord> NodeFixture::PublicRecords() const {
  std::vector<national::v1::PublicRecord> parts;
  for (const national::v1::JournalRecord& record : JournalRecords()) {
    const absl::Status status = journal::ParsePublic(record, &parts.emplace_back());
    EXPECT_TRUE(status.ok()) << status;
  }
  return parts;
}

std::map<std::string, std::string> NodeFixture::Contents() const {
  std::map<std::string, std::string> contents;
  const auto view = store_.Snapshot();
  for (size_t family = 0; family < FamilyNames().size(); ++family) {
    const auto at = view->Scan(static_cast<storage::Family>(family), "", "");
    for (; at->Valid(); at->Next()) {
      contents[absl::StrCat(FamilyNames()[family], "/", ToHex(at->key()))] =
          std::string(at->value());
    }
  }
  return contents;
}

void NodeFixture::ExpectVerified() const {
  const auto response = VerifyNode(node_, *store_.Snapshot(), 0, nullptr);
  EXPECT_TRUE(response.ok()) << response.DebugString();
  EXPECT_GT(response.checks_size(), 0);
}

}  // namespace kopa::node
