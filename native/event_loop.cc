#include "event_loop.h"

#include <libvirt/libvirt.h>
#include <pthread.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>

#include "event_watches.h"
#include "failure.h"
#include "no_destructor.h"

namespace precopy {

namespace {

/// How long the end of the process waits for a thread that libvirt keeps busy.
constexpr auto kStopLimit = std::chrono::seconds(1);

EventWatches& Watches() {
  static NoDestructor<EventWatches> watches;
  return watches.Get();
}

void RegisterWatches() {
  virEventRegisterImpl(
      [](int fd, int events, virEventHandleCallback callback, void* opaque, virFreeCallback free) {
        return Watches().AddHandle(fd, events, callback, opaque, free);
      },
      [](int watch, int events) { Watches().UpdateHandle(watch, events); },
      [](int watch) { return Watches().RemoveHandle(watch); },
      [](int milliseconds, virEventTimeoutCallback callback, void* opaque, virFreeCallback free) {
        return Watches().AddTimeout(milliseconds, callback, opaque, free);
      },
      [](int timer, int milliseconds) { Watches().UpdateTimeout(timer, milliseconds); },
      [](int timer) { return Watches().RemoveTimeout(timer); });
}

}  // namespace

struct EventLoop::Thread {
  std::atomic<bool> stop{false};
  std::mutex mutex;
  std::condition_variable ended_changed;
  bool ended = false;
};

EventLoop& EventLoop::Instance() {
  static NoDestructor<EventLoop> loop;
  return loop.Get();
}

void EventLoop::Attach() {
  const std::lock_guard lock(mutex_);
  if (attached_ == 0) Start();
  ++attached_;
}

void EventLoop::Detach() {
  const std::lock_guard lock(mutex_);
  if (--attached_ == 0) Stop();
}

void EventLoop::Start() {
  if (!registered_) {
    RegisterWatches();
    Check(virInitialize());
    registered_ = true;
  }
  running_ = std::make_shared<Thread>();
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([state = running_] {
    pthread_setname_np(pthread_self(), "precopy-events");
    while (!state->stop.load()) Watches().RunOnce();
    const std::lock_guard lock(state->mutex);
    state->ended = true;
    state->ended_changed.notify_all();
  });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void EventLoop::Stop() {
  running_->stop.store(true);
  Watches().Wake();
  std::unique_lock lock(running_->mutex);
  const bool ended = running_->ended_changed.wait_for(lock, kStopLimit, [this] { return running_->ended; });
  lock.unlock();
  // The addon is never unloaded and its statics are never destroyed, so a late thread finds everything in
  // place.
  if (ended) {
    thread_.join();
  } else {
    thread_.detach();
  }
}

}  // namespace precopy
