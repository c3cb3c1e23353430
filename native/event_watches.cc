#include "event_watches.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <system_error>

namespace precopy {

namespace {

unsigned int ToEpoll(int events) {
  unsigned int result = 0;
  if ((events & VIR_EVENT_HANDLE_READABLE) != 0) result |= EPOLLIN;
  if ((events & VIR_EVENT_HANDLE_WRITABLE) != 0) result |= EPOLLOUT;
  if ((events & VIR_EVENT_HANDLE_ERROR) != 0) result |= EPOLLERR;
  if ((events & VIR_EVENT_HANDLE_HANGUP) != 0) result |= EPOLLHUP;
  return result;
}

int FromEpoll(unsigned int events) {
  int result = 0;
  if ((events & EPOLLIN) != 0) result |= VIR_EVENT_HANDLE_READABLE;
  if ((events & EPOLLOUT) != 0) result |= VIR_EVENT_HANDLE_WRITABLE;
  if ((events & EPOLLERR) != 0) result |= VIR_EVENT_HANDLE_ERROR;
  if ((events & EPOLLHUP) != 0) result |= VIR_EVENT_HANDLE_HANGUP;
  return result;
}

int CheckSystem(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

}  // namespace

EventWatches::EventWatches()
    : epoll_(CheckSystem(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      wakeup_(CheckSystem(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")) {
  epoll_event event = {};
  event.events = EPOLLIN;
  event.data.fd = wakeup_;
  CheckSystem(epoll_ctl(epoll_, EPOLL_CTL_ADD, wakeup_, &event), "epoll_ctl");
}

void EventWatches::Wake() {
  const uint64_t one = 1;
  // Full only if nobody has read it: then the thread is about to wake anyway.
  static_cast<void>(!write(wakeup_, &one, sizeof one));
}

void EventWatches::RunOnce() {
  int timeout = -1;
  {
    const std::lock_guard lock(mutex_);
    sleeping_until_ = removed_.empty() ? NextDeadline() : Clock::now();
    if (sleeping_until_ != Clock::time_point::max()) {
      const auto rest = std::chrono::ceil<std::chrono::milliseconds>(sleeping_until_ - Clock::now()).count();
      timeout = static_cast<int>(std::clamp<int64_t>(rest, 0, std::numeric_limits<int>::max()));
    }
  }
  std::array<epoll_event, 64> ready{};
  const int count = epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), timeout);
  FireTimers();
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = ready.at(static_cast<size_t>(i));
    if (event.data.fd == wakeup_) {
      uint64_t ignored = 0;
      static_cast<void>(!read(wakeup_, &ignored, sizeof ignored));
    } else {
      FireHandles(event.data.fd, FromEpoll(event.events));
    }
  }
  FreeRemoved();
}

void EventWatches::FireHandles(int fd, int events) {
  std::vector<int> watches;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [watch, handle] : handles_) {
      if (handle.fd == fd) watches.push_back(watch);
    }
  }
  for (const int watch : watches) {
    Handle handle = {};
    {
      const std::lock_guard lock(mutex_);
      const auto found = handles_.find(watch);
      if (found == handles_.end()) continue;
      handle = found->second;
    }
    // Errors and hang-ups are reported whether they were asked for or not, as poll does it.
    const int wanted = handle.events | VIR_EVENT_HANDLE_ERROR | VIR_EVENT_HANDLE_HANGUP;
    if (handle.events != 0 && (events & wanted) != 0)
      handle.callback(watch, fd, events & wanted, handle.opaque);
  }
}

void EventWatches::FireTimers() {
  std::vector<int> due;
  {
    const std::lock_guard lock(mutex_);
    sleeping_until_ = Clock::time_point::min();
    const auto now = Clock::now();
    for (auto& [id, timer] : timers_) {
      if (timer.milliseconds < 0 || timer.deadline > now) continue;
      due.push_back(id);
      timer.deadline = now + std::chrono::milliseconds(timer.milliseconds);
    }
  }
  for (const int id : due) {
    Timer timer = {};
    {
      const std::lock_guard lock(mutex_);
      const auto found = timers_.find(id);
      if (found == timers_.end() || found->second.milliseconds < 0) continue;
      timer = found->second;
    }
    timer.callback(id, timer.opaque);
  }
}

void EventWatches::FreeRemoved() {
  std::vector<std::pair<virFreeCallback, void*>> removed;
  {
    const std::lock_guard lock(mutex_);
    removed.swap(removed_);
  }
  for (const auto& [free, opaque] : removed) {
    if (free != nullptr) free(opaque);
  }
}

int EventWatches::AddHandle(int fd, int events, virEventHandleCallback callback, void* opaque,
                            virFreeCallback free) {
  const std::lock_guard lock(mutex_);
  const int watch = ++last_id_;
  handles_.emplace(watch, Handle{fd, events, callback, opaque, free});
  Rearm(fd);
  return watch;
}

void EventWatches::UpdateHandle(int watch, int events) {
  const std::lock_guard lock(mutex_);
  const auto found = handles_.find(watch);
  if (found == handles_.end() || found->second.events == events) return;
  found->second.events = events;
  Rearm(found->second.fd);
}

int EventWatches::RemoveHandle(int watch) {
  const std::lock_guard lock(mutex_);
  const auto found = handles_.find(watch);
  if (found == handles_.end()) return -1;
  const Handle handle = found->second;
  handles_.erase(found);
  Rearm(handle.fd);
  removed_.emplace_back(handle.free, handle.opaque);
  Wake();
  return 0;
}

void EventWatches::Rearm(int fd) {
  unsigned int wanted = 0;
  for (const auto& [watch, handle] : handles_) {
    if (handle.fd == fd) wanted |= ToEpoll(handle.events);
  }
  const auto known = armed_.find(fd);
  // A descriptor that nobody wants anything of is taken out: epoll reports hang-ups of all it has, for ever.
  if (wanted == 0) {
    if (known == armed_.end()) return;
    armed_.erase(known);
    epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
    return;
  }
  epoll_event event = {};
  event.events = wanted;
  event.data.fd = fd;
  // The kernel forgets descriptors that are closed, so ours may be a new one with an old number.
  if (known == armed_.end() || epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event) < 0) {
    epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
  }
  armed_[fd] = wanted;
}

int EventWatches::AddTimeout(int milliseconds, virEventTimeoutCallback callback, void* opaque,
                             virFreeCallback free) {
  const std::lock_guard lock(mutex_);
  const int id = ++last_id_;
  Timer& timer = timers_.emplace(id, Timer{-1, {}, callback, opaque, free}).first->second;
  Start(timer, milliseconds);
  return id;
}

void EventWatches::UpdateTimeout(int id, int milliseconds) {
  const std::lock_guard lock(mutex_);
  const auto found = timers_.find(id);
  if (found != timers_.end()) Start(found->second, milliseconds);
}

int EventWatches::RemoveTimeout(int id) {
  const std::lock_guard lock(mutex_);
  const auto found = timers_.find(id);
  if (found == timers_.end()) return -1;
  removed_.emplace_back(found->second.free, found->second.opaque);
  timers_.erase(found);
  Wake();
  return 0;
}

void EventWatches::Start(Timer& timer, int milliseconds) {
  timer.milliseconds = milliseconds;
  if (milliseconds < 0) return;
  timer.deadline = Clock::now() + std::chrono::milliseconds(milliseconds);
  if (timer.deadline < sleeping_until_) Wake();
}

EventWatches::Clock::time_point EventWatches::NextDeadline() const {
  auto next = Clock::time_point::max();
  for (const auto& [id, timer] : timers_) {
    if (timer.milliseconds >= 0) next = std::min(next, timer.deadline);
  }
  return next;
}

}  // namespace precopy
