#include "harness/api/bench_record_json.h"

namespace tearproof {

Json WriteBench(const BenchRecord& bench) {
  Json json;
  json["value_size"] = bench.value_size;
  json["processes"] = bench.processes;
  json["mix"] = bench.mix;
  json["directory"] = bench.directory;
  json["file_system"] = bench.file_system;
  json["durability"] = bench.durability;
  json["rate"] = Finite(bench.rate);
  json["sync_time_ns"] = bench.sync_time;
  json["unrepresentative"] = bench.unrepresentative;
  if (bench.of_naive) json["of_naive"] = Finite(*bench.of_naive);
  if (!bench.counts) return json;
  const BenchCounts& counts = *bench.counts;
  json["counts"] = {{"calls_a_get", Finite(counts.calls_a_get)},
                    {"calls_a_set", Finite(counts.calls_a_set)},
                    {"syncs_a_set", Finite(counts.syncs_a_set)},
                    {"bytes_written_a_set", Finite(counts.bytes_written_a_set)},
                    {"write_amplification", Finite(bench.WriteAmplification())},
                    {"entries", counts.entries},
                    {"files", counts.files},
                    {"disk_bytes", counts.disk_bytes}};
  return json;
}

BenchRecord ReadBench(JsonReader reader) {
  BenchRecord bench;
  reader.Read("value_size", bench.value_size);
  reader.Read("processes", bench.processes);
  reader.Read("mix", bench.mix);
  reader.Read("directory", bench.directory);
  reader.Read("file_system", bench.file_system);
  reader.Read("durability", bench.durability);
  reader.Read("rate", bench.rate);
  reader.Read("sync_time_ns", bench.sync_time);
  reader.Read("unrepresentative", bench.unrepresentative);
  double of_naive = -1;
  reader.Read("of_naive", of_naive);
  if (of_naive >= 0) bench.of_naive = of_naive;
  reader.Sub("counts", [&](JsonReader each) {
    BenchCounts& counts = bench.counts.emplace();
    each.Read("calls_a_get", counts.calls_a_get);
    each.Read("calls_a_set", counts.calls_a_set);
    each.Read("syncs_a_set", counts.syncs_a_set);
    each.Read("bytes_written_a_set", counts.bytes_written_a_set);
    each.Read("entries", counts.entries);
    each.Read("files", counts.files);
    each.Read("disk_bytes", counts.disk_bytes);
  });
  return bench;
}

}  // namespace tearproof
