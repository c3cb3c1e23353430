#include "worker_pool.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <thread>
#include <utility>

#include "no_destructor.h"

namespace precopy {

namespace {

constexpr auto kIdleLimit = std::chrono::seconds(10);

/// A program that awaits one call after the other gives the next job a few microseconds after the last one is
/// done. Waiting awake for that long saves two context switches per call. Only one thread does it at a time.
constexpr auto kSpinLimit = std::chrono::microseconds(50);

}  // namespace

WorkerPool& WorkerPool::Instance() {
  static NoDestructor<WorkerPool> pool;
  return pool.Get();
}

void WorkerPool::Run(Job job) {
  std::shared_ptr<Worker> worker;
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      worker = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (worker) {
    worker->job = std::move(job);
    bool asleep = false;
    {
      const std::lock_guard lock(worker->mutex);
      worker->assigned.store(true, std::memory_order_release);
      asleep = worker->asleep;
    }
    if (asleep) worker->wake.notify_one();
    return;
  }

  worker = std::make_shared<Worker>();
  worker->job = std::move(job);
  // The new thread inherits the mask: signals belong to Node's own threads.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    // Detached: joining a thread that is in a migration would hang the exit of the process or worker for
    // minutes.
    std::thread([this, worker] { Serve(worker); }).detach();
  } catch (...) {
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    throw;
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void WorkerPool::Serve(const std::shared_ptr<Worker>& worker) {
  pthread_setname_np(pthread_self(), "precopy-call");
  do {
    const Job job = std::exchange(worker->job, {});
    job.work();
    worker->assigned.store(false, std::memory_order_relaxed);
    {
      const std::lock_guard lock(mutex_);
      idle_.push_back(worker);
    }
    if (job.announce) job.announce();
  } while (AwaitJob(worker));
}

bool WorkerPool::SpinForJob(const Worker& worker) {
  if (spinning_.exchange(true, std::memory_order_relaxed)) return false;
  const auto end = std::chrono::steady_clock::now() + kSpinLimit;
  bool assigned = false;
  do {
    // Lets the JavaScript thread have this processor if it waits for one.
    std::this_thread::yield();
    assigned = worker.assigned.load(std::memory_order_acquire);
  } while (!assigned && std::chrono::steady_clock::now() < end);
  spinning_.store(false, std::memory_order_relaxed);
  return assigned;
}

bool WorkerPool::AwaitJob(const std::shared_ptr<Worker>& worker) {
  if (SpinForJob(*worker) || SleepForJob(*worker)) return true;
  {
    const std::lock_guard lock(mutex_);
    const auto position = std::find(idle_.begin(), idle_.end(), worker);
    if (position != idle_.end()) {
      idle_.erase(position);
      return false;
    }
  }
  // Somebody took this worker off the stack just now: its job is on the way.
  while (!SleepForJob(*worker)) {
  }
  return true;
}

bool WorkerPool::SleepForJob(Worker& worker) {
  std::unique_lock lock(worker.mutex);
  worker.asleep = true;
  const bool assigned = worker.wake.wait_for(
      lock, kIdleLimit, [&worker] { return worker.assigned.load(std::memory_order_acquire); });
  worker.asleep = false;
  return assigned;
}

}  // namespace precopy
