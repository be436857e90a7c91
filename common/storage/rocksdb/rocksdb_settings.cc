#include "common/storage/rocksdb/rocksdb_settings.h"

#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

#include <algorithm>
#include <cstdarg>
#include <memory>
#include <vector>

namespace kopa::storage {
namespace {

constexpr size_t kMiB = size_t{1} << 20;

rocksdb::CompressionType BestOf(const std::vector<rocksdb::CompressionType>& wanted) {
  const std::vector<rocksdb::CompressionType> built_in = rocksdb::GetSupportedCompressions();
  for (rocksdb::CompressionType type : wanted) {
    if (std::find(built_in.begin(), built_in.end(), type) != built_in.end()) return type;
  }
  return rocksdb::kNoCompression;
}

class NoLogger : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

}  // namespace

rocksdb::DBOptions DatabaseSettings(const RocksDbOptions& options) {
  rocksdb::DBOptions settings;
  settings.create_if_missing = options.create_if_missing;
  settings.create_missing_column_families = !options.read_only;

  // The default (kPointInTimeRecovery) stops at a flipped bit in the log and opens with what came
  // before it, silently. This mode takes only a torn last record for what it is: a write never
  // acknowledged.
  settings.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  settings.paranoid_checks = true;
  settings.flush_verify_memtable_count = true;
  // After a failed flush or sync the state on disk is unknown: stay stopped, so that the next write
  // fails and the process ends, instead of trying again in the background.
  settings.max_bgerror_resume_count = 0;

  // Bounds how much log an opening replays; it also keeps one idle family from pinning old logs.
  settings.max_total_wal_size = 2 * options.write_buffer_bytes;
  settings.db_write_buffer_size = options.write_buffer_bytes;
  settings.max_open_files = 256;
  settings.max_background_jobs = 2;
  settings.bytes_per_sync = kMiB;
  settings.max_manifest_file_size = 16 * kMiB;
  settings.skip_stats_update_on_db_open = true;

  settings.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  settings.max_log_file_size = 4 * kMiB;
  settings.keep_log_file_num = 4;
  if (options.read_only) settings.info_log = std::make_shared<NoLogger>();
  settings.stats_dump_period_sec = 0;
  settings.stats_persist_period_sec = 0;
  return settings;
}

rocksdb::ColumnFamilyOptions FamilySettings(const RocksDbOptions& options) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(options.block_cache_bytes);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  // Indexes and filters inside the cache, so that its size bounds them too.
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.block_size = 16 * 1024;
  table.format_version = 5;
  table.checksum = rocksdb::kXXH3;

  rocksdb::ColumnFamilyOptions settings;
  settings.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  settings.write_buffer_size = std::min(16 * kMiB, options.write_buffer_bytes / 2);
  settings.max_write_buffer_number = 3;
  settings.level_compaction_dynamic_level_bytes = true;
  settings.compression = BestOf({rocksdb::kLZ4Compression, rocksdb::kSnappyCompression});
  settings.bottommost_compression = BestOf({rocksdb::kZSTD, rocksdb::kLZ4Compression});
  settings.force_consistency_checks = true;
  return settings;
}

rocksdb::WriteOptions SyncedWrite() {
  rocksdb::WriteOptions options;
  options.sync = true;  // the default survives a crash of the process, not loss of power
  return options;
}

rocksdb::ReadOptions CheckedRead() {
  rocksdb::ReadOptions options;
  options.verify_checksums = true;
  return options;
}

}  // namespace kopa::storage
