// A program to be traced in tests: makes the system calls that it is told to, and misbehaves on
// request.
//
//     trace_subject                interprets: each line of input is a list of calls, "; " between;
//                                  the answer is a line with their results
//     trace_subject BEHAVIOUR      see kBehaviours
//
// A call is a name and arguments: numbers, flags joined by "|", "strings" (no blanks within), $n
// (the result of the n-th call of the line), @c (a buffer filled with the letter c), & (an empty
// buffer), &n (a buffer of eight bytes that hold n), &wrlock, &rdlock or &unlock (a struct flock,
// of all the file, or of one byte: &wrlock+n), &iovec+cn (a struct iovec of n letters c). What was
// read is printed behind the result, as are size, mode and links of what was looked at.
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <deque>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace {

const std::map<std::string, long> kCalls = {
#define CALL(name) \
  { #name, SYS_##name }
    CALL(open),
    CALL(creat),
    CALL(openat),
    CALL(close),
    CALL(dup),
    CALL(dup2),
    CALL(dup3),
    CALL(fcntl),
    CALL(read),
    CALL(readv),
    CALL(pread64),
    CALL(write),
    CALL(writev),
    CALL(pwrite64),
    CALL(pwritev2),
    CALL(lseek),
    CALL(sendfile),
    CALL(truncate),
    CALL(ftruncate),
    CALL(fallocate),
    CALL(fsync),
    CALL(fdatasync),
    CALL(sync_file_range),
    CALL(syncfs),
    CALL(sync),
    CALL(rename),
    CALL(renameat),
    CALL(renameat2),
    CALL(link),
    CALL(linkat),
    CALL(unlink),
    CALL(unlinkat),
    CALL(rmdir),
    CALL(mkdir),
    CALL(mkdirat),
    CALL(symlink),
    CALL(readlink),
    CALL(getdents64),
    CALL(stat),
    CALL(lstat),
    CALL(fstat),
    CALL(newfstatat),
    CALL(access),
    CALL(chmod),
    CALL(fchmod),
    CALL(chown),
    CALL(fchownat),
    CALL(utimes),
    CALL(utimensat),
    CALL(flock),
    CALL(chdir),
    CALL(mmap),
    CALL(nanosleep),
    CALL(close_range),
    CALL(faccessat2),
    CALL(setxattr),
    CALL(fsetxattr),
    CALL(removexattr),
    CALL(getxattr),
    CALL(ioctl),
    CALL(io_uring_setup),
    CALL(copy_file_range),
    CALL(mknod),
    CALL(getpid),
    CALL(inotify_add_watch),
    CALL(inotify_init),
    CALL(statx),
    CALL(exit_group),
#undef CALL
    {"fchmodat2", 452},  // Newer than some headers.
};

const std::map<std::string, long> kConstants = {
#define CONSTANT(name) \
  { #name, static_cast < long>(name) }
    CONSTANT(AT_FDCWD),      CONSTANT(O_RDONLY),     CONSTANT(O_WRONLY),
    CONSTANT(O_RDWR),        CONSTANT(O_CREAT),      CONSTANT(O_EXCL),
    CONSTANT(O_TRUNC),       CONSTANT(O_APPEND),     CONSTANT(O_TMPFILE),
    CONSTANT(O_CLOEXEC),     CONSTANT(O_DIRECTORY),  CONSTANT(O_NOFOLLOW),
    CONSTANT(LOCK_SH),       CONSTANT(LOCK_EX),      CONSTANT(LOCK_UN),
    CONSTANT(LOCK_NB),       CONSTANT(F_SETLK),      CONSTANT(F_SETLKW),
    CONSTANT(F_GETLK),       CONSTANT(F_OFD_SETLKW), CONSTANT(F_DUPFD),
    CONSTANT(F_GETFL),       CONSTANT(F_SETFL),      CONSTANT(SEEK_SET),
    CONSTANT(SEEK_CUR),      CONSTANT(SEEK_END),     CONSTANT(AT_REMOVEDIR),
    CONSTANT(AT_EMPTY_PATH), CONSTANT(PROT_READ),    CONSTANT(PROT_WRITE),
    CONSTANT(MAP_SHARED),    CONSTANT(MAP_PRIVATE),  CONSTANT(AT_SYMLINK_FOLLOW),
    CONSTANT(O_SYNC),        CONSTANT(O_DSYNC),
#undef CONSTANT
};

constexpr size_t kBufferBytes = 1 << 16;

struct Line {
  std::vector<long> results;
  std::deque<std::string> buffers;
};

long ArgumentOf(const std::string& word, Line* line) {
  if (word.front() == '"') {
    line->buffers.push_back(word.substr(1, word.size() - 2));
    return reinterpret_cast<long>(line->buffers.back().data());
  }
  if (word.front() == '$') return line->results.at(std::stoul(word.substr(1)));
  if (word.front() == '@' || word == "&") {
    line->buffers.emplace_back(kBufferBytes, word.size() > 1 ? word[1] : '\0');
    return reinterpret_cast<long>(line->buffers.back().data());
  }
  if (word.starts_with("&iovec+")) {
    line->buffers.emplace_back(kBufferBytes, word[7]);
    const iovec vector = {line->buffers.back().data(), std::stoul(word.substr(8))};
    line->buffers.emplace_back(reinterpret_cast<const char*>(&vector), sizeof(vector));
    return reinterpret_cast<long>(line->buffers.back().data());
  }
  const std::string lock_word = word.substr(0, word.find('+'));
  if (lock_word == "&wrlock" || lock_word == "&rdlock" || lock_word == "&unlock") {
    struct flock lock = {};
    lock.l_type = lock_word == "&wrlock" ? F_WRLCK : lock_word == "&rdlock" ? F_RDLCK : F_UNLCK;
    if (lock_word != word) {
      lock.l_start = std::stol(word.substr(lock_word.size() + 1));
      lock.l_len = 1;
    }
    line->buffers.emplace_back(reinterpret_cast<const char*>(&lock), sizeof(lock));
    return reinterpret_cast<long>(line->buffers.back().data());
  }
  if (word.front() == '&') {
    // With a zero behind it, it is a whole number of seconds, too.
    const std::array<long, 2> value = {std::stol(word.substr(1)), 0};
    line->buffers.emplace_back(reinterpret_cast<const char*>(value.data()), sizeof(value));
    return reinterpret_cast<long>(line->buffers.back().data());
  }
  long value = 0;
  std::istringstream flags(word);
  for (std::string flag; std::getline(flags, flag, '|');) {
    const auto known = kConstants.find(flag);
    value |= known != kConstants.end() ? known->second : std::stol(flag, nullptr, 0);
  }
  return value;
}

// What the call told beside its result.
std::string Told(const std::string& name, const std::array<long, 6>& arguments, long result) {
  if (name == "read" || name == "pread64" || name == "readlink") {
    const auto* text = reinterpret_cast<const char*>(arguments[1]);
    return ":" + std::string(text, std::min<size_t>(static_cast<size_t>(result), 8));
  }
  const bool named = name == "newfstatat";
  if (named || name == "stat" || name == "lstat" || name == "fstat") {
    const auto* status = reinterpret_cast<const struct stat*>(arguments[named ? 2 : 1]);
    return ":" + std::to_string(S_ISDIR(status->st_mode) ? 0 : status->st_size) + "," +
           std::to_string(status->st_mode) + "," + std::to_string(status->st_nlink);
  }
  return "";
}

std::string MakeCall(const std::string& text, Line* line) {
  std::istringstream words(text);
  std::string name;
  words >> name;
  std::array<long, 6> arguments = {};
  size_t count = 0;
  for (std::string word; words >> word && count < arguments.size();) {
    arguments[count++] = ArgumentOf(word, line);
  }
  const auto call = kCalls.find(name);
  if (call == kCalls.end()) return "unknown call " + name;
  long result = syscall(call->second, arguments[0], arguments[1], arguments[2], arguments[3],
                        arguments[4], arguments[5]);
  if (result < 0) result = -errno;
  line->results.push_back(result);
  // An address says nothing.
  if (name == "mmap" && result > 0) return "mapped";
  return std::to_string(result) + (result < 0 ? "" : Told(name, arguments, result));
}

std::string Interpret(const std::string& text) {
  Line line;
  std::string answer;
  size_t begin = 0;
  while (begin < text.size()) {
    size_t end = text.find("; ", begin);
    if (end == std::string::npos) end = text.size();
    if (!answer.empty()) answer += ' ';
    answer += MakeCall(text.substr(begin, end - begin), &line);
    begin = end + 2;
  }
  return answer;
}

// Unbuffered: a read for each request, a write for each answer.
bool ReadLine(std::string* line) {
  static std::string received;
  while (received.find('\n') == std::string::npos) {
    std::array<char, 4096> part;
    const ssize_t got = read(STDIN_FILENO, part.data(), part.size());
    if (got <= 0) return false;
    received.append(part.data(), static_cast<size_t>(got));
  }
  const size_t end = received.find('\n');
  *line = received.substr(0, end);
  received.erase(0, end + 1);
  return true;
}

void Answer(const std::string& text) {
  const std::string line = text + "\n";
  if (write(STDOUT_FILENO, line.data(), line.size()) < 0) _exit(1);
}

int Serve() {
  for (std::string line; ReadLine(&line);) Answer(Interpret(line));
  return 0;
}

int Spin() {
  std::string line;
  ReadLine(&line);
  volatile bool forever = true;
  while (forever) {
  }
  return 0;
}

int Crash() {
  std::string line;
  ReadLine(&line);
  signal(SIGSEGV, SIG_DFL);  // A sanitizer would describe it, and exit.
  raise(SIGSEGV);
  return 0;
}

int ExitEarly() { return 3; }

int Silent() {
  std::string line;
  ReadLine(&line);
  pause();
  return 0;
}

int Flood() {
  std::string line;
  ReadLine(&line);
  while (true) Answer(std::string(4095, 'x'));
}

int CloseInput() {
  close(STDIN_FILENO);
  pause();
  return 0;
}

// The child lives on, and works.
int ForkAway() {
  std::string line;
  ReadLine(&line);
  if (fork() != 0) return 0;
  Interpret("creat \"late\" 420");
  pause();
  return 0;
}

// A child does what the line says; the parent answers when it has ended.
int ByChild() {
  for (std::string line; ReadLine(&line);) {
    const pid_t child = fork();
    if (child == 0) {
      Interpret(line);
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    Answer(std::to_string(status));
  }
  return 0;
}

void* InThread(void* text) {
  Interpret(*static_cast<const std::string*>(text));
  return nullptr;
}

// One thread at a time, as a pool that serves one request after another.
int ByThread() {
  for (std::string line; ReadLine(&line);) {
    pthread_t thread;
    pthread_create(&thread, nullptr, &InThread, &line);
    pthread_join(thread, nullptr);
    Answer("done");
  }
  return 0;
}

// Two threads at once.
int ByTwoThreads() {
  for (std::string line; ReadLine(&line);) {
    std::array<pthread_t, 2> threads;
    for (pthread_t& thread : threads) pthread_create(&thread, nullptr, &InThread, &line);
    for (const pthread_t thread : threads) pthread_join(thread, nullptr);
    Answer("done");
  }
  return 0;
}

// posix_spawn is a vfork: the parent stands still until the child has executed /bin/sh.
int BySpawn() {
  for (std::string line; ReadLine(&line);) {
    std::string shell = "/bin/sh";
    std::string option = "-c";
    std::array<char*, 4> arguments = {shell.data(), option.data(), line.data(), nullptr};
    pid_t child = 0;
    posix_spawn(&child, shell.c_str(), nullptr, nullptr, arguments.data(), environ);
    int status = 0;
    waitpid(child, &status, 0);
    Answer(std::to_string(status));
  }
  return 0;
}

// Waits for input with poll, as event loops do.
int ByPoll() {
  fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
  std::string received;
  while (true) {
    fd_set inputs;
    FD_ZERO(&inputs);
    FD_SET(STDIN_FILENO, &inputs);
    select(1, &inputs, nullptr, nullptr, nullptr);
    std::array<char, 4096> part;
    const ssize_t got = read(STDIN_FILENO, part.data(), part.size());
    if (got == 0) return 0;
    if (got > 0) received.append(part.data(), static_cast<size_t>(got));
    for (size_t end; (end = received.find('\n')) != std::string::npos;) {
      Answer(Interpret(received.substr(0, end)));
      received.erase(0, end + 1);
    }
  }
}

// "wait" sleeps in memory that all such subjects share, until another one is told "wake".
int ByMemory() {
  const int file = open("memory", O_RDWR | O_CREAT, 0600);
  if (ftruncate(file, 4096) != 0) return 1;
  auto* const word =
      static_cast<uint32_t*>(mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0));
  for (std::string line; ReadLine(&line);) {
    if (line == "wait") {
      while (__atomic_load_n(word, __ATOMIC_SEQ_CST) == 0) {
        syscall(SYS_futex, word, FUTEX_WAIT, 0, nullptr, nullptr, 0);
      }
    } else {
      mkdir("d", 0700);
      __atomic_store_n(word, 1, __ATOMIC_SEQ_CST);
      syscall(SYS_futex, word, FUTEX_WAKE, 1, nullptr, nullptr, 0);
      rmdir("d");
    }
    Answer("done");
  }
  return 0;
}

const std::map<std::string, int (*)()> kBehaviours = {
    {"spin", &Spin},          {"crash", &Crash},
    {"exit", &ExitEarly},     {"silent", &Silent},
    {"flood", &Flood},        {"close-input", &CloseInput},
    {"fork-away", &ForkAway}, {"by-child", &ByChild},
    {"by-thread", &ByThread}, {"by-two-threads", &ByTwoThreads},
    {"by-spawn", &BySpawn},   {"by-poll", &ByPoll},
    {"by-memory", &ByMemory},
};

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) return Serve();
  const auto behaviour = kBehaviours.find(arguments[1]);
  return behaviour == kBehaviours.end() ? 64 : behaviour->second();
}
