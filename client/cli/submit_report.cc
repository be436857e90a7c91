#include "client/cli/submit_report.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/cli/packed_rows.h"
#include "client/cli/session.h"
#include "client/internal/rpc_status.h"
#include "common/rpc/status.h"

namespace kopa::cli {
namespace {

using kopa::region::v1::SUBMIT_OUTCOME_ACCEPTED;
using kopa::region::v1::SUBMIT_OUTCOME_REJECTED;
using kopa::region::v1::SUBMIT_OUTCOME_REPLAYED;
using kopa::region::v1::SubmitOutcome;

constexpr char kConflict[] = "CONFLICT";
// Causes that are told; the JSON and the rejects file have all of them.
constexpr size_t kFaultTextsMax = 20;

Fault UndeliveredFault(const std::string& node, const absl::Status& why) {
  const std::string reason = rpc::ReasonOf(why);
  return {"", "UNDELIVERED",
          absl::StrCat("did not reach node ", node, reason.empty() ? "" : " ", reason, ": ",
                       why.message(), "; submit it again"),
          absl::StrCat("nenonāca mezglā ", node, "; iesniedziet vēlreiz")};
}

}  // namespace

size_t SubmitReport::AddFile(std::string name, std::string rejects_path,
                             std::unique_ptr<client::RejectsWriter> rejects) {
  MutexLock lock(&mutex_);
  File file;
  file.name = std::move(name);
  file.rejects_path = std::move(rejects_path);
  file.rejects = std::move(rejects);
  files_.push_back(std::move(file));
  return files_.size() - 1;
}

SubmitReport::Entry* SubmitReport::NewEntry(size_t file, const std::string& node,
                                            client::InputApplication* application) {
  auto entry = std::make_unique<Entry>();
  entry->file = file;
  entry->node = node;
  entry->reference = application->input.external_ref();
  entry->lines = std::move(application->lines);
  entry->rows = PackRows(application->rows);
  application->rows.clear();
  entry->notices = std::move(application->notices);
  File& of = files_[file];
  if (!of.has_begun) of.first_position = last_position_;
  of.has_begun = true;
  for (const int64_t line : entry->lines) {
    last_position_ = std::max(last_position_, of.first_position + static_cast<uint64_t>(line));
  }
  entries_.push_back(std::move(entry));
  return entries_.back().get();
}

uint64_t SubmitReport::Expect(size_t file, const std::string& node,
                              const client::Router::Identity& identity,
                              client::InputApplication* application) {
  MutexLock lock(&mutex_);
  NewEntry(file, node, application)->identity = identity;
  return first_tag_ + entries_.size() - 1;
}

void SubmitReport::Reject(size_t file, const std::string& node,
                          client::InputApplication application, std::vector<Fault> faults) {
  MutexLock lock(&mutex_);
  Entry* const entry = NewEntry(file, node, &application);
  entry->faults = std::move(faults);
  // What was put right on the way does not help a row that is refused.
  entry->notices.clear();
  Count(*entry, &RowCounts::rejected);
  Finish(entry);
}

void SubmitReport::Deliver(client::Delivery delivery) {
  MutexLock lock(&mutex_);
  const uint64_t index = delivery.tag - first_tag_;
  KOPA_CHECK_MSG(index < entries_.size() && entries_[index] != nullptr && !entries_[index]->done,
                 "a delivery came twice");
  Entry* const entry = entries_[index].get();
  if (delivery.withheld) {
    withheld_rows_ += static_cast<int64_t>(entry->lines.size());
    entry->notices.clear();
  } else if (!delivery.delivered) {
    TakeUndelivered(delivery.error, entry);
  } else {
    ++delivered_;
    TakeResult(delivery.result, entry);
  }
  Finish(entry);
}

void SubmitReport::TakeResult(const kopa::region::v1::SubmitResult& result, Entry* entry) {
  for (const auto& notice : result.notices()) entry->notices.push_back(client::ToFault(notice));
  for (const auto& fault : result.faults()) entry->faults.push_back(client::ToFault(fault));
  SubmitOutcome outcome = result.outcome();
  CompareWithEarlier(&outcome, entry);
  if (outcome != SUBMIT_OUTCOME_ACCEPTED && outcome != SUBMIT_OUTCOME_REPLAYED) {
    Count(*entry, &RowCounts::rejected);
    entry->notices.clear();
    return;
  }
  Count(*entry, outcome == SUBMIT_OUTCOME_ACCEPTED ? &RowCounts::accepted : &RowCounts::replayed);
  // A dry run gives no receipts.
  if (results_ != nullptr && result.has_receipt()) {
    entry->result = ResultsFile::LineOf(entry->reference, result);
  }
}

void SubmitReport::CompareWithEarlier(SubmitOutcome* outcome, Entry* entry) {
  const auto& [reference, content] = entry->identity;
  if (reference == 0 || entry->lines.empty()) return;
  const bool is_in = *outcome == SUBMIT_OUTCOME_ACCEPTED || *outcome == SUBMIT_OUTCOME_REPLAYED;
  const uint64_t position =
      files_[entry->file].first_position + static_cast<uint64_t>(entry->lines[0]);
  const auto seen =
      is_in ? seen_.Note(reference, content, position) : seen_.Find(reference, content);
  if (!seen.has_value()) return;
  const std::string place = PlaceOf(seen->position);
  if (options_.dry_run && *outcome == SUBMIT_OUTCOME_ACCEPTED) {
    *outcome = seen->same_content ? SUBMIT_OUTCOME_REPLAYED : SUBMIT_OUTCOME_REJECTED;
    if (!seen->same_content) {
      entry->faults.push_back({"external_ref", kConflict,
                               "an application with this reference has other content",
                               "iesniegumam ar šo atsauci ir cits saturs"});
    }
  }
  for (Fault& fault : entry->faults) {
    if (fault.code != kConflict) continue;
    absl::StrAppend(&fault.message, "; see ", place);
    absl::StrAppend(&fault.message_lv, "; skat. ", place);
  }
  if (*outcome == SUBMIT_OUTCOME_REPLAYED) {
    entry->notices.push_back({"external_ref", "REPEATED",
                              absl::StrCat("the same application is there before, see ", place),
                              absl::StrCat("tas pats iesniegums jau ir iepriekš, skat. ", place)});
  }
}

std::string SubmitReport::PlaceOf(uint64_t position) const {
  size_t file = files_.size() - 1;
  while (file > 0 && (!files_[file].has_begun || files_[file].first_position >= position)) --file;
  return absl::StrCat("line ", position - files_[file].first_position, " of ", files_[file].name);
}

void SubmitReport::TakeUndelivered(const absl::Status& why, Entry* entry) {
  if (first_undelivered_.ok()) first_undelivered_ = why;
  Count(*entry, &RowCounts::undelivered);
  entry->notices.clear();
  // Whoever interrupts submits the same file again: the rows are not refused, and a file of rejects
  // would only be in the way.
  if (absl::IsCancelled(why)) return;
  Count(*entry, &RowCounts::rejected);
  entry->faults = {UndeliveredFault(entry->node, why)};
  if (undelivered_noted_.insert(entry->node).second) {
    note_(absl::StrCat(files_[entry->file].name, ":", entry->lines.empty() ? 0 : entry->lines[0],
                       ": ", FaultText(entry->faults[0])));
  }
}

void SubmitReport::Count(const Entry& entry, int64_t RowCounts::*kind) {
  const auto rows = static_cast<int64_t>(entry.lines.size());
  counts_.*kind += rows;
  if (!entry.node.empty()) by_node_[entry.node].*kind += rows;
}

void SubmitReport::Finish(Entry* entry) {
  // The cells are only for the rejects file; what waits for others to be written need not hold
  // them.
  if (entry->faults.empty()) {
    entry->rows.clear();
    entry->rows.shrink_to_fit();
  }
  entry->done = true;
  ++held_;
  WriteInOrder();
  if (held_ > options_.held_max) WriteOutOfOrder();
}

void SubmitReport::WriteInOrder() {
  while (!entries_.empty() && (entries_.front() == nullptr || entries_.front()->done)) {
    if (entries_.front() != nullptr) {
      if (file_error_.ok()) file_error_ = Write(*entries_.front());
      --held_;
    }
    entries_.pop_front();
    ++first_tag_;
  }
}

void SubmitReport::WriteOutOfOrder() {
  for (std::unique_ptr<Entry>& entry : entries_) {
    if (entry == nullptr || !entry->done) continue;
    if (file_error_.ok()) file_error_ = Write(*entry);
    entry.reset();
    --held_;
  }
}

absl::Status SubmitReport::Write(Entry& entry) {
  Group(entry, entry.notices, &notices_);
  if (!entry.result.empty()) RETURN_IF_ERROR(results_->Add(entry.result));
  if (entry.faults.empty()) return absl::OkStatus();
  Group(entry, entry.faults, &faults_);
  client::InputApplication application;
  application.lines = std::move(entry.lines);
  application.rows = UnpackRows(entry.rows);
  return files_[entry.file].rejects->Add(application, entry.faults);
}

void SubmitReport::Group(const Entry& entry, const std::vector<Fault>& findings,
                         FaultGroups* groups) {
  if (entry.lines.empty()) return;
  for (const Fault& finding : findings) {
    Fault told = finding;
    const size_t row = client::TakeRowOf(&told.field, entry.lines.size());
    // What befell the application befell all its rows.
    const bool is_of_all = told.field.empty() && told.code == "UNDELIVERED";
    for (size_t i = is_of_all ? 0 : row; i < (is_of_all ? entry.lines.size() : row + 1); ++i) {
      groups->Add(files_[entry.file].name, entry.lines[i], told);
    }
  }
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
  Json json = {{"call", options_.call},
               {"rows", JsonInt(counts_.total())},
               {"accepted", JsonInt(counts_.accepted)},
               {"replayed", JsonInt(counts_.replayed)},
               {"rejected", JsonInt(counts_.rejected)},
               {"undelivered", JsonInt(counts_.undelivered)}};
  json["nodes"] = std::move(nodes);
  json["rejectsFile"] = rejects.empty() ? "" : rejects[0];
  if (files_.size() > 1) json["rejectsFiles"] = rejects;
  json["faults"] = faults_.ToJson();
  json["notices"] = notices_.ToJson();
  return json;
}

std::vector<std::string> SubmitReport::FaultTexts() const {
  MutexLock lock(&mutex_);
  std::vector<std::string> texts = faults_.Texts(kFaultTextsMax);
  for (std::string& text : notices_.Texts(kFaultTextsMax)) texts.push_back(std::move(text));
  return texts;
}

Table SubmitReport::ToTable() const {
  MutexLock lock(&mutex_);
  Table table({{"node"},
               {"rows", true},
               {"accepted", true},
               {"replayed", true},
               {"rejected", true},
               {"undelivered", true}});
  const auto add = [&table](const std::string& name, const RowCounts& rows) {
    table.AddRow({name, absl::StrCat(rows.total()), absl::StrCat(rows.accepted),
                  absl::StrCat(rows.replayed), absl::StrCat(rows.rejected),
                  absl::StrCat(rows.undelivered)});
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
