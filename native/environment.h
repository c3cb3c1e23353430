#pragma once

#include <napi.h>

#include <deque>
#include <memory>
#include <mutex>

namespace precopy {

/// Something that is made on any thread and finished on the JavaScript thread.
class Task {
 public:
  Task() = default;
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  Task(Task&&) = delete;
  Task& operator=(Task&&) = delete;
  virtual ~Task() = default;
  virtual void Finish(Napi::Env env) = 0;
};

/// One per JavaScript environment (the main thread, each worker): the only way from other threads into it.
/// Three rules:
/// - the thread-safe function is closed in the cleanup hook, never in a finalizer, which would be too late;
/// - posting and closing share a mutex, so that nobody posts into a function that is gone;
/// - it keeps the process alive only while a promise is pending or somebody waits for an event.
class Environment : public std::enable_shared_from_this<Environment> {
 public:
  static std::shared_ptr<Environment> Of(Napi::Env env);
  static void Create(Napi::Env env);

  Environment() = default;
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  Environment(Environment&&) = delete;
  Environment& operator=(Environment&&) = delete;
  ~Environment() = default;

  /// From any thread, in order. What is posted after the environment has ended is dropped.
  void Post(std::unique_ptr<Task> task);

  // Only on the JavaScript thread:
  void Retain(Napi::Env env);
  void Release(Napi::Env env);
  void SetEventHandler(Napi::Function handler);
  Napi::FunctionReference& EventHandler() { return event_handler_; }

 private:
  struct Holder;

  static void Drain(Napi::Env env, Napi::Function, Environment* self, void*);
  using Wakeup = Napi::TypedThreadSafeFunction<Environment, void, &Environment::Drain>;

  void WakeUp();
  std::deque<std::unique_ptr<Task>> TakeBatch();
  void Close();

  /// Held while the JavaScript thread is woken and while the function for that is closed. Not the queue's:
  /// the thread that is woken would at once wait for it.
  std::mutex wakeup_mutex_;
  bool closed_ = false;
  Wakeup wakeup_;

  std::mutex queue_mutex_;
  bool ended_ = false;
  bool wakeup_pending_ = false;
  std::deque<std::unique_ptr<Task>> queue_;

  int retained_ = 0;
  Napi::FunctionReference event_handler_;
};

}  // namespace precopy
