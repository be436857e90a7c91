// PostgreSQL on the same applications: COPY, single inserts with an outbox row, and awards that are
// guarded by the row of a budget. Through libpq and a socket of the file system, each statement
// prepared, each value binary, as few round trips as can be.

#include <libpq-fe.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/bytes.h"
#include "tests/bench/applications.h"
#include "tests/bench/client.h"
#include "tests/bench/flags.h"
#include "tests/bench/measure.h"

namespace kopa::bench {
namespace {

constexpr int kBinary = 1;
constexpr char kSchema[] = R"(
  DROP TABLE IF EXISTS application, outbox, budget, award;
  CREATE TABLE application (
    id uuid PRIMARY KEY, call text NOT NULL, external_ref text NOT NULL,
    municipality text NOT NULL, status smallint NOT NULL, requested_cents bigint NOT NULL,
    body bytea NOT NULL, UNIQUE (call, external_ref));
  CREATE TABLE outbox (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, application uuid NOT NULL,
    body bytea NOT NULL);
  CREATE TABLE budget (
    call text PRIMARY KEY, limit_cents bigint NOT NULL,
    spent_cents bigint NOT NULL CHECK (spent_cents <= limit_cents));
  CREATE TABLE award (application uuid PRIMARY KEY, call text NOT NULL, cents bigint NOT NULL);
  INSERT INTO budget VALUES ('bench', 1000000000000, 0);
  CHECKPOINT)";

// One statement a transaction, so that one round trip does it all.
constexpr char kInsert[] = R"(
  WITH handed_in AS (
    INSERT INTO application VALUES ($1, $2, $3, $4, 1, $5, $6) RETURNING id)
  INSERT INTO outbox (application, body) SELECT id, $6 FROM handed_in)";
constexpr char kAward[] = R"(
  WITH funded AS (
    UPDATE budget SET spent_cents = spent_cents + $2
    WHERE call = $1 AND spent_cents + $2 <= limit_cents RETURNING call)
  INSERT INTO award SELECT $3, call, $2 FROM funded)";
// Many awards in one transaction, all or none.
constexpr char kAwardMany[] = R"(
  WITH funded AS (
    UPDATE budget SET spent_cents = spent_cents + $2::bigint * cardinality($3::uuid[])
    WHERE call = $1 AND spent_cents + $2::bigint * cardinality($3::uuid[]) <= limit_cents
    RETURNING call)
  INSERT INTO award SELECT id, call, $2::bigint FROM funded, unnest($3::uuid[]) id)";

std::string Int64(int64_t value) { return ByteWriter().U64(static_cast<uint64_t>(value)).Take(); }

class Connection {
 public:
  explicit Connection(const Flags& flags)
      : connection_(
            PQconnectdb(absl::StrCat("host=", flags.folder, " dbname=postgres user=postgres",
                                     " options='-c client_min_messages=warning'")
                            .c_str())) {
    if (PQstatus(connection_) != CONNECTION_OK) Fail(PQerrorMessage(connection_));
  }
  ~Connection() { PQfinish(connection_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void Run(const char* statements) { Check(PQexec(connection_, statements), PGRES_COMMAND_OK); }
  void Prepare(const char* statement) {
    Check(PQprepare(connection_, "it", statement, 0, nullptr), PGRES_COMMAND_OK);
  }
  // The rows that the prepared statement changed. Values are in PostgreSQL's binary form.
  int64_t Execute(const std::vector<std::string>& values, int format = kBinary) {
    std::vector<const char*> pointers;
    std::vector<int> lengths;
    for (const std::string& value : values) {
      pointers.push_back(value.data());
      lengths.push_back(static_cast<int>(value.size()));
    }
    const std::vector<int> formats(values.size(), format);
    PGresult* const result =
        PQexecPrepared(connection_, "it", static_cast<int>(values.size()), pointers.data(),
                       lengths.data(), formats.data(), kBinary);
    const int64_t rows = std::atoll(PQcmdTuples(result));
    Check(result, PGRES_COMMAND_OK);
    return rows;
  }
  void CopyIn(const char* statement) { Check(PQexec(connection_, statement), PGRES_COPY_IN); }
  void CopyData(const std::string& data) {
    if (PQputCopyData(connection_, data.data(), static_cast<int>(data.size())) != 1) {
      Fail(PQerrorMessage(connection_));
    }
  }
  void CopyEnd() {
    if (PQputCopyEnd(connection_, nullptr) != 1) Fail(PQerrorMessage(connection_));
    Check(PQgetResult(connection_), PGRES_COMMAND_OK);
    PQclear(PQgetResult(connection_));
  }

 private:
  void Check(PGresult* result, ExecStatusType wanted) {
    if (PQresultStatus(result) != wanted) Fail(PQerrorMessage(connection_));
    PQclear(result);
  }

  PGconn* const connection_;
};

// Runs `part(connection, from, to)` for a share of the numbers in each of the threads, and returns
// how long all of them took. Connections are made and statements prepared before.
int64_t InThreads(const Flags& flags, const char* statement,
                  const std::function<void(Connection&, int64_t, int64_t)>& part) {
  std::vector<std::unique_ptr<Connection>> connections;
  for (int i = 0; i < flags.clients; ++i) {
    connections.push_back(std::make_unique<Connection>(flags));
    connections.back()->Prepare(statement);
  }
  const int64_t begin = MonotonicNanos();
  std::vector<std::thread> threads;
  for (int64_t i = 0; i < flags.clients; ++i) {
    threads.emplace_back([&, i] {
      part(*connections[static_cast<size_t>(i)], flags.first + flags.count * i / flags.clients,
           flags.first + flags.count * (i + 1) / flags.clients);
    });
  }
  for (std::thread& thread : threads) thread.join();
  return MonotonicNanos() - begin;
}

// All in one transaction, acknowledged once.
int64_t Copy(const Flags& flags) {
  Connection connection(flags);
  const int64_t begin = MonotonicNanos();
  connection.CopyIn("COPY application FROM STDIN (FORMAT binary)");
  std::string buffer("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
  for (int64_t i = flags.first; i < flags.first + flags.count; ++i) {
    const auto input = MakeApplication(i, flags.place);
    buffer += ByteWriter()
                  .U8(0)
                  .U8(7)
                  .Bytes(NewRequestId())
                  .Bytes(flags.call)
                  .Bytes(input.external_ref())
                  .Bytes(input.municipality())
                  .Bytes(absl::string_view("\0\1", 2))
                  .Bytes(Int64(kAwardCents))
                  .Bytes(input.SerializeAsString())
                  .Take();
    if (buffer.size() < (1 << 16)) continue;
    connection.CopyData(buffer);
    buffer.clear();
  }
  buffer += "\377\377";
  connection.CopyData(buffer);
  connection.CopyEnd();
  return MonotonicNanos() - begin;
}

int64_t Insert(const Flags& flags) {
  return InThreads(flags, kInsert, [&](Connection& connection, int64_t from, int64_t to) {
    for (int64_t i = from; i < to; ++i) {
      const auto input = MakeApplication(i, flags.place);
      const int64_t rows =
          connection.Execute({NewRequestId(), flags.call, input.external_ref(),
                              input.municipality(), Int64(kAwardCents), input.SerializeAsString()});
      if (rows != 1) Fail("an application was not inserted");
    }
  });
}

int64_t Award(const Flags& flags) {
  return InThreads(flags, kAward, [&](Connection& connection, int64_t from, int64_t to) {
    for (int64_t i = from; i < to; ++i) {
      if (connection.Execute({flags.call, Int64(kAwardCents), NewRequestId()}) != 1) {
        Fail("an award was not made");
      }
    }
  });
}

int64_t AwardMany(const Flags& flags) {
  return InThreads(flags, kAwardMany, [&](Connection& connection, int64_t from, int64_t to) {
    while (from < to) {
      const int64_t many = std::min<int64_t>(flags.batch, to - from);
      from += many;
      // As text: an array's binary form would save nothing here.
      std::string ids = "{";
      for (int64_t i = 0; i < many; ++i) {
        absl::StrAppend(&ids, i == 0 ? "" : ",", absl::BytesToHexString(NewRequestId()));
      }
      const int64_t rows = connection.Execute({flags.call, absl::StrCat(kAwardCents), ids + "}"},
                                              /*format=*/0);
      if (rows != many) Fail("awards were not made");
    }
  });
}

}  // namespace

void MeasurePostgres(const Flags& flags) {
  if (flags.mode == "schema") return Connection(flags).Run(kSchema);
  int64_t nanos = 0;
  if (flags.mode == "copy") {
    nanos = Copy(flags);
  } else if (flags.mode == "insert") {
    nanos = Insert(flags);
  } else if (flags.mode == "award") {
    nanos = flags.batch == 1 ? Award(flags) : AwardMany(flags);
  } else {
    Fail("--mode is one of schema, copy, insert and award");
  }
  Report().AddRate(flags.count, nanos).Print();
}

}  // namespace kopa::bench
