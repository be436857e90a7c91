#include "client/cli/receipts.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "client/cli/asked_node.h"
#include "client/internal/files/line_reader.h"
#include "client/internal/files/table_reader.h"
#include "client/internal/files/text_source.h"
#include "common/base/bytes.h"
#include "common/base/status.h"

namespace kopa::cli {

using ::kopa::client::Line;
using ::kopa::client::LineReader;
using ::kopa::client::TableReader;
using ::kopa::client::TableRow;
using ::kopa::client::TextSource;
using ::kopa::region::v1::Receipt;

namespace {

constexpr size_t kHashBytes = 32;

// --- Reading

struct ReceiptText {
  std::string node;
  std::string epoch;
  std::string seq;
  std::string hash;
};

absl::StatusOr<std::string> ParseHash(const std::string& text) {
  if (auto bytes = FromHex(text); bytes.ok() && bytes->size() == kHashBytes) return bytes;
  std::string bytes;
  if (absl::Base64Unescape(text, &bytes) && bytes.size() == kHashBytes) return bytes;
  return absl::InvalidArgumentError(
      absl::StrCat("hash: \"", text, "\" is no SHA-256 in hexadecimal or base64"));
}

absl::StatusOr<Receipt> ParseReceipt(const ReceiptText& text) {
  Receipt receipt;
  uint64_t number = 0;
  if (text.node.empty()) return absl::InvalidArgumentError("node: is missing");
  receipt.set_node(text.node);
  if (!absl::SimpleAtoi(text.epoch, &number) || number == 0) {
    return absl::InvalidArgumentError("epoch: must be a number from 1");
  }
  receipt.set_epoch(number);
  if (!absl::SimpleAtoi(text.seq, &number) || number == 0) {
    return absl::InvalidArgumentError("seq: must be a number from 1");
  }
  receipt.set_seq(number);
  ASSIGN_OR_RETURN(*receipt.mutable_hash(), ParseHash(text.hash));
  return receipt;
}

// Numbers come as numbers and, from the tool, as strings.
std::string TextOf(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

absl::Status Collect(const Json& json, Receipts* receipts) {
  if (!json.is_structured()) return absl::OkStatus();
  if (json.is_object() && json.contains("node") && json.contains("epoch") && json.contains("seq") &&
      json.contains("hash")) {
    ASSIGN_OR_RETURN(Receipt receipt, ParseReceipt({TextOf(json["node"]), TextOf(json["epoch"]),
                                                    TextOf(json["seq"]), TextOf(json["hash"])}));
    receipts->push_back(std::move(receipt));
    return absl::OkStatus();
  }
  for (const Json& part : json) RETURN_IF_ERROR(Collect(part, receipts));
  return absl::OkStatus();
}

Json ParseJson(const std::string& text) { return Json::parse(text, nullptr, false); }

absl::Status CollectJson(const std::vector<Line>& lines, const std::string& path,
                         Receipts* receipts) {
  std::string whole;
  for (const Line& line : lines) absl::StrAppend(&whole, line.text, "\n");
  if (const Json json = ParseJson(whole); !json.is_discarded()) {
    const absl::Status collected = Collect(json, receipts);
    return collected.ok() ? collected : Annotate(collected, path);
  }
  for (const Line& line : lines) {
    if (absl::StripAsciiWhitespace(line.text).empty()) continue;
    const std::string place = absl::StrCat(path, ":", line.number);
    const Json json = ParseJson(line.text);
    if (json.is_discarded() || line.is_too_long) {
      return absl::InvalidArgumentError(absl::StrCat(place, ": is no JSON"));
    }
    if (absl::Status status = Collect(json, receipts); !status.ok()) {
      return Annotate(status, place);
    }
  }
  return absl::OkStatus();
}

absl::Status CollectCsv(std::unique_ptr<LineReader> lines, const std::string& path,
                        Receipts* receipts) {
  auto table = TableReader::OfLines(std::move(lines));
  if (!table.ok()) return Annotate(table.status(), path);
  std::vector<size_t> columns;
  for (const char* name : {"node", "epoch", "seq", "hash"}) {
    const auto column = (*table)->FindColumn(name);
    if (!column.has_value()) {
      return absl::InvalidArgumentError(absl::StrCat(
          path, ": a column ", name, " is missing; `kopa submit --results` writes such files"));
    }
    columns.push_back(*column);
  }
  while (true) {
    ASSIGN_OR_RETURN(const std::optional<TableRow> row, (*table)->Next());
    if (!row.has_value()) return absl::OkStatus();
    const std::string place = absl::StrCat(path, ":", row->line);
    if (!row->problem.empty()) {
      return absl::InvalidArgumentError(absl::StrCat(place, ": ", row->problem));
    }
    const auto cell = [&](size_t which) { return row->cells[columns[which]]; };
    auto receipt = ParseReceipt({cell(0), cell(1), cell(2), cell(3)});
    if (!receipt.ok()) return Annotate(receipt.status(), place);
    receipts->push_back(*std::move(receipt));
  }
}

auto Key(const Receipt& receipt) {
  return std::make_tuple(receipt.node(), receipt.seq(), receipt.epoch(), receipt.hash());
}

// --- Asking

// Whether a server that gave this error is not to be asked about the next receipt either.
bool EndsAsking(const absl::Status& status) { return !absl::IsDataLoss(status); }

// A node as it answers about receipts; once it could not be asked it is not tried again.
class NodeAnswers {
 public:
  NodeAnswers(Session* session, NodeAddress address, bool is_retired)
      : session_(session), address_(std::move(address)) {
    // Its address may be somebody else's by now.
    if (is_retired) why_not_ = absl::UnavailableError("the node is retired");
  }

  absl::StatusOr<ReceiptAnswer> Ask(const Receipt& receipt) {
    if (!why_not_.ok()) return why_not_;
    auto said = AskNow(receipt);
    if (!said.ok() && EndsAsking(said.status())) why_not_ = said.status();
    return said;
  }

 private:
  absl::StatusOr<ReceiptAnswer> AskNow(const Receipt& receipt) {
    if (client_ == nullptr) {
      ASSIGN_OR_RETURN(client_, AskNode(*session_, address_));
    }
    ASSIGN_OR_RETURN(const auto said, client_->CheckReceipt(receipt.seq()));
    return ReceiptAnswer{said.head_seq(), said.hash(), said.epoch()};
  }

  Session* const session_;
  const NodeAddress address_;
  std::unique_ptr<client::NodeClient> client_;
  absl::Status why_not_;
};

// One record that the centre has lost is the answer to one receipt; any other error ends it all.
absl::StatusOr<absl::StatusOr<ReceiptAnswer>> AskCentre(client::CentralClient& central,
                                                        const Receipt& receipt) {
  const auto said = central.CheckReceipt(receipt.node(), receipt.seq());
  if (said.ok()) {
    return absl::StatusOr<ReceiptAnswer>(
        ReceiptAnswer{said->applied_seq(), said->hash(), said->epoch()});
  }
  if (EndsAsking(said.status())) return said.status();
  return absl::StatusOr<ReceiptAnswer>(said.status());
}

std::string NameOf(const Receipt& receipt) {
  return absl::StrCat("receipt ", receipt.node(), " ", receipt.seq());
}

bool Differs(const Receipt& receipt, const ReceiptAnswer& answer) {
  return answer.hash != receipt.hash() || answer.epoch != receipt.epoch();
}

std::string Otherwise(absl::string_view where, const ReceiptAnswer& answer) {
  return absl::StrCat("differs: ", where, " it is of epoch ", answer.epoch, " and hashes to ",
                      ToHex(answer.hash));
}

absl::Status CheckAtCentre(Session& session, const Receipts& receipts, VerifyReport* report) {
  ASSIGN_OR_RETURN(const auto central, session.Central("verify"));
  ASSIGN_OR_RETURN(const auto known, central->ListNodes());
  std::map<std::string, NodeAnswers> nodes;
  for (const auto& node : known) {
    nodes.try_emplace(node.node(), &session,
                      NodeAddress{node.node(), node.address(), !node.connected()},
                      node.state() == kopa::national::v1::NODE_STATE_RETIRED);
  }
  for (const Receipt& receipt : receipts) {
    const auto node = nodes.find(receipt.node());
    if (node == nodes.end()) {
      report->AddCheck(NameOf(receipt), false, "not there: the centre knows no such node");
      continue;
    }
    ASSIGN_OR_RETURN(const absl::StatusOr<ReceiptAnswer> at_centre, AskCentre(*central, receipt));
    AddReceipt(receipt, node->second.Ask(receipt), &at_centre, report);
  }
  return absl::OkStatus();
}

absl::Status CheckAtOneNode(Session& session, const Receipts& receipts, VerifyReport* report) {
  ASSIGN_OR_RETURN(const std::vector<NodeAddress> nodes, session.Nodes());
  NodeAnswers answers(&session, nodes[0], /*is_retired=*/false);
  for (const Receipt& receipt : receipts) {
    if (receipt.node() != nodes[0].node) {
      report->AddUnchecked(NameOf(receipt),
                           absl::StrCat("not checked: this node is ", nodes[0].node));
      continue;
    }
    AddReceipt(receipt, answers.Ask(receipt), nullptr, report);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Receipts> ReadReceipts(const std::string& path) {
  ASSIGN_OR_RETURN(auto source, TextSource::Open(path, ""));
  auto reader = std::make_unique<LineReader>(std::move(source));
  std::vector<Line> lines;
  Line line;
  bool more = true;
  absl::string_view first;
  while (more && first.empty()) {
    ASSIGN_OR_RETURN(more, reader->Next(&line));
    if (!more) break;
    lines.push_back(line);
    first = absl::StripAsciiWhitespace(lines.back().text);
  }
  Receipts receipts;
  if (!first.empty() && (first[0] == '{' || first[0] == '[')) {
    while (more) {
      ASSIGN_OR_RETURN(more, reader->Next(&line));
      if (more) lines.push_back(line);
    }
    RETURN_IF_ERROR(CollectJson(lines, path, &receipts));
  } else {
    reader->PutBack(std::move(lines));
    RETURN_IF_ERROR(CollectCsv(std::move(reader), path, &receipts));
  }
  if (receipts.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": has no receipt (node, epoch, seq and hash)"));
  }
  std::sort(receipts.begin(), receipts.end(),
            [](const Receipt& a, const Receipt& b) { return Key(a) < Key(b); });
  receipts.erase(std::unique(receipts.begin(), receipts.end(),
                             [](const Receipt& a, const Receipt& b) { return Key(a) == Key(b); }),
                 receipts.end());
  return receipts;
}

void AddReceipt(const Receipt& receipt, const absl::StatusOr<ReceiptAnswer>& node,
                const absl::StatusOr<ReceiptAnswer>* centre, VerifyReport* report) {
  const std::string name = NameOf(receipt);
  if (centre != nullptr && !centre->ok()) {
    return report->AddUnanswered(name, centre->status(), "asked at the centre");
  }
  const bool centre_has_it = centre != nullptr && !(*centre)->hash.empty();
  if (centre_has_it && Differs(receipt, **centre)) {
    return report->AddCheck(name, false, Otherwise("at the centre", **centre));
  }
  const std::string of_centre = centre == nullptr ? "the centre was not asked"
                                : centre_has_it
                                    ? "the centre has it"
                                    : absl::StrCat("the centre has the node's records up to ",
                                                   (*centre)->head_seq, " so far");
  if (!node.ok()) {
    return report->AddUnanswered(name, node.status(),
                                 absl::StrCat(of_centre, "; not checked at the node"));
  }
  if (node->hash.empty() && centre_has_it && node->head_seq < receipt.seq()) {
    return report->AddUnchecked(name, absl::StrCat("the node was put back, its journal ends at ",
                                                   node->head_seq, "; ", of_centre));
  }
  if (node->hash.empty()) {
    return report->AddCheck(
        name, false,
        absl::StrCat("not there: the node's journal ends at ", node->head_seq, "; ", of_centre));
  }
  if (Differs(receipt, *node)) {
    return report->AddCheck(name, false, Otherwise("at the node", *node));
  }
  report->AddCheck(name, true, absl::StrCat("the node has it; ", of_centre));
}

absl::Status CheckReceipts(Session& session, const Receipts& receipts, VerifyReport* report) {
  if (session.has_central()) return CheckAtCentre(session, receipts, report);
  return CheckAtOneNode(session, receipts, report);
}

}  // namespace kopa::cli
