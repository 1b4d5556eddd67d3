#include "harness/api/anomaly.h"

#include <array>

namespace tearproof {
namespace {

// By promise, then from the general to the particular.
constexpr std::array kAnomalies = {
    Anomaly{"torn-read", Promise::kIntact, "A get returns bytes that no single set wrote.",
            "Readers can open the entry's file while a writer is still filling it.",
            "Write to a temporary file in the same directory and rename(2) it over the entry.",
            R"(The file that readers open is the file that a writer is changing, so a read
meets it half way. What it finds depends on the moment: nothing (empty-read),
the beginning (truncated-value), old and new bytes (mixed-value), or holes.

    writer                                reader
    open(k0, O_WRONLY | O_TRUNC)
    write(first 2048 bytes)
                                          open(k0), read → a torn value
    write(last 2048 bytes)

rename(2) changes the name in one step: a reader has either file, and each is
whole. A lock does as well, if readers take it too.
)"},
    Anomaly{"mixed-value", Promise::kIntact,
            "A get returns blocks of two different sets in one value.",
            "Two writers fill the same file at once, or one overwrites it under a reader.",
            "Give each writer a temporary file of its own, opened with O_EXCL, and rename(2) it.",
            R"(Each write(2) lands where the writer's own offset points, in the one file that
both have open.

    writer 1                              writer 2
    open(k0, O_TRUNC)                     open(k0, O_TRUNC)
    write(bytes 0–2047)
                                          write(bytes 0–4095)
    write(bytes 2048–4095)

The file stays mixed: every later get returns half of each value. A temporary
file whose name two writers share is the same mistake one step earlier.
)"},
    Anomaly{
        "truncated-value", Promise::kIntact, "A get returns only the beginning of a value.",
        "A reader reaches the end of the file before the writer has written the rest.",
        "Let the name appear only with the whole file behind it: rename(2), or lock both sides.",
        R"(    writer                                reader
    open(k0, O_TRUNC)
    write(bytes 0–2047)
                                          read → 2048 bytes, end of file
    write(bytes 2048–4095)

A short write(2) whose return value nobody looks at leaves the same file, for
good. A length or a checksum in the file turns this into a miss, not a value.
)"},
    Anomaly{"empty-read", Promise::kIntact,
            "A get finds the entry and returns no bytes, though none was ever set to nothing.",
            "The writer truncates the file before it writes, and the reader comes in between.",
            "Do not truncate what readers can open: write another file and rename(2) it.",
            R"(    writer                                reader
    open(k0, O_WRONLY | O_TRUNC)
                                          open(k0), read → 0 bytes
    write(4096 bytes)

An empty value that is taken for a hit is worse than a miss: the caller does
not compute the value again, and an unpickler fails on it.
)"},
    Anomaly{"foreign-value", Promise::kIntact,
            "A get returns a value that no write of its key can have left there.",
            "Two keys share a file, or a write that was refused or had not begun took effect.",
            "Derive the file's name from the whole key, and change nothing before you decide.",
            R"(The value is whole, but it is not this key's to return: it was written to
another key, by an add that was refused, or by a set that came later.

    process 1                             process 2
    add k0 → present, so refused
    writes its value all the same
                                          get k0 → the refused value

Look at the function from key to file name first: truncated hashes, replaced
characters and case-insensitive file systems make two keys one.
)"},
    Anomaly{"failed-operation", Promise::kNoError,
            "An operation fails although nothing is wrong with the machine.",
            "Mostly a file or directory vanished between two calls, and the error (ENOENT) reached "
            "the caller; else the message says it.",
            "Treat ENOENT of a read as a miss and of a removal as done, and make mkdir idempotent.",
            R"(    process 1                             process 2
    stat(k0) → it is there
                                          unlink(k0)
    open(k0) → ENOENT → exception

What was looked up is old the moment it is known. Ask for what you want, and
take the errors that another process's legitimate step can cause as answers.
)"},
    Anomaly{
        "crash-of-the-cache", Promise::kNoError,
        "A process dies or exits within an operation of the cache.",
        "The code meets a file that another process is changing: SIGBUS of a mapped file is usual.",
        "Never map a file that others may shrink, and check what was read before using it.",
        R"(    process 1                             process 2
    mmap(k0, 4096 bytes)
                                          ftruncate(k0, 0)
    reads the mapping → SIGBUS

A damaged entry can crash a parser as well. Files that are replaced by
rename(2) never shrink under those who have them open.
)"},
    Anomaly{"phantom-miss", Promise::kPresent,
            "A get misses a key that had been set and that nothing removed.",
            "A writer removes or truncates the old entry before the new one is in its place.",
            "Replace the entry in one step with rename(2), and never unlink(2) it first.",
            R"(    writer                                reader
    set k0 → done
    set k0: unlink(k0)
                                          get k0 → miss
    rename(temp, k0)

Another cause is a removal by name: a process finds an expired or damaged
entry, a writer replaces it, and the unlink(2) removes the fresh one.
)"},
    Anomaly{"vanished-and-back", Promise::kPresent,
            "A value is seen, then missed, then seen again, though it was set only once.",
            "An entry is moved away for a while, or a reader gives up on a file it finds locked.",
            "Keep one name for an entry at all times, and wait for a lock instead of missing.",
            R"(    process 1                             process 2
    get k0 → value
    rename(k0, k0.busy)
                                          get k0 → miss
    rename(k0.busy, k0)
                                          get k0 → the same value

No eviction explains it, as what is evicted does not come back.
)"},
    Anomaly{"stale-read", Promise::kFresh,
            "A get returns an old value, although a set of a newer one had returned.",
            "A process keeps a copy, or reads a place that the newer set did not write.",
            "Let every get look at the one place that sets change, and change it in one step.",
            R"(    writer                                reader
    set k0 = A → done
                                          opens the file with A, keeps it open
    set k0 = B → rename(temp, k0) → done
                                          get k0 → A, from the open file

A descriptor, a mapping or a memory cache that outlives one get does this; so
does a get that tries a second place where the first has nothing.
)"},
    Anomaly{"new-then-old", Promise::kFresh,
            "A get returns an older value than another get that had returned before.",
            "Readers look at two copies, or a writer that was overtaken puts its value back.",
            "Keep one copy, and let a writer publish its value at one moment only.",
            R"(    writer 1                              writer 2
    set k0 = A: rename(temp, k0)
                                          set k0 = B: rename(temp, k0)
    (a reader gets B)
    sets the mode: copies A over k0
    (a reader gets A)

Each reader alone sees nothing odd: only both together do. What is done to an
entry after it has become visible belongs before that moment.
)"},
    Anomaly{"lost-update", Promise::kFresh,
            "A set had returned, yet gets still return the value from before, and never its own.",
            "A set gave up quietly, or another process wrote back what it had read before.",
            "Report what was not stored, and read, change and write back under one lock.",
            R"(    process 1                             process 2
    touch k0: reads A
                                          set k0 = B → done
    touch k0: writes A back
                                          get k0 → A

A set that skips its work when the lock is busy, or when the disk seems full,
and says done all the same, does it as well.
)"},
    Anomaly{"refused-value", Promise::kFresh,
            "A get returns the value of a set or add that was refused.",
            "The value was stored before the decision to refuse it.",
            "Decide first, or prepare the value aside and publish it only on success.",
            R"(    process 1                             process 2
    add k0 = A: writes A
    the key was there: refused
                                          get k0 → A

Whoever was refused does something else instead, and the others work with a
value that, as far as its owner knows, does not exist.
)"},
    Anomaly{"future-value", Promise::kFresh,
            "A get returns a value before the set of it had begun.",
            "Values of two runs, or of two keys, were mixed up, or a clock is wrong.",
            "Start from an empty directory, and see that the adapter answers with what it read.",
            R"(    process 1                             process 2
                                          get k0 → A
    set k0 = A begins

A cache cannot do this by itself; what reports its operations can.
)"},
    Anomaly{"phantom-hit", Promise::kFresh,
            "A key is found present, although nothing that was set can have been there.",
            "An entry's remains are taken for the entry: an empty file, a placeholder, a lock.",
            "Decide by what a get would return, not by the name alone.",
            R"(    process 1                             process 2
    delete k0 → done
                                          has k0 → yes
                                          get k0 → miss

has, and an add that is refused, look at less than a get does.
)"},
    Anomaly{"impossible-count", Promise::kFresh,
            "A counter shows a number that no order of the increments explains.",
            "Two increments started from the same number, or one was applied twice.",
            "Hold one exclusive lock around reading and writing the number.",
            R"(    process 1                             process 2
    incr k0: reads 7
                                          incr k0: reads 7
    writes 8 → done
                                          writes 8 → done
                                          get k0 → 8 after 9 increments
)"},
    Anomaly{"impossible-order", Promise::kFresh,
            "What several operations returned cannot all be true, in whatever order they happened.",
            "Some change is made in two steps, and others come in between.",
            "Make each change visible by a single system call, or hold a lock around all of it.",
            R"(    process 1                             process 2
    sees one state
                                          sees another
    sees the first again

The evidence is minimal: each pair of its operations may be fine, all of them
together are not. Go through the diagram and try to order them.
)"},
    Anomaly{"resurrection", Promise::kStaysGone,
            "A get returns a value that had been set before a delete that had returned.",
            "A process read the entry before the delete and wrote it back after it.",
            "Read, change and write back only under a lock that deletes take as well.",
            R"(    process 1                             process 2
    touch k0: reads the entry
                                          delete k0 → done
    touch k0: writes it back
                                          get k0 → the deleted value

A second copy does it too: a delete that removes one level of a cache of two.
)"},
    Anomaly{"double-add", Promise::kAddOnce,
            "Two adds of one key both win, with nothing removed between them.",
            "The look whether the key is there and the write of it are two steps.",
            "Let the kernel decide: link(2) a finished file, or open(2) it with O_CREAT | O_EXCL.",
            R"(    process 1                             process 2
    add k0: not there
                                          add k0: not there
    writes → done
                                          writes → done

Those who use add as a lock or for counting once now both go ahead.
)"},
    Anomaly{"lost-add", Promise::kAddOnce, "An add wins, yet a later get returns another value.",
            "An add that lost had written already, or the winner was overwritten unseen.",
            "Prepare the value aside and publish it in one step that fails if the key is there.",
            R"(    process 1                             process 2
    add k0: not there
                                          add k0: not there
                                          link → done, it won
    rename over k0 → refused too late
                                          get k0 → process 1's value
)"},
    Anomaly{"lost-increment", Promise::kIncrExact,
            "A counter's final value is less than the increments that were acknowledged.",
            "Two processes read the same number, and each wrote it back plus one.",
            "Hold one exclusive lock around reading and writing the number.",
            R"(    process 1                             process 2
    incr k0: reads 7
                                          incr k0: reads 7
    writes 8 → done
                                          writes 8 → done

Replacing the file by rename(2) does not help: the loss lies between reading
and writing, not in the write.
)"},
    Anomaly{"extra-increment", Promise::kIncrExact,
            "A counter shows more than all increments that can have happened.",
            "An increment was applied twice, mostly by a retry after it had taken effect.",
            "Retry only what is known not to have happened.",
            R"(    process 1                             process 2
    incr k0: writes 8
                                          takes the lock away as stale
    lock lost: tries again, writes 9
                                          get k0 → 9 after 8 increments
)"},
    Anomaly{
        "lost-counter", Promise::kIncrExact,
        "A counter is gone at the end, though nothing removed it.",
        "An increment met a file that another one had just truncated, and dropped it as damaged.",
        "Hold one exclusive lock around reading and writing, and replace the file by rename(2).",
        R"(    process 1                             process 2
    incr k0: open(k0, O_TRUNC)
                                          incr k0: reads nothing
                                          damaged: unlink(k0)
    write(8) into the unlinked file
)"},
    Anomaly{"late-expiry", Promise::kExpires,
            "A value is served after its time to live, all tolerances allowed for.",
            "The deadline is not looked at by every way of reading, or another write's is used.",
            "Store the deadline in the entry itself and compare it in each read.",
            R"(    writer                                reader
    set k0 ttl=20ms → done
    (21 ms pass)
                                          get k0 → the value

A deadline kept in a second file, or in the modification time that another
write sets, can belong to another value than the one that is read.
)"},
    Anomaly{"overgrown", Promise::kBounded,
            "At rest the cache holds more entries than its limit and one a process.",
            "Each process counts or culls by itself, or a cull chooses what others have removed.",
            "Count and cull under one lock, and cull until the limit holds.",
            R"(    process 1                             process 2
    counts 299 of 300
                                          counts 299 of 300
    writes a new key
                                          writes a new key → 301

One too many a process is in the nature of it; growth without end is not.
)"},
    Anomaly{"litter", Promise::kTidy, "Files stay behind that one process alone would not leave.",
            "A path that fails or loses a race does not remove its temporary file or lock.",
            "Remove the temporary file on every way out, and let clear take leftovers along.",
            R"(    process 1                             process 2
    writes temp#1
                                          clear: removes the directory
    rename(temp#1, k0) → ENOENT
    returns, and leaves temp#1
)"},
    Anomaly{"leaked-descriptor", Promise::kTidy,
            "A process keeps a file open that it had opened for an operation that has ended.",
            "A path that fails returns without closing what it had opened.",
            "Give each descriptor an owner that closes it on every way out.",
            R"(    process 1                             its open files
    open(temp#1) → 5
                                          5
    write(5) → ENOSPC
    set answers an error
                                          5, for good: the 1,024th is EMFILE
)"},
    Anomaly{"litter-after-kill", Promise::kTidyAfterKill,
            "Files of killed processes stay behind after cull and clear.",
            "A killed process cannot remove its temporary file, and nobody else knows it.",
            "Use O_TMPFILE and linkat(2), or let cull remove old temporary files by their age.",
            R"(    process 1                             process 2
    writes temp#1
    SIGKILL
                                          cull, clear: look at entries only
                                          temp#1 stays for ever
)"},
    Anomaly{"trespass", Promise::kConfined,
            "A file that is not the cache's was changed or removed.",
            "A key became part of a path as it was, or clear removes what it did not make.",
            "Name files by a hash of the key, and remove only names of the cache's own form.",
            R"(    process 1                             the file system
    set "../keep" → open(dir + key)
                                          the file keep beside dir is gone
    clear → removes all below dir
                                          so is a stranger's file in dir
)"},
    Anomaly{"foreign-key", Promise::kConfined,
            "A get returns a value that was set for another key.",
            "Two keys lead to one file: characters were replaced, cut off or folded.",
            "Name files by a hash of the whole key, and compare the key stored in the entry.",
            R"(    process 1                             process 2
    set "a/b" → writes a_b
                                          get "a_b" → reads a_b: a hit
)"},
    Anomaly{
        "stuck-operation", Promise::kReturns,
        "An operation does not return, even once it is alone.",
        "It waits for a lock whose holder is gone, or tries again something that cannot succeed.",
        "Use locks that the kernel releases (flock, fcntl), and limit every loop.",
        R"(    process 1                             process 2
    creates k0.lock, is killed
                                          set k0: k0.lock is there, waits
                                          and waits: nobody removes it
)"},
    Anomaly{"unsafe-after-kill", Promise::kKillSafe,
            "After a writer was killed, a read fails or finds neither the old value nor the new.",
            "The entry passes through a state on disk that is neither of the two.",
            "Prepare the new entry aside and make it visible by a single system call.",
            R"(    writer                                reader
    open(k0, O_TRUNC)
    write(first half), SIGKILL
                                          get k0 → half a value, for good

Locks do not help here: the kernel releases them, and the half stays.
)"},
    Anomaly{"torn-after-crash", Promise::kCrashAtomic,
            "After a power cut a get returns bytes that no single set wrote.",
            "The name was on the disk before the bytes, or the bytes were changed in place.",
            "Write a temporary file, fsync it, and only then rename it over the entry.",
            R"(    writer                                disk
    write(temp, bytes)                    (in memory only)
    rename(temp, k0)                      the name is written
                                          power cut
                                          k0 leads to a file without its bytes

Writing and renaming are two things to a disk, and nothing but fsync(2)
between them puts them in order: most file systems write names first.
)"},
    Anomaly{"empty-after-crash", Promise::kCrashAtomic,
            "After a power cut a get finds the entry and returns no bytes.",
            "The file was cut to nothing, or got its name, before its bytes were on the disk.",
            "Write a temporary file, fsync it, and only then rename it over the entry.",
            R"(    writer                                disk
    open(k0, O_TRUNC)                     the cut is written
    write(k0, bytes)                      (in memory only)
                                          power cut
                                          k0 is empty

The most frequent state that file systems leave of a file that was not synced.
)"},
    Anomaly{"failed-after-crash", Promise::kCrashAtomic, "After a power cut an operation fails.",
            "The cache meets a file that it cannot read, and takes it for an error, not a miss.",
            "Sync before publishing, and treat what cannot be read as a miss.",
            R"(    writer                                disk
    write(k0, header and value)           half of it is written
                                          power cut
    (next start) get k0 → exception

The entry fails for ever, until somebody removes the file.
)"},
    Anomaly{"vanished-after-crash", Promise::kCrashAtomic,
            "After a power cut a key is missing, though it had a value before and after the set.",
            "The old entry was removed, or cut, before the new one was on the disk.",
            "Replace the entry in one step: fsync a temporary file and rename it.",
            R"(    writer                                disk
    unlink(k0), or open(k0, O_TRUNC)      is written
    write(k0, bytes)                      (in memory only)
                                          power cut
                                          no entry

A miss is what a cache may always answer, if its contract says so; of one that
claims to replace a value, it is neither the old nor the new.
)"},
    Anomaly{"stranger-after-crash", Promise::kCrashAtomic,
            "After a power cut a get returns a whole value that had been replaced for good.",
            "A name or a block of an earlier time came back.",
            "Never use the file of an old value again; write a new one, fsync it, and rename it.",
            R"(    writer                                disk
    set k0 = A, synced                    A
    set k0 = B, synced                    B
    set k0 = C
                                          power cut
                                          A: neither the old value nor the new
)"},
    Anomaly{"lost-after-crash", Promise::kDurable,
            "After a power cut a value is gone although its set had returned.",
            "The set returned before what it wrote, or its name, was on the disk.",
            "fsync the file before the rename and the directory after it, and only then return.",
            R"(    writer                                disk
    fsync(temp)                           the bytes are written
    rename(temp, k0), set returns         (in memory only)
                                          power cut
                                          k0: the old value, or nothing

fsync(2) of a file says nothing of its name: that is the directory's.
)"},
};

}  // namespace

std::span<const Anomaly> AllAnomalies() { return kAnomalies; }

const Anomaly* FindAnomaly(std::string_view name) {
  for (const Anomaly& anomaly : kAnomalies) {
    if (anomaly.name == name) return &anomaly;
  }
  return nullptr;
}

}  // namespace tearproof
