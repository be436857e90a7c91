#include "client/cli/submit_run.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "client/cli/counted.h"
#include "client/cli/end_in_order.h"
#include "client/cli/submit_progress.h"
#include "common/base/status.h"

namespace kopa::cli {
namespace {

constexpr char kStandardInput[] = "-";

// What waits to be sent to all nodes together; memory must not grow with their number, nor with the
// file.
constexpr int64_t kQueuedBytesMax = 24 << 20;
constexpr int64_t kQueuedBytesMin = 256 << 10;
// A node that answers nothing holds up the others for so long at most.
constexpr absl::Duration kHoldUpMax = absl::Seconds(10);

std::string DefaultRejects(const std::string& file) {
  return absl::StrCat(file == kStandardInput ? "stdin" : file, ".rejected.csv");
}

// "1200 rows in 3 s, 400/s: 1000 accepted, 150 replayed, 50 rejected". Rows that no node answered
// are told apart.
std::string SummaryText(const RowCounts& counts, double seconds) {
  const double rate = seconds > 0 ? static_cast<double>(counts.total()) / seconds : 0;
  std::string text =
      absl::StrCat(Counted(counts.total(), "row"), " in ", DurationText(seconds),
                   absl::StrFormat(", %.0f/s: ", rate), counts.accepted, " accepted, ",
                   counts.replayed, " replayed, ", counts.rejected, " rejected");
  if (counts.undelivered > 0) absl::StrAppend(&text, ", ", counts.undelivered, " undelivered");
  return text;
}

}  // namespace

absl::StatusOr<ExitCode> SubmitRun::Run() {
  if (absl::Status prepared = Prepare(); !prepared.ok()) {
    // Whoever reads the answer as JSON is told that nothing was submitted, not left without one.
    SubmitReport::Options report_options;
    report_options.call = options_->call;
    const SubmitReport nothing(std::move(report_options), nullptr, [](const std::string&) {});
    if (session_->settings().output == OutputFormat::kJson) {
      session_->Print(nothing.ToJson(), [&] { return nothing.ToTable(); });
    }
    return prepared;
  }
  const EndInOrder end_in_order(session_->environment());
  client::Connections& connections = session_->connections();
  const Clock* const clock = session_->environment().parts.clock;
  const int64_t begin_nanos = clock->MonotonicNanos();
  absl::Status read;
  {
    client::Submitter submitter(
        OptionsOfSubmitter(),
        [&](const std::string& node) { return connections.RegionStub(addresses_[node]); },
        [&connections](grpc::ClientContext* context) { connections.Prepare(context); },
        session_->environment().parts,
        [this](client::Delivery delivery) { report_->Deliver(std::move(delivery)); });
    const SubmitProgress progress(
        session_, report_.get(), [this] { return RowsExpected(); },
        [&] {
          if (session_->environment().interrupted()) submitter.Cancel();
        });
    read = ReadAndSend(&submitter);
    submitter.Finish();
    if (stopped_early_ || report_->withheld_rows() > 0) CountRest();
  }
  return Conclude(read, static_cast<double>(clock->MonotonicNanos() - begin_nanos) / 1e9);
}

client::SubmitterOptions SubmitRun::OptionsOfSubmitter() {
  client::SubmitterOptions options;
  options.call = options_->call;
  options.dry_run = options_->dry_run;
  options.batch_applications = options_->batch_applications;
  options.give_up_after = session_->settings().connection.timeout;
  const auto nodes = static_cast<int64_t>(std::max<size_t>(addresses_.size(), 1));
  if (nodes > 1) options.hold_up_max = std::min(options.give_up_after, kHoldUpMax);
  options.queued_bytes_max = std::max(kQueuedBytesMax / nodes, kQueuedBytesMin);
  options.rejected_rows_max = options_->errors_max;
  options.rejected_rows = [this] { return report_->counts().rejected; };
  return options;
}

int64_t SubmitRun::RowsExpected() const {
  const int64_t bytes = bytes_read_.load();
  const int64_t rows = rows_read_.load();
  if (size_bytes_ == 0 || bytes == 0) return 0;
  // A decoded text is a little longer than its file.
  const double part = std::min(1.0, static_cast<double>(bytes) / static_cast<double>(size_bytes_));
  return static_cast<int64_t>(static_cast<double>(rows) / part);
}

absl::Status SubmitRun::Prepare() {
  ASSIGN_OR_RETURN(const auto call, session_->Call(options_->call));
  ASSIGN_OR_RETURN(const std::vector<NodeAddress> nodes, session_->Nodes());
  for (const NodeAddress& node : nodes) addresses_[node.node] = node.address;
  const std::string only_node = session_->has_central() ? "" : nodes[0].node;
  ASSIGN_OR_RETURN(router_,
                   client::Router::Create(call, only_node, session_->environment().parts.clock));
  return OpenFiles(call);
}

absl::Status SubmitRun::OpenFiles(const kopa::programme::v1::Call& call) {
  for (const std::string& file : options_->files) {
    Input input;
    input.name = file == kStandardInput ? "standard input" : file;
    client::ApplicationFileOptions file_options;
    file_options.encoding = options_->encoding;
    ASSIGN_OR_RETURN(input.reader, client::ApplicationFileReader::Open(file, call, file_options));
    session_->Note(absl::StrCat(input.name, ": ", input.reader->description()));
    inputs_.push_back(std::move(input));
  }
  std::unique_ptr<ResultsFile> results;
  if (!options_->results.empty()) {
    ASSIGN_OR_RETURN(results, ResultsFile::Create(options_->results));
  }
  SubmitReport::Options report_options;
  report_options.call = options_->call;
  report_options.dry_run = options_->dry_run;
  report_ =
      std::make_unique<SubmitReport>(std::move(report_options), std::move(results),
                                     [this](const std::string& line) { session_->Note(line); });
  bool sizes_are_known = true;
  for (const Input& input : inputs_) {
    size_bytes_ += input.reader->size_bytes();
    sizes_are_known = sizes_are_known && input.reader->size_bytes() > 0;
  }
  if (!sizes_are_known) size_bytes_ = 0;
  for (size_t i = 0; i < inputs_.size(); ++i) {
    const std::string path =
        options_->rejects.empty() ? DefaultRejects(options_->files[i]) : options_->rejects;
    auto rejects = client::RejectsWriter::Create(path, inputs_[i].reader->columns());
    if (!rejects.ok()) {
      return absl::FailedPreconditionError(
          absl::StrCat("there is no place for rejected rows: ", rejects.status().message(),
                       "; give another with --rejects FILE. Nothing was submitted"));
    }
    inputs_[i].file = report_->AddFile(inputs_[i].name, path, *std::move(rejects));
  }
  return absl::OkStatus();
}

absl::Status SubmitRun::ReadAndSend(client::Submitter* submitter) {
  for (Input& input : inputs_) {
    RETURN_IF_ERROR(ReadFile(&input, submitter));
    if (ShouldStop()) break;
  }
  return absl::OkStatus();
}

absl::Status SubmitRun::ReadFile(Input* input, client::Submitter* submitter) {
  const int64_t bytes_before = bytes_read_.load();
  const int64_t rows_before = rows_read_.load();
  while (!ShouldStop()) {
    ASSIGN_OR_RETURN(std::optional<client::InputApplication> application, input->reader->Next());
    if (!application.has_value()) return absl::OkStatus();
    bytes_read_ = bytes_before + input->reader->bytes_read();
    rows_read_ = rows_before + input->reader->rows_read();
    Take(*input, *std::move(application), submitter);
  }
  return absl::OkStatus();
}

void SubmitRun::Take(const Input& input, client::InputApplication application,
                     client::Submitter* submitter) {
  client::Router::Route route = router_->Decide(application);
  if (!route.faults.empty()) {
    report_->Reject(input.file, route.node, std::move(application), std::move(route.faults));
    return;
  }
  const auto rows = static_cast<int64_t>(application.lines.size());
  const auto identity = router_->IdentityOf(route.node, application.input, options_->dry_run);
  const uint64_t tag = report_->Expect(input.file, route.node, identity, &application);
  if (addresses_.find(route.node) == addresses_.end()) {
    client::Delivery delivery;
    delivery.tag = tag;
    delivery.error = absl::UnavailableError("the centre does not know its address yet");
    report_->Deliver(std::move(delivery));
    return;
  }
  submitter->Add(route.node, {tag, rows, std::move(application.input)});
}

bool SubmitRun::ShouldStop() {
  if (session_->environment().interrupted() || !report_->file_error().ok()) return true;
  if (options_->errors_max > 0 && report_->counts().rejected >= options_->errors_max) {
    stopped_early_ = true;
  }
  return stopped_early_;
}

void SubmitRun::CountRest() {
  stopped_early_ = true;
  for (Input& input : inputs_) {
    for (;;) {
      const auto application = input.reader->Next();
      if (!application.ok() || session_->environment().interrupted()) {
        rest_is_known_ = false;
        return;
      }
      if (!application->has_value()) break;
      rest_rows_ += static_cast<int64_t>((*application)->lines.size());
    }
  }
}

absl::StatusOr<ExitCode> SubmitRun::Conclude(const absl::Status& read, double seconds) {
  const absl::Status closed = report_->Close();
  for (const std::string& text : report_->FaultTexts()) session_->Note(text);
  session_->Print(report_->ToJson(), [this] { return report_->ToTable(); });
  const RowCounts counts = report_->counts();
  for (const std::string& path : report_->RejectsFiles()) {
    session_->Note(absl::StrCat("rejected rows are in ", path, ", with what is wrong with each"));
  }
  session_->Note(SummaryText(counts, seconds));
  if (counts.undelivered > 0 && !session_->environment().interrupted()) {
    session_->Note(
        "to go on, submit the rejected rows, or run the same command again, once all nodes are "
        "back: "
        "what is in already is counted as replayed");
  }
  if (options_->dry_run) session_->Note("dry run: nothing was kept");
  if (session_->environment().interrupted()) {
    return InterruptedError(absl::StrCat("interrupted; ", Counted(counts.undelivered, "row"),
                                         " without an answer, what was accepted is kept. Run the "
                                         "same command again to go on: what is "
                                         "in already is counted as replayed"));
  }
  if (!read.ok()) {
    return Annotate(read, "reading stopped; what was accepted before is kept");
  }
  RETURN_IF_ERROR(closed);
  RETURN_IF_ERROR(report_->Verdict());
  if (stopped_early_) {
    session_->Note(absl::StrCat("stopped at ", Counted(counts.rejected, "rejected row"),
                                " (--max-errors); ", rest_is_known_ ? "" : "at least ",
                                Counted(rest_rows_ + report_->withheld_rows(), "row"),
                                " not handed in"));
  }
  return counts.rejected > 0 ? ExitCode::kPartly : ExitCode::kDone;
}

}  // namespace kopa::cli
