#include "client/cli/submit_report.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "client/cli/session.h"
#include "client/internal/rpc_status.h"
#include "common/rpc/status.h"

namespace kopa::cli {
namespace {

using kopa::region::v1::SUBMIT_OUTCOME_ACCEPTED;
using kopa::region::v1::SUBMIT_OUTCOME_REPLAYED;

constexpr char kUndelivered[] = "UNDELIVERED";
// Faults that are told on stderr; the rejects file has all of them.
constexpr int kNotedMax = 10;

Fault UndeliveredFault(const std::string& node, const absl::Status& why) {
  const std::string reason = rpc::ReasonOf(why);
  return {"", kUndelivered,
          absl::StrCat("did not reach node ", node, reason.empty() ? "" : " ", reason, ": ",
                       why.message(), "; submit it again"),
          absl::StrCat("nenonāca mezglā ", node, "; iesniedziet vēlreiz")};
}

}  // namespace

size_t SubmitReport::AddFile(std::string name, std::string rejects_path,
                             std::unique_ptr<client::RejectsWriter> rejects) {
  MutexLock lock(&mutex_);
  files_.push_back({std::move(name), std::move(rejects_path), std::move(rejects)});
  return files_.size() - 1;
}

uint64_t SubmitReport::Expect(size_t file, const std::string& node,
                              client::InputApplication* application) {
  MutexLock lock(&mutex_);
  Entry entry;
  entry.file = file;
  entry.node = node;
  entry.reference = application->input.external_ref();
  entry.application.lines = std::move(application->lines);
  entry.application.rows = std::move(application->rows);
  entries_.push_back(std::move(entry));
  return first_tag_ + entries_.size() - 1;
}

void SubmitReport::Reject(size_t file, const std::string& node,
                          client::InputApplication application, std::vector<Fault> faults) {
  MutexLock lock(&mutex_);
  Entry entry;
  entry.file = file;
  entry.node = node;
  entry.application = std::move(application);
  entry.faults = std::move(faults);
  entries_.push_back(std::move(entry));
  Count(entries_.back(), &RowCounts::rejected);
  Finish(&entries_.back());
}

void SubmitReport::Deliver(client::Delivery delivery) {
  MutexLock lock(&mutex_);
  const uint64_t index = delivery.tag - first_tag_;
  KOPA_CHECK_MSG(index < entries_.size() && !entries_[index].done, "a delivery came twice");
  Entry& entry = entries_[index];
  if (delivery.withheld) {
    withheld_rows_ += static_cast<int64_t>(entry.application.lines.size());
    entry.application.rows.clear();
    entry.done = true;
    WriteInOrder();
    return;
  }
  if (!delivery.delivered) {
    TakeUndelivered(delivery.error, &entry);
    return;
  }
  ++delivered_;
  const auto outcome = delivery.result.outcome();
  if (outcome == SUBMIT_OUTCOME_ACCEPTED || outcome == SUBMIT_OUTCOME_REPLAYED) {
    for (const auto& notice : delivery.result.notices()) {
      NoteFault(entry, client::ToFault(notice));
    }
    Count(entry, outcome == SUBMIT_OUTCOME_ACCEPTED ? &RowCounts::accepted : &RowCounts::replayed);
    // The cells are only for the rejects file; what waits for others to be written need not hold
    // them.
    entry.application.rows.clear();
    entry.result = std::move(delivery.result);
  } else {
    for (const auto& fault : delivery.result.faults()) {
      entry.faults.push_back(client::ToFault(fault));
    }
    Count(entry, &RowCounts::rejected);
  }
  Finish(&entry);
}

void SubmitReport::TakeUndelivered(const absl::Status& why, Entry* entry) {
  if (first_undelivered_.ok()) first_undelivered_ = why;
  // Whoever interrupts submits the same file again: the rows are not refused, and a file of rejects
  // would only be in the way.
  if (absl::IsCancelled(why)) {
    Count(*entry, &RowCounts::undelivered);
    entry->application.rows.clear();
  } else {
    Count(*entry, &RowCounts::rejected);
    entry->faults = {UndeliveredFault(entry->node, why)};
    if (undelivered_noted_.insert(entry->node).second) NoteFault(*entry, entry->faults[0]);
  }
  entry->done = true;
  WriteInOrder();
}

void SubmitReport::Count(const Entry& entry, int64_t RowCounts::*kind) {
  const auto rows = static_cast<int64_t>(entry.application.lines.size());
  counts_.*kind += rows;
  if (!entry.node.empty()) by_node_[entry.node].*kind += rows;
}

void SubmitReport::NoteFault(const Entry& entry, const Fault& fault) {
  if (noted_ > kNotedMax) return;
  if (noted_++ == kNotedMax) {
    note_("more rows have faults or remarks; not shown here");
    return;
  }
  const std::vector<int64_t>& lines = entry.application.lines;
  Fault told = fault;
  const size_t row = client::TakeRowOf(&told.field, lines.size());
  note_(absl::StrCat(files_[entry.file].name, ":", lines.empty() ? 0 : lines[row], ": ",
                     FaultText(told)));
}

void SubmitReport::Finish(Entry* entry) {
  entry->done = true;
  for (const Fault& fault : entry->faults) NoteFault(*entry, fault);
  WriteInOrder();
}

void SubmitReport::WriteInOrder() {
  while (!entries_.empty() && entries_.front().done) {
    if (file_error_.ok()) file_error_ = Write(entries_.front());
    entries_.pop_front();
    ++first_tag_;
  }
}

absl::Status SubmitReport::Write(Entry& entry) {
  if (entry.result.has_value()) {
    return results_ == nullptr ? absl::OkStatus() : results_->Add(entry.reference, *entry.result);
  }
  return files_[entry.file].rejects->Add(entry.application, entry.faults);
}

absl::Status SubmitReport::Close() {
  MutexLock lock(&mutex_);
  KOPA_CHECK_MSG(entries_.empty(), "an application was neither delivered nor given up");
  for (File& file : files_) {
    const absl::Status status = file.rejects->Close();
    if (file_error_.ok()) file_error_ = status;
  }
  if (results_ != nullptr) {
    const absl::Status status = results_->Close();
    if (file_error_.ok()) file_error_ = status;
  }
  return file_error_;
}

RowCounts SubmitReport::counts() const {
  MutexLock lock(&mutex_);
  return counts_;
}

int64_t SubmitReport::withheld_rows() const {
  MutexLock lock(&mutex_);
  return withheld_rows_;
}

std::map<std::string, RowCounts> SubmitReport::counts_by_node() const {
  MutexLock lock(&mutex_);
  return by_node_;
}

absl::Status SubmitReport::file_error() const {
  MutexLock lock(&mutex_);
  return file_error_;
}

std::vector<std::string> SubmitReport::RejectsFiles() const {
  MutexLock lock(&mutex_);
  std::vector<std::string> paths;
  for (const File& file : files_) {
    if (file.rejects->rows() > 0) paths.push_back(file.rejects_path);
  }
  return paths;
}

absl::Status SubmitReport::Verdict() const {
  MutexLock lock(&mutex_);
  return delivered_ == 0 ? first_undelivered_ : absl::OkStatus();
}

Json SubmitReport::ToJson() const {
  const std::vector<std::string> rejects = RejectsFiles();
  MutexLock lock(&mutex_);
  Json nodes = Json::array();
  for (const auto& [node, rows] : by_node_) {
    nodes.push_back({{"node", node},
                     {"accepted", JsonInt(rows.accepted)},
                     {"replayed", JsonInt(rows.replayed)},
                     {"rejected", JsonInt(rows.rejected)},
                     {"undelivered", JsonInt(rows.undelivered)}});
  }
  Json json = {{"call", call_},
               {"rows", JsonInt(counts_.total())},
               {"accepted", JsonInt(counts_.accepted)},
               {"replayed", JsonInt(counts_.replayed)},
               {"rejected", JsonInt(counts_.rejected)},
               {"undelivered", JsonInt(counts_.undelivered)}};
  json["nodes"] = std::move(nodes);
  json["rejectsFile"] = rejects.empty() ? "" : rejects[0];
  if (files_.size() > 1) json["rejectsFiles"] = rejects;
  return json;
}

Table SubmitReport::ToTable() const {
  MutexLock lock(&mutex_);
  Table table(
      {{"node"}, {"rows", true}, {"accepted", true}, {"replayed", true}, {"rejected", true}});
  const auto add = [&table](const std::string& name, const RowCounts& rows) {
    table.AddRow({name, absl::StrCat(rows.total()), absl::StrCat(rows.accepted),
                  absl::StrCat(rows.replayed), absl::StrCat(rows.rejected)});
  };
  RowCounts sent;
  for (const auto& [node, rows] : by_node_) {
    add(node, rows);
    sent.rejected += rows.rejected;
  }
  if (counts_.rejected > sent.rejected) {
    add("not sent", {.rejected = counts_.rejected - sent.rejected});
  }
  add("total", counts_);
  return table;
}

}  // namespace kopa::cli
