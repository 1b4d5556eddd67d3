// The client against a small adapter that misbehaves on demand: testdata/adapter.py.
#include "harness/adapter/adapter_backend.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <memory>

#include "harness/adapter/adapter_process.h"
#include "harness/adapter/operation_backend.h"
#include "harness/adapter/orphans.h"
#include "harness/adapter/probe.h"
#include "harness/core/clock.h"
#include "harness/core/owned_directory.h"

namespace tearproof::adapter {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

// How many processes have the pipe open that ends in `fd`, ourselves left out.
size_t ProcessesThatHold(int fd) {
  const auto pipe = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd));
  size_t count = 0;
  std::error_code problem;
  for (const auto& process : std::filesystem::directory_iterator("/proc", problem)) {
    const std::string name = process.path().filename();
    if (name == std::to_string(getpid()) || name == "self" || name == "thread-self") continue;
    for (const auto& file : std::filesystem::directory_iterator(process.path() / "fd", problem)) {
      std::error_code gone;
      if (std::filesystem::read_symlink(file, gone) != pipe) continue;
      ++count;
      break;
    }
  }
  return count;
}

std::vector<std::string> Command(const std::vector<std::string>& faults) {
  std::vector<std::string> command = {"python3",
                                      TEARPROOF_SOURCE_DIR "/harness/adapter/testdata/adapter.py"};
  command.insert(command.end(), faults.begin(), faults.end());
  return command;
}

class AdapterBackendTest : public ::testing::Test {
 protected:
  void Start(const std::vector<std::string>& faults) {
    Result<std::unique_ptr<AdapterProcess>> started = AdapterProcess::Start(Command(faults));
    ASSERT_TRUE(started.ok()) << started.error().Message();
    process_ = std::move(started).value();
    Open("cache");
  }

  void Open(const std::string& name) {
    BackendSetup setup;
    setup.directory = directory_.path() + "/" + name;
    backend_ = std::make_unique<AdapterBackend>(process_.get(), setup);
    EXPECT_EQ(Run(OpKind::kInit), "done:");
  }

  // "hit:value" or "error:text".
  std::string Run(OpKind kind, std::string_view key = "", std::string_view value = "") {
    Request request;
    request.kind = kind;
    request.key = key;
    request.value = value;
    backend_->Execute(request, response_);
    const bool error = response_.failed();
    return std::string(OutcomeName(response_.outcome)) + ":" +
           (error ? response_.error : response_.value);
  }

  OwnedDirectory directory_ = OwnedDirectory::Create(::testing::TempDir()).value();
  std::unique_ptr<AdapterProcess> process_;
  std::unique_ptr<AdapterBackend> backend_;
  Response response_;
};

TEST_F(AdapterBackendTest, SetsGetsAndDeletes) {
  Start({});
  EXPECT_EQ(Run(OpKind::kGet, "k"), "miss:");
  EXPECT_EQ(Run(OpKind::kSet, "k", "v"), "done:");
  EXPECT_EQ(Run(OpKind::kGet, "k"), "hit:v");
  EXPECT_EQ(Run(OpKind::kDelete, "k"), "done:");
  EXPECT_THAT(Run(OpKind::kDelete, "k"), HasSubstr("failed:FileNotFoundError"));
  EXPECT_EQ(Run(OpKind::kIncr, "k"), "unsupported:");
  EXPECT_FALSE(process_->broken());
}

TEST_F(AdapterBackendTest, CarriesAValueThatIsLargerThanThePipes) {
  Start({});
  const std::string value(1 << 20, 'v');
  EXPECT_EQ(Run(OpKind::kSet, "k", value), "done:");
  EXPECT_EQ(Run(OpKind::kGet, "k"), "hit:" + value);
}

TEST_F(AdapterBackendTest, RefusesAKeyThatIsNoUtf8WithoutSendingIt) {
  Start({});
  EXPECT_EQ(Run(OpKind::kSet, "\xff", "v"), "refused:");
  EXPECT_EQ(Run(OpKind::kGet, std::string_view("a\0../b", 6)), "miss:");
}

TEST_F(AdapterBackendTest, OpensAnotherDirectoryOnTheSameProcess) {
  Start({});
  EXPECT_EQ(Run(OpKind::kSet, "k", "v"), "done:");
  const pid_t before = process_->id();
  Open("another");
  EXPECT_EQ(Run(OpKind::kGet, "k"), "miss:");
  EXPECT_EQ(process_->id(), before);
}

TEST_F(AdapterBackendTest, AStrayLineIsEvidenceAndTheTalkGoesOn) {
  Start({"stray"});
  EXPECT_EQ(Run(OpKind::kGet, "k"),
            "error:stray line on the adapter's standard output: \"Warning: \\x1b[31mred\"");
  EXPECT_EQ(Run(OpKind::kSet, "k", "v"), "done:");
}

TEST_F(AdapterBackendTest, AnExitIsToldWithTheEndOfStderr) {
  Start({"exit"});
  const std::string told = Run(OpKind::kGet, "k");
  EXPECT_EQ(told,
            "error:the adapter exited with status 1; its standard error: no more memory\n"
            "and before that: Traceback");
  EXPECT_EQ(Run(OpKind::kSet, "k", "v"), told);
  EXPECT_EQ(Run(OpKind::kInit), told);
}

TEST_F(AdapterBackendTest, ADeathBySignalIsTold) {
  Start({"die"});
  EXPECT_EQ(Run(OpKind::kGet, "k"), "error:the adapter was ended by signal 9 (KILL)");
}

TEST_F(AdapterBackendTest, AnAdapterThatDiedBetweenOperationsIsTold) {
  Start({});
  const UniqueFd handle(static_cast<int>(syscall(SYS_pidfd_open, process_->id(), 0)));
  kill(process_->id(), SIGTERM);
  pollfd wait = {handle.get(), POLLIN, 0};
  ASSERT_EQ(poll(&wait, 1, -1), 1);
  EXPECT_EQ(Run(OpKind::kGet, "k"), "error:the adapter was ended by signal 15 (TERM)");
}

TEST_F(AdapterBackendTest, AWrongIdBreaksTheTalk) {
  Start({"wrong-id"});
  const std::string told = Run(OpKind::kGet, "k");
  EXPECT_THAT(told, HasSubstr("does not have the \"id\" of its request, 2"));
  EXPECT_EQ(Run(OpKind::kSet, "k", "v"), told);
}

TEST_F(AdapterBackendTest, InvalidJsonBreaksTheTalk) {
  Start({"torn-json"});
  EXPECT_THAT(Run(OpKind::kGet, "k"), HasSubstr("is no valid JSON: {\"id\":"));
  EXPECT_TRUE(process_->broken());
}

TEST_F(AdapterBackendTest, AHugeLineBreaksTheTalk) {
  Start({"huge"});
  EXPECT_EQ(Run(OpKind::kGet, "k"), "error:the adapter sent a line of more than 64 MiB");
}

TEST_F(AdapterBackendTest, ChatterOnStderrNeitherBlocksNorGrows) {
  Start({"chatter", "wrong-id"});
  const std::string told = Run(OpKind::kGet, "k");
  EXPECT_THAT(told, EndsWith("eend"));
  EXPECT_LT(told.size(), kStderrTail + 500);
}

TEST(AdapterProcessTest, AProgramThatIsNotThereIsTheUsersError) {
  const auto started = AdapterProcess::Start({"no-such-adapter"});
  ASSERT_FALSE(started.ok());
  EXPECT_EQ(started.error().kind, ErrorKind::kUsage);
  EXPECT_THAT(started.error().Message(), HasSubstr("no-such-adapter: No such file"));
}

// Whose children have children, in sessions of their own, whose parents are gone.
const std::vector<std::string> kWithOffspring = {
    "sh", "-c", "setsid sleep 1000 & sleep 1000 & (setsid sleep 1000 &) ; exec sleep 1000"};

// A worker with an adapter that has children, in a process group of its own. Each of them, five
// with the worker, holds the other end of `pipe`.
pid_t StartWorkerWithOffspring(UniqueFd* pipe) {
  std::array<int, 2> ends;
  EXPECT_EQ(::pipe(ends.data()), 0);
  const pid_t worker = fork();
  if (worker == 0) {
    setpgid(0, 0);
    close(ends[0]);
    const auto started = AdapterProcess::Start(kWithOffspring);
    while (started.ok()) pause();
    _exit(1);
  }
  pipe->Reset(ends[0]);
  close(ends[1]);
  while (ProcessesThatHold(ends[0]) < 5) sched_yield();
  return worker;
}

TEST(GuardTest, EndsAllOfAProgramWhoseOwnerIsKilled) {
  UniqueFd pipe;
  const pid_t worker = StartWorkerWithOffspring(&pipe);
  kill(-worker, SIGKILL);  // With its group: the guard is in none of ours.
  ASSERT_EQ(waitpid(worker, nullptr, 0), worker);
  char byte = 0;
  EXPECT_EQ(read(pipe.get(), &byte, 1), 0) << "it ends when nobody holds the other end any more";
}

TEST(GuardTest, EndsAllWithTheObject) {
  std::array<int, 2> ends;
  ASSERT_EQ(pipe(ends.data()), 0);
  const UniqueFd watched(ends[0]);
  fcntl(ends[0], F_SETFD, FD_CLOEXEC);
  {
    auto started = AdapterProcess::Start(kWithOffspring);
    ASSERT_TRUE(started.ok());
    while (ProcessesThatHold(ends[0]) < 4) sched_yield();
  }
  EXPECT_EQ(ProcessesThatHold(ends[0]), 0u);
  close(ends[1]);
}

TEST(GuardTest, AProgramOutlivesNoGuard) {
  auto started = AdapterProcess::Start({"cat"});
  ASSERT_TRUE(started.ok());
  AdapterProcess& process = *started.value();
  std::ifstream status("/proc/" + std::to_string(process.id()) + "/status");
  pid_t guard = 0;
  for (std::string word; guard == 0 && status >> word;) {
    if (word == "PPid:") status >> guard;
  }
  ASSERT_GT(guard, 1);
  ASSERT_NE(guard, getpid());
  kill(guard, SIGKILL);
  std::string answer;
  EXPECT_FALSE(process.ReadLine(&answer));
  EXPECT_EQ(process.WhyBroken(), "the adapter was ended by signal 9 (KILL)");
}

TEST(OrphanKeeperTest, EndsWhateverADeadProcessLeaves) {
  const OrphanKeeper keeper;
  UniqueFd pipe;
  const pid_t worker = StartWorkerWithOffspring(&pipe);
  kill(worker, SIGKILL);
  ASSERT_EQ(waitpid(worker, nullptr, 0), worker);
  keeper.End({});
  EXPECT_EQ(ProcessesThatHold(pipe.get()), 0u);
}

TEST(OrphanKeeperTest, LeavesOlderChildrenAndThoseThatAreNamedAlone) {
  const auto child = [] {
    const pid_t started = fork();
    if (started == 0) {
      while (true) pause();
    }
    return started;
  };
  const pid_t older = child();
  const OrphanKeeper keeper;
  const pid_t own = child();
  keeper.End({own});
  for (const pid_t each : {older, own}) {
    EXPECT_EQ(waitpid(each, nullptr, WNOHANG), 0);
    kill(each, SIGKILL);
    EXPECT_EQ(waitpid(each, nullptr, 0), each);
  }
}

TEST(OperationBackendTest, StartsAProcessForEachOperation) {
  const OwnedDirectory directory = OwnedDirectory::Create(::testing::TempDir()).value();
  std::vector<pid_t> processes;
  BackendSetup setup;
  setup.directory = directory.path() + "/cache";
  OperationBackend backend(Command({}), "/", setup,
                           [&](pid_t process) { processes.push_back(process); });
  Response response;
  backend.Execute({}, response);
  EXPECT_EQ(response.outcome, Outcome::kDone);
  const int64_t before = MonotonicNanos();
  backend.Execute({OpKind::kSet, "k", "v"}, response);
  EXPECT_EQ(response.outcome, Outcome::kDone);
  // The interval is that of the operation: its process was started before.
  EXPECT_GT(response.called, before);
  EXPECT_LE(response.called, response.returned);
  backend.Execute({OpKind::kGet, "k", {}}, response);
  EXPECT_EQ(response.outcome, Outcome::kHit);
  EXPECT_EQ(response.value, "v");
  ASSERT_EQ(processes.size(), 6u);
  EXPECT_NE(processes[0], processes[2]);
  EXPECT_EQ(processes[5], 0);
}

TEST(OperationBackendTest, WhatCouldNotBeAskedHasChangedNothing) {
  BackendSetup setup;
  setup.directory = "/nowhere";
  Response response;
  OperationBackend missing({"no-such-adapter"}, "", setup, [](pid_t) {});
  missing.Execute({OpKind::kSet, "k", "v"}, response);
  EXPECT_EQ(response.outcome, Outcome::kFailed);
  EXPECT_THAT(response.error, HasSubstr("no-such-adapter"));
  OperationBackend broken(Command({"at-init", "exit"}), "", setup, [](pid_t) {});
  broken.Execute({OpKind::kSet, "k", "v"}, response);
  EXPECT_EQ(response.outcome, Outcome::kFailed);
  EXPECT_THAT(response.error, HasSubstr("failed at init"));
}

TEST(ProbeTest, ReadsWhatTheAdapterSaysAndSendsTheOptions) {
  const Result<Introduction> read = Probe(Command({}), {}, ::testing::TempDir());
  ASSERT_TRUE(read.ok()) << read.error().Message();
  EXPECT_EQ(read.value().name, "example");
  EXPECT_THAT(read.value().source, EndsWith("adapter.py"));
  EXPECT_EQ(read.value().max_entries, 300);
}

TEST(ProbeTest, FillsOnlyWhatIsOpen) {
  const Result<Introduction> read = Probe(Command({}), {}, ::testing::TempDir());
  ASSERT_TRUE(read.ok()) << read.error().Message();
  BackendDescription open;
  open.id = "mine";
  ASSERT_TRUE(Complete(read.value(), &open).ok());
  EXPECT_EQ(open.title, "example 1");
  EXPECT_TRUE(open.operations.contains(OpKind::kDelete));
  EXPECT_TRUE(open.promises.contains(Promise::kPresent));
  EXPECT_EQ(open.max_entries, 300);
  EXPECT_TRUE(open.evicts);
  EXPECT_TRUE(open.ttl);

  BackendDescription closed;
  closed.title = "Ours";
  closed.operations = {OpKind::kInit, OpKind::kGet};
  closed.promises = {Promise::kIntact, Promise::kExpires};
  closed.max_entries = 5;
  closed.ttl = true;
  ASSERT_TRUE(Complete(read.value(), &closed).ok());
  EXPECT_EQ(closed.title, "Ours");
  EXPECT_EQ(closed.operations.size(), 2);
  EXPECT_FALSE(closed.promises.contains(Promise::kPresent));
  EXPECT_EQ(closed.max_entries, 5);
  EXPECT_FALSE(closed.evicts);
  EXPECT_EQ(closed.ttl_resolution, 0);
}

// The message that a user of `command` with these faults gets.
std::string ProbeError(const std::vector<std::string>& command, int64_t patience = kProbePatience) {
  const Result<Introduction> read = Probe(command, {}, ::testing::TempDir(), patience);
  if (read.ok()) return "";
  EXPECT_EQ(read.error().kind, ErrorKind::kUsage);
  return read.error().Message();
}

TEST(ProbeTest, SaysWhatTheAdapterSaid) {
  EXPECT_THAT(ProbeError(Command({"at-init", "exit"})),
              HasSubstr("did not answer init: the adapter exited with status 1; its standard "
                        "error: no more memory"));
  EXPECT_THAT(ProbeError(Command({"at-init", "stray"})), HasSubstr("Warning: \\"));
  EXPECT_THAT(ProbeError(Command({"at-init", "stray"})), Not(HasSubstr("\x1b")));
  EXPECT_THAT(ProbeError({"true"}), HasSubstr("the adapter exited with status 0"));
  EXPECT_THAT(ProbeError({"sleep", "1000"}, kNanosPerMilli), HasSubstr("did not answer in time"));
}

TEST(ProbeTest, WantsOperationsFromSomebody) {
  const Result<Introduction> read = Probe(Command({"no-operations"}), {}, ::testing::TempDir());
  ASSERT_TRUE(read.ok()) << read.error().Message();
  BackendDescription description;
  description.id = "mine";
  const Result<void> completed = Complete(read.value(), &description);
  ASSERT_FALSE(completed.ok());
  EXPECT_THAT(completed.error().Message(), HasSubstr("the operations of mine"));
}

}  // namespace
}  // namespace tearproof::adapter
