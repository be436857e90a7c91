#include "central/service/link_service.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "google/protobuf/util/time_util.h"

namespace kopa::central {

using ::google::protobuf::util::TimeUtil;
using ::kopa::national::v1::ConnectRequest;
using ::kopa::national::v1::ConnectResponse;

LinkService::LinkService(LinkParts parts)
    : parts_(std::move(parts)),
      journals_(parts_.store, parts_.view, parts_.transport),
      timer_([this] { KeepTime(); }) {}

LinkService::~LinkService() {
  Stop();
  timer_.join();
}

grpc::ServerBidiReactor<ConnectRequest, ConnectResponse>* LinkService::Connect(
    grpc::CallbackServerContext* context) {
  std::shared_ptr<LinkStream> stream;
  absl::Status refusal;
  {
    MutexLock lock(&mutex_);
    if (stopping_) refusal = absl::UnavailableError("the centre is stopping");
    if (streams_.size() >= parts_.limits.streams_max) {
      refusal = absl::ResourceExhaustedError("too many streams");
    }
    const Session session(++last_session_);
    stream = std::make_shared<LinkStream>(&parts_, session, context,
                                          [this](LinkStream& gone) { Gone(gone); });
    streams_.emplace(session, stream);
  }
  if (refusal.ok()) {
    stream->Start();
  } else {
    stream->End(refusal);
  }
  return stream.get();
}

void LinkService::Deliver(const CentralCore& core, CentralEffects& effects) {
  const journal::Head head = core.state().head;
  {
    MutexLock lock(&mutex_);
    state_ = core.state();
  }
  for (const std::string& warning : effects.warnings) parts_.logger->Warning(warning);
  for (const std::string& alarm : effects.alarms) parts_.logger->Error(alarm);
  for (Outgoing& outgoing : effects.outgoing) {
    const std::shared_ptr<LinkStream> stream = Find(outgoing.session);
    if (stream == nullptr) continue;  // it ended meanwhile; the core hears of it
    if (const auto* end = std::get_if<absl::Status>(&outgoing.what)) {
      stream->End(*end);
    } else {
      stream->Send(std::get<ConnectResponse>(std::move(outgoing.what)), head.seq);
    }
  }
}

void LinkService::Stop() {
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
    wake_.NotifyAll();
  }
  for (const auto& stream : Streams()) {
    stream->End(absl::UnavailableError("the centre is stopping"));
  }
}

std::shared_ptr<LinkStream> LinkService::Find(Session session) const {
  MutexLock lock(&mutex_);
  const auto found = streams_.find(session);
  return found == streams_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<LinkStream>> LinkService::Streams() const {
  MutexLock lock(&mutex_);
  std::vector<std::shared_ptr<LinkStream>> streams;
  streams.reserve(streams_.size());
  for (const auto& [session, stream] : streams_) streams.push_back(stream);
  return streams;
}

void LinkService::Gone(LinkStream& stream) {
  const SessionLost lost{stream.session(), stream.node()};
  const bool is_reported = lost.node.empty() || ReportLost(lost);
  MutexLock lock(&mutex_);
  streams_.erase(lost.session);
  if (!is_reported) lost_.push_back(lost);
  if (stopping_) wake_.NotifyAll();
}

bool LinkService::ReportLost(const SessionLost& lost) {
  // UNAVAILABLE: the committer is stopping, and sessions end with it.
  return !absl::IsResourceExhausted(parts_.submit(lost, [] {}));
}

CentralState LinkService::State() const {
  MutexLock lock(&mutex_);
  return state_;
}

ConnectResponse LinkService::Heartbeat(const CentralState& state) const {
  ConnectResponse response;
  auto* heartbeat = response.mutable_heartbeat();
  *heartbeat->mutable_time() =
      TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(parts_.clock->Now()));
  heartbeat->set_head_seq(state.head.seq.value());
  heartbeat->set_head_hash(state.head.hash);
  heartbeat->set_signature(parts_.key->Sign(CentreHeadStatement(
      state.incarnation, state.incarnation_nonce, state.head.seq, state.head.hash)));
  return response;
}

void LinkService::KeepTime() {
  mutex_.Lock();
  // On while streams live: they end by themselves, but a stuck one has to be cut.
  while (!stopping_ || !streams_.empty()) {
    wake_.WaitFor(&mutex_, absl::ToChronoNanoseconds(parts_.limits.heartbeat));
    std::vector<SessionLost> lost = std::exchange(lost_, {});
    mutex_.Unlock();
    lost.erase(std::remove_if(lost.begin(), lost.end(),
                              [&](const SessionLost& one) { return ReportLost(one); }),
               lost.end());
    const CentralState state = State();
    const ConnectResponse heartbeat = Heartbeat(state);
    for (const auto& stream : Streams()) {
      stream->Tick(heartbeat, state.incarnation, state.head.seq);
    }
    mutex_.Lock();
    lost_.insert(lost_.end(), lost.begin(), lost.end());
  }
  mutex_.Unlock();
}

}  // namespace kopa::central
