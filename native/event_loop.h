#pragma once

#include <memory>
#include <mutex>
#include <thread>

namespace precopy {

/// An event loop for libvirt on one thread for the whole process. It runs while at least one environment
/// (main thread or worker) is attached. Not uv_poll: libvirt updates its watches from any thread, and its
/// event implementation is one per process, where loops of libuv are one per environment.
class EventLoop {
 public:
  static EventLoop& Instance();

  EventLoop() = default;
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;
  EventLoop(EventLoop&&) = delete;
  EventLoop& operator=(EventLoop&&) = delete;
  ~EventLoop() = default;

  /// Must come before the first connection is opened: libvirt asks for an event implementation only then.
  void Attach();
  void Detach();

 private:
  struct Thread;

  void Start();
  void Stop();

  std::mutex mutex_;
  int attached_ = 0;
  bool registered_ = false;
  std::shared_ptr<Thread> running_;
  std::thread thread_;
};

}  // namespace precopy
