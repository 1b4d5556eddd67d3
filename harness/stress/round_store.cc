#include "harness/stress/round_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <filesystem>

#include "harness/core/json.h"
#include "harness/core/owned_directory.h"
#include "harness/core/unique_fd.h"
#include "harness/history/segment.h"

namespace tearproof::stress {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

json HeaderToJson(const HistoryHeader& header) {
  return {{"version", header.version},
          {"time_base", header.time_base == TimeBase::kStep ? "step" : "monotonic_ns"},
          {"clock_uncertainty", header.clock_uncertainty},
          {"realtime_offset_begin", header.realtime_offset_begin},
          {"realtime_offset_end", header.realtime_offset_end},
          {"coarse_clock_lag", header.coarse_clock_lag},
          {"seed", header.seed},
          {"round", header.round},
          {"backend", header.backend},
          {"scenario", header.scenario}};
}

HistoryHeader HeaderFromJson(const json& in) {
  HistoryHeader header;
  if (in.at("version") != kHistoryVersion) {
    throw std::runtime_error("the history was written by another version of tearproof");
  }
  header.time_base = in.at("time_base") == "step" ? TimeBase::kStep : TimeBase::kMonotonicNanos;
  header.clock_uncertainty = in.at("clock_uncertainty");
  header.realtime_offset_begin = in.at("realtime_offset_begin");
  header.realtime_offset_end = in.at("realtime_offset_end");
  header.coarse_clock_lag = in.at("coarse_clock_lag");
  header.seed = in.at("seed");
  header.round = in.at("round");
  header.backend = in.at("backend");
  header.scenario = in.at("scenario");
  return header;
}

constexpr std::array<std::string_view, 2> kTurns = {"even", "odd"};
constexpr std::array<std::string_view, 3> kEndNames = {"lived", "killed", "died"};

json ProcessToJson(const ProcessInfo& process) {
  return {{"number", process.number},
          {"role", process.role},
          {"end", kEndNames[static_cast<size_t>(process.end)]},
          {"end_signal", process.end_signal},
          {"end_status", process.end_status},
          {"reaped", process.reaped}};
}

ProcessInfo ProcessFromJson(const json& in) {
  ProcessInfo process;
  process.number = in.at("number");
  process.role = in.at("role");
  const auto found = std::find(kEndNames.begin(), kEndNames.end(), in.at("end").get<std::string>());
  if (found == kEndNames.end()) throw std::runtime_error("unknown end of a process");
  process.end = static_cast<ProcessInfo::End>(found - kEndNames.begin());
  process.end_signal = in.at("end_signal");
  process.end_status = in.at("end_status");
  process.reaped = in.at("reaped");
  return process;
}

json StallToJson(const Stall& stall) {
  return {{"process", stall.process},
          {"sequence", stall.sequence},
          {"waited", stall.waited},
          {"waited_alone", stall.waited_alone},
          {"returned_alone", stall.returned_alone}};
}

Stall StallFromJson(const json& in) {
  return {in.at("process"), in.at("sequence"), in.at("waited"), in.at("waited_alone"),
          in.at("returned_alone")};
}

json SurveyToJson(const Survey& survey) {
  return {{"tidied", survey.tidied},
          {"litter", survey.litter},
          {"watched", survey.watched},
          {"trespasses", survey.trespasses},
          {"cache_files", survey.cache_files}};
}

Survey SurveyFromJson(const json& in) {
  Survey survey;
  survey.tidied = in.at("tidied");
  survey.litter = in.at("litter").get<std::vector<std::string>>();
  survey.watched = in.at("watched");
  survey.trespasses = in.at("trespasses").get<std::vector<std::string>>();
  survey.cache_files = in.at("cache_files");
  return survey;
}

std::vector<std::string> ListSegments(const std::string& directory) {
  std::vector<std::string> paths;
  std::error_code problem;
  for (const auto& entry : fs::directory_iterator(directory, problem)) {
    if (entry.path().extension() == ".segment") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace

Result<void> WriteRoundInfo(const RoundInfo& info, const std::string& round_directory) {
  json out = {{"header", HeaderToJson(info.header)},
              {"processes", json::array()},
              {"stalls", json::array()},
              {"survey", SurveyToJson(info.survey)}};
  for (const ProcessInfo& process : info.processes) {
    out["processes"].push_back(ProcessToJson(process));
  }
  for (const Stall& stall : info.stalls) out["stalls"].push_back(StallToJson(stall));
  return ReplaceFile(round_directory + "/round.json", DumpJson(out));
}

Result<RoundInfo> ReadRoundInfo(const std::string& round_directory) {
  const std::string path = round_directory + "/round.json";
  TEARPROOF_ASSIGN_OR_RETURN(const json in, ReadJsonFile(path));
  return ConvertJson(path, [&] {
    RoundInfo info;
    info.header = HeaderFromJson(in.at("header"));
    for (const json& process : in.at("processes")) {
      info.processes.push_back(ProcessFromJson(process));
    }
    for (const json& stall : in.at("stalls")) info.stalls.push_back(StallFromJson(stall));
    info.survey = SurveyFromJson(in.at("survey"));
    return info;
  });
}

namespace {

Result<void> CopyRound(const std::string& from, const std::string& to) {
  for (const std::string& path : ListSegments(from)) {
    TEARPROOF_RETURN_IF_ERROR(
        WriteCompactCopy(path, to + "/" + fs::path(path).filename().string()));
  }
  TEARPROOF_ASSIGN_OR_RETURN(const RoundInfo info, ReadRoundInfo(from));
  return WriteRoundInfo(info, to);
}

}  // namespace

Result<History> LoadRound(const std::string& round_directory,
                          const std::vector<std::string>& keys) {
  TEARPROOF_ASSIGN_OR_RETURN(RoundInfo info, ReadRoundInfo(round_directory));
  History::Parts parts;
  parts.header = std::move(info.header);
  parts.header.keys = keys;
  parts.processes = std::move(info.processes);
  parts.stalls = std::move(info.stalls);
  parts.survey = std::move(info.survey);
  std::vector<SegmentContents> segments;
  size_t operations = 0;
  for (const std::string& path : ListSegments(round_directory)) {
    TEARPROOF_ASSIGN_OR_RETURN(SegmentContents contents, ReadSegment(path));
    if (contents.round != parts.header.round) continue;
    operations += contents.ops.size();
    segments.push_back(std::move(contents));
  }
  std::sort(
      segments.begin(), segments.end(),
      [](const SegmentContents& a, const SegmentContents& b) { return a.process < b.process; });
  parts.ops.reserve(operations);
  for (SegmentContents& contents : segments) {
    const bool declared =
        std::any_of(parts.processes.begin(), parts.processes.end(),
                    [&](const ProcessInfo& process) { return process.number == contents.process; });
    if (!declared) {
      // A replacement that started after round.json was last written: the coordinator was killed.
      parts.processes.push_back({contents.process, "replacement", ProcessInfo::End::kLived});
    }
    parts.ops.insert(parts.ops.end(), contents.ops.begin(), contents.ops.end());
    std::vector<Op>().swap(contents.ops);
    std::move(contents.evidence.begin(), contents.evidence.end(),
              std::back_inserter(parts.evidence));
    parts.unreadable_records += contents.unreadable_records;
  }
  return History::Build(std::move(parts));
}

std::string LiveDirectory(const std::string& cell_directory, uint64_t round) {
  return fmt::format("{}/live/{}", cell_directory, kTurns[round % kTurns.size()]);
}

std::string SegmentPath(const std::string& cell_directory, uint64_t round, uint32_t process) {
  return fmt::format("{}/p{}.segment", LiveDirectory(cell_directory, round), process);
}

Result<void> MakeLive(const std::string& cell_directory) {
  for (uint64_t turn = 0; turn < kTurns.size(); ++turn) {
    std::error_code problem;
    fs::create_directories(LiveDirectory(cell_directory, turn), problem);
    if (problem) return SystemError(problem.value(), "cannot create " + cell_directory);
  }
  return {};
}

Result<void> KeepRound(const std::string& cell_directory, uint64_t round) {
  // Under a name that is no round's until it is whole.
  const std::string name = fmt::format("round-{}", round);
  const std::string partial = name + ".part";
  const UniqueFd cell(
      open(cell_directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!cell.valid()) return SystemError(errno, "cannot open " + cell_directory);
  if (mkdirat(cell.get(), partial.c_str(), 0777) != 0) {
    return SystemError(errno, "cannot create " + cell_directory + "/" + partial);
  }
  Result<void> kept =
      CopyRound(LiveDirectory(cell_directory, round), cell_directory + "/" + partial);
  if (kept.ok() && renameat(cell.get(), partial.c_str(), cell.get(), name.c_str()) != 0) {
    kept = SystemError(errno, "cannot rename " + cell_directory + "/" + partial);
  }
  if (!kept.ok()) (void)RemoveTreeAt(cell.get(), partial);
  return kept;
}

Result<void> RemoveLive(const std::string& cell_directory) {
  const UniqueFd cell(
      open(cell_directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!cell.valid()) return SystemError(errno, "cannot open " + cell_directory);
  // First what makes a round of it: a part of its segments must never be judged as the whole.
  for (uint64_t turn = 0; turn < kTurns.size(); ++turn) {
    const std::string info = LiveDirectory(cell_directory, turn) + "/round.json";
    if (unlink(info.c_str()) != 0 && errno != ENOENT) {
      return SystemError(errno, "cannot remove " + info);
    }
  }
  TEARPROOF_RETURN_IF_ERROR(RemoveTreeAt(cell.get(), "live"));
  return RemoveTreeAt(cell.get(), "control");
}

std::vector<std::string> ListRounds(const std::string& cell_directory) {
  std::vector<std::pair<uint64_t, std::string>> rounds;
  std::error_code problem;
  for (const auto& entry : fs::directory_iterator(cell_directory, problem)) {
    const std::string name = entry.path().filename();
    uint64_t number = 0;
    if (!name.starts_with("round-")) continue;
    const auto [rest, error] = std::from_chars(name.data() + 6, name.data() + name.size(), number);
    if (error == std::errc() && rest == name.data() + name.size()) {
      rounds.emplace_back(number, entry.path());
    }
  }
  std::sort(rounds.begin(), rounds.end());
  std::vector<std::string> paths;
  for (auto& [number, path] : rounds) paths.push_back(std::move(path));
  for (uint64_t turn = 0; turn < kTurns.size(); ++turn) {
    std::string live = LiveDirectory(cell_directory, turn);
    if (fs::exists(live + "/round.json", problem)) paths.push_back(std::move(live));
  }
  return paths;
}

}  // namespace tearproof::stress
