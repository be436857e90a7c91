#include "client/cli/submit_run.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/cli/counted.h"
#include "client/cli/submit_progress.h"
#include "common/base/status.h"

namespace kopa::cli {
namespace {

constexpr char kStandardInput[] = "-";

std::string DefaultRejects(const std::string& file) {
  return absl::StrCat(file == kStandardInput ? "stdin" : file, ".rejected.csv");
}

// While this lives, Ctrl-C ends the submission in order: the summary is still printed.
class EndInOrder {
 public:
  explicit EndInOrder(const ToolEnvironment& environment) : environment_(environment) {
    environment_.end_in_order(true);
  }
  ~EndInOrder() { environment_.end_in_order(false); }
  EndInOrder(const EndInOrder&) = delete;
  EndInOrder& operator=(const EndInOrder&) = delete;

 private:
  const ToolEnvironment& environment_;
};

}  // namespace

absl::StatusOr<ExitCode> SubmitRun::Run() {
  if (absl::Status prepared = Prepare(); !prepared.ok()) {
    // Whoever reads the answer as JSON is told that nothing was submitted, not left without one.
    const SubmitReport nothing(options_->call, nullptr, [](const std::string&) {});
    if (session_->settings().output == OutputFormat::kJson) {
      session_->Print(nothing.ToJson(), [&] { return nothing.ToTable(); });
    }
    return prepared;
  }
  const EndInOrder end_in_order(session_->environment());
  client::SubmitterOptions submitter_options;
  submitter_options.call = options_->call;
  submitter_options.dry_run = options_->dry_run;
  submitter_options.batch_applications = options_->batch_applications;
  submitter_options.give_up_after = session_->settings().connection.timeout;
  submitter_options.rejected_rows_max = options_->errors_max;
  submitter_options.rejected_rows = [this] { return report_->counts().rejected; };
  client::Connections& connections = session_->connections();
  absl::Status read;
  {
    client::Submitter submitter(
        submitter_options,
        [&](const std::string& node) { return connections.RegionStub(addresses_[node]); },
        [&connections](grpc::ClientContext* context) { connections.Prepare(context); },
        session_->environment().parts,
        [this](client::Delivery delivery) { report_->Deliver(std::move(delivery)); });
    const bool terminal = session_->environment().err_is_terminal;
    const SubmitProgress progress(session_, report_.get(),
                                  terminal ? CountLines(options_->files) : 0, [&] {
                                    if (session_->environment().interrupted()) submitter.Cancel();
                                  });
    read = ReadAndSend(&submitter);
    submitter.Finish();
    if (stopped_early_ || report_->withheld_rows() > 0) CountRest();
  }
  return Conclude(read);
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
  report_ =
      std::make_unique<SubmitReport>(options_->call, std::move(results),
                                     [this](const std::string& line) { session_->Note(line); });
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
  while (!ShouldStop()) {
    ASSIGN_OR_RETURN(std::optional<client::InputApplication> application, input->reader->Next());
    if (!application.has_value()) return absl::OkStatus();
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
  const uint64_t tag = report_->Expect(input.file, route.node, &application);
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

absl::StatusOr<ExitCode> SubmitRun::Conclude(const absl::Status& read) {
  const absl::Status closed = report_->Close();
  session_->Print(report_->ToJson(), [this] { return report_->ToTable(); });
  const RowCounts counts = report_->counts();
  for (const std::string& path : report_->RejectsFiles()) {
    session_->Note(absl::StrCat("rejected rows are in ", path, ", with what is wrong with each"));
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
