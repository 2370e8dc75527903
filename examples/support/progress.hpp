// SPDX-License-Identifier: MIT
#pragma once
// One line on stderr that says how far a long job is; silent where stderr is no terminal.

#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <string>
#include <utility>

namespace example {

class progress {
 public:
  // total: how many steps there will be, 0 if nobody has counted them.
  progress(std::string what, std::size_t total)
      : what_(std::move(what)), total_(total), shown_(::isatty(STDERR_FILENO) == 1) {}
  progress(progress const&) = delete;
  progress& operator=(progress const&) = delete;
  ~progress() { clear(); }

  void step(std::string const& item) {
    ++done_;
    if (!shown_) return;
    std::string const of = total_ == 0 ? "" : " of " + std::to_string(total_);
    std::fprintf(stderr, "\r\033[K%s %zu%s: %s", what_.c_str(), done_, of.c_str(), item.c_str());
    std::fflush(stderr);
  }

  // Wipes the line, so that something else can be printed.
  void clear() const {
    if (!shown_) return;
    std::fputs("\r\033[K", stderr);
    std::fflush(stderr);
  }

 private:
  std::string what_;
  std::size_t total_, done_ = 0;
  bool shown_;
};

}  // namespace example
