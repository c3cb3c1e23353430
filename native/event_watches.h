#pragma once

#include <libvirt/libvirt.h>

#include <chrono>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace precopy {

/// libvirt's event interface on epoll: file descriptors and timers that are watched from one thread and
/// changed from any. Ours because libvirt takes its socket out of the watch and puts it back for every call:
/// its own implementation wakes the event thread for each of these changes, several context switches per
/// call, and epoll needs none.
class EventWatches {
 public:
  EventWatches();
  EventWatches(const EventWatches&) = delete;
  EventWatches& operator=(const EventWatches&) = delete;
  EventWatches(EventWatches&&) = delete;
  EventWatches& operator=(EventWatches&&) = delete;
  ~EventWatches() = default;

  /// Waits for something to happen and calls the callbacks. Only on the event thread.
  void RunOnce();
  /// Makes RunOnce return.
  void Wake();

  // virEventRegisterImpl's six functions.
  int AddHandle(int fd, int events, virEventHandleCallback callback, void* opaque, virFreeCallback free);
  void UpdateHandle(int watch, int events);
  int RemoveHandle(int watch);
  int AddTimeout(int milliseconds, virEventTimeoutCallback callback, void* opaque, virFreeCallback free);
  void UpdateTimeout(int timer, int milliseconds);
  int RemoveTimeout(int timer);

 private:
  using Clock = std::chrono::steady_clock;

  struct Handle {
    int fd;
    int events;
    virEventHandleCallback callback;
    void* opaque;
    virFreeCallback free;
  };
  struct Timer {
    /// Negative: not running.
    int milliseconds;
    Clock::time_point deadline;
    virEventTimeoutCallback callback;
    void* opaque;
    virFreeCallback free;
  };

  // With the mutex held:
  void Rearm(int fd);
  void Start(Timer& timer, int milliseconds);
  [[nodiscard]] Clock::time_point NextDeadline() const;

  void FireHandles(int fd, int events);
  void FireTimers();
  void FreeRemoved();

  std::mutex mutex_;
  int epoll_;
  int wakeup_;
  int last_id_ = 0;
  std::map<int, Handle> handles_;
  std::map<int, Timer> timers_;
  /// What epoll watches each descriptor for; descriptors without an entry are not in it.
  std::map<int, unsigned int> armed_;
  /// Until when the event thread sleeps; a timer that is due earlier has to wake it.
  Clock::time_point sleeping_until_ = Clock::time_point::max();
  /// Freed by the event thread between two rounds, because it may just be in their callback.
  std::vector<std::pair<virFreeCallback, void*>> removed_;
};

}  // namespace precopy
