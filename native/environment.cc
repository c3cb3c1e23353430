#include "environment.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "event_loop.h"

namespace precopy {

namespace {

/// A flood of events must not keep timers and sockets of the program waiting.
constexpr std::ptrdiff_t kBatchLimit = 128;

}  // namespace

struct Environment::Holder {
  std::shared_ptr<Environment> environment = std::make_shared<Environment>();
};

std::shared_ptr<Environment> Environment::Of(Napi::Env env) {
  return env.GetInstanceData<Holder>()->environment;
}

void Environment::Create(Napi::Env env) {
  // Before the first connection: libvirt asks for an event implementation only when it opens one.
  EventLoop::Instance().Attach();
  auto holder = std::make_unique<Holder>();
  const std::shared_ptr<Environment> self = holder->environment;
  self->wakeup_ = Wakeup::New(env, "precopy", 0, 1, self.get());
  self->wakeup_.Unref(env);
  // Registered after the thread-safe function and so run before that one's own hook.
  env.AddCleanupHook([self] { self->Close(); });
  env.SetInstanceData(holder.release());  // owned by the environment from here on
}

void Environment::Post(std::unique_ptr<Task> task) {
  {
    const std::lock_guard lock(queue_mutex_);
    if (ended_) return;
    queue_.push_back(std::move(task));
    // One wake-up for everything that comes until the queue is drained.
    if (std::exchange(wakeup_pending_, true)) return;
  }
  WakeUp();
}

void Environment::WakeUp() {
  const std::lock_guard lock(wakeup_mutex_);
  if (!closed_) wakeup_.NonBlockingCall();
}

std::deque<std::unique_ptr<Task>> Environment::TakeBatch() {
  std::deque<std::unique_ptr<Task>> batch;
  {
    const std::lock_guard lock(queue_mutex_);
    if (std::ssize(queue_) <= kBatchLimit) {
      wakeup_pending_ = false;
      batch.swap(queue_);
      return batch;
    }
    const auto end = queue_.begin() + kBatchLimit;
    std::move(queue_.begin(), end, std::back_inserter(batch));
    queue_.erase(queue_.begin(), end);
  }
  WakeUp();
  return batch;
}

void Environment::Drain(Napi::Env env, Napi::Function, Environment* self, void*) {
  if (static_cast<napi_env>(env) == nullptr) return;
  for (const auto& task : self->TakeBatch()) {
    const Napi::HandleScope scope(env);
    try {
      task->Finish(env);
    } catch (const Napi::Error& error) {
      // Reaches process.on('uncaughtException'). A terminating worker has nothing to report any more.
      napi_fatal_exception(env, error.Value());
    } catch (const std::exception& error) {
      napi_fatal_exception(env, Napi::Error::New(env, error.what()).Value());
    }
  }
}

void Environment::Retain(Napi::Env env) {
  if (retained_++ == 0) wakeup_.Ref(env);
}

void Environment::Release(Napi::Env env) {
  if (--retained_ == 0) wakeup_.Unref(env);
}

void Environment::SetEventHandler(Napi::Function handler) {
  event_handler_ = Napi::Persistent(handler);
}

void Environment::Close() {
  {
    const std::lock_guard lock(wakeup_mutex_);
    closed_ = true;
    wakeup_.Abort();
  }
  std::deque<std::unique_ptr<Task>> dropped;
  {
    const std::lock_guard lock(queue_mutex_);
    ended_ = true;
    dropped.swap(queue_);
  }
  event_handler_.Reset();
  // Without the mutex: the event thread may be about to post.
  EventLoop::Instance().Detach();
}

}  // namespace precopy
