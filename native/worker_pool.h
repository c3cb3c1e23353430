#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace precopy {

/// Threads of our own for calls that block. It grows by one thread whenever none is idle, so that a call
/// never waits for another one: a migration holds its thread for minutes, and an abort must not queue behind
/// it. libuv's pool is never used, because four blocked calls there stop every readFile and DNS lookup of the
/// process.
class WorkerPool {
 public:
  struct Job {
    std::function<void()> work;
    /// Called when the thread is idle again: who hears of the result and starts the next call at once gets
    /// the same, warm thread.
    std::function<void()> announce;
  };

  static WorkerPool& Instance();

  WorkerPool() = default;
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;
  WorkerPool(WorkerPool&&) = delete;
  WorkerPool& operator=(WorkerPool&&) = delete;
  ~WorkerPool() = default;

  /// Runs the job on an idle thread, or on a new one. Never blocks; throws std::system_error if no thread can
  /// be had.
  void Run(Job job);

 private:
  struct Worker {
    std::mutex mutex;
    std::condition_variable wake;
    bool asleep = false;
    std::atomic<bool> assigned{false};
    /// Belongs to whoever took the worker off the stack, until `assigned` is set.
    Job job;
  };

  void Serve(const std::shared_ptr<Worker>& worker);
  /// Waits for the next job; false when the worker stayed idle for so long that it should end.
  bool AwaitJob(const std::shared_ptr<Worker>& worker);
  bool SpinForJob(const Worker& worker);
  static bool SleepForJob(Worker& worker);

  std::mutex mutex_;
  /// Used as a stack: the thread that worked last is the one whose caches are warm.
  std::vector<std::shared_ptr<Worker>> idle_;
  std::atomic<bool> spinning_{false};
};

}  // namespace precopy
