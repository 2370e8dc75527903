// SPDX-License-Identifier: MIT
#pragma once
// Independent tasks in several processes, whose results come back through one pipe.

#include <limits.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <new>
#include <stdexcept>
#include <system_error>
#include <type_traits>
#include <vector>

namespace example {

// Calls work(task) for the tasks 0 .. n - 1 in `jobs` processes, each of which takes the next task
// when it is done with one, and tell(result) here as results come in, in any order. Throws where a
// process fails, which has said why.
template <class Work, class Tell>
void in_processes(int n, int jobs, Work const& work, Tell const& tell) {
  using result = decltype(work(0));
  static_assert(std::is_trivially_copyable_v<result>, "results are passed as bytes");
  static_assert(sizeof(result) <= PIPE_BUF, "a pipe takes a result in one piece");
  auto const check = [](bool good, char const* what) {
    if (!good) throw std::system_error(errno, std::generic_category(), what);
  };
  void* const shared =
      mmap(nullptr, sizeof(std::atomic<int>), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  check(shared != MAP_FAILED, "mmap");
  auto& next = *new (shared) std::atomic<int>(0);
  int ends[2];
  check(pipe(ends) == 0, "pipe");
  std::fflush(nullptr);
  std::vector<pid_t> children;
  for (int j = 0; j < jobs; ++j) {
    pid_t const child = fork();
    check(child >= 0, "fork");
    if (child > 0) {
      children.push_back(child);
      continue;
    }
    close(ends[0]);
    int status = 0;
    try {
      for (int task = next++; task < n && status == 0; task = next++) {
        result const r = work(task);
        status = write(ends[1], &r, sizeof r) != static_cast<ssize_t>(sizeof r);
      }
    } catch (std::exception const& problem) {
      std::fprintf(stderr, "%s\n", problem.what());
      status = 1;
    }
    _exit(status);
  }
  close(ends[1]);
  alignas(result) unsigned char bytes[sizeof(result)];
  int done = 0;
  for (std::size_t have = 0;;) {
    ssize_t const got = read(ends[0], bytes + have, sizeof bytes - have);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    have += static_cast<std::size_t>(got);
    if (have < sizeof bytes) continue;
    have = 0, ++done;
    tell(*reinterpret_cast<result const*>(bytes));
  }
  close(ends[0]);
  for (pid_t const child : children) waitpid(child, nullptr, 0);
  munmap(shared, sizeof(std::atomic<int>));
  if (done != n) throw std::runtime_error("a process ended before its work was done");
}

}  // namespace example
