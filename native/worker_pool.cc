#include "worker_pool.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <thread>

#include "no_destructor.h"

namespace precopy {

namespace {

constexpr auto kIdleLimit = std::chrono::seconds(10);

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
    {
      const std::lock_guard lock(worker->mutex);
      worker->job = std::move(job);
      worker->assigned.store(true, std::memory_order_release);
    }
    worker->wake.notify_one();
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
    Job job = std::move(worker->job);
    worker->job = nullptr;
    job();
  } while (AwaitJob(worker));
}

bool WorkerPool::AwaitJob(const std::shared_ptr<Worker>& worker) {
  worker->assigned.store(false, std::memory_order_relaxed);
  {
    const std::lock_guard lock(mutex_);
    idle_.push_back(worker);
  }
  std::unique_lock lock(worker->mutex);
  const auto assigned = [&worker] { return worker->assigned.load(std::memory_order_acquire); };
  if (worker->wake.wait_for(lock, kIdleLimit, assigned)) return true;
  lock.unlock();
  {
    const std::lock_guard idle_lock(mutex_);
    const auto position = std::find(idle_.begin(), idle_.end(), worker);
    if (position != idle_.end()) {
      idle_.erase(position);
      return false;
    }
  }
  // Somebody took this worker off the stack just now: its job is on the way.
  lock.lock();
  worker->wake.wait(lock, assigned);
  return true;
}

}  // namespace precopy
