#pragma once

#include <napi.h>

#include <array>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "arguments.h"
#include "environment.h"
#include "failure.h"
#include "results.h"
#include "worker_pool.h"

namespace precopy {

/// Argument and result types of a lambda or a function.
template <typename F>
struct Signature : Signature<decltype(&F::operator())> {};
template <typename Class, typename R, typename... A>
struct Signature<R (Class::*)(A...) const> : Signature<R (*)(A...)> {};
template <typename R, typename... A>
struct Signature<R (*)(A...)> {
  using Result = R;
  using Arguments = std::tuple<std::decay_t<A>...>;
  static constexpr size_t kCount = sizeof...(A);
};

/// One call: arguments are taken from JavaScript on its own thread, the function runs on a thread of the
/// pool, and its result or failure settles the promise back on the JavaScript thread.
template <typename F>
class Call final : public Task {
  using Result = typename Signature<F>::Result;
  using Arguments = typename Signature<F>::Arguments;

 public:
  Call(Napi::Env env, F function, Arguments arguments)
      : function_(function), arguments_(std::move(arguments)), deferred_(Napi::Promise::Deferred::New(env)) {}

  [[nodiscard]] Napi::Promise Promise() const { return deferred_.Promise(); }

  /// On a thread of the pool.
  void Execute() noexcept {
    try {
      result_.emplace(std::apply(function_, *arguments_));
    } catch (const Failure& failure) {
      failure_.emplace(failure);
    } catch (const std::exception& error) {
      failure_.emplace(Failure::Internal(error.what()));
    }
    // Now, not when JavaScript gets round to it: a connection that is closing waits for the lease among them.
    arguments_.reset();
  }

  void Finish(Napi::Env env) override {
    Environment::Of(env)->Release(env);
    if (failure_) {
      deferred_.Reject(failure_->ToJs(env));
    } else {
      deferred_.Resolve(ToJs(env, *result_));
    }
  }

 private:
  F function_;
  std::optional<Arguments> arguments_;
  std::optional<Result> result_;
  std::optional<Failure> failure_;
  Napi::Promise::Deferred deferred_;
};

template <typename F>
Napi::Value StartCall(Napi::Env env, F function, typename Signature<F>::Arguments arguments) {
  const std::shared_ptr<Environment> environment = Environment::Of(env);
  auto call = std::make_shared<std::unique_ptr<Call<F>>>(
      std::make_unique<Call<F>>(env, function, std::move(arguments)));
  const Napi::Promise promise = (*call)->Promise();
  WorkerPool::Instance().Run(
      {[call] { (*call)->Execute(); }, [call, environment] { environment->Post(std::move(*call)); }});
  environment->Retain(env);
  return promise;
}

/// Exports a function of libvirt under a name. The lambda's parameter types say what JavaScript has to pass,
/// their names are for error messages; the function returns a promise and never throws.
template <typename F>
void Bind(Napi::Object exports, const char* name,
          std::array<const char*, Signature<F>::kCount> argument_names, F function) {
  const auto body = [argument_names, function](const Napi::CallbackInfo& info) -> Napi::Value {
    const Napi::Env env = info.Env();
    try {
      auto arguments = [&]<size_t... I>(std::index_sequence<I...>) {
        // Braces: evaluated from left to right, so that the first wrong argument is the one that is named.
        return typename Signature<F>::Arguments{
            FromJs<std::tuple_element_t<I, typename Signature<F>::Arguments>>(info[I], argument_names[I])...};
      }
      (std::make_index_sequence<Signature<F>::kCount>());
      return StartCall(env, function, std::move(arguments));
    } catch (Failure& failure) {
      for (size_t i = 0; i < argument_names.size(); ++i)
        failure.NameArgument(argument_names[i], static_cast<int>(i));
      const auto deferred = Napi::Promise::Deferred::New(env);
      deferred.Reject(failure.ToJs(env));
      return deferred.Promise();
    }
  };
  exports.Set(name, Napi::Function::New(exports.Env(), body, name));
}

// One file each, a group of related functions of libvirt.
void BindConnectionCalls(Napi::Object exports);
void BindHostCalls(Napi::Object exports);
void BindDomainCalls(Napi::Object exports);
void BindDomainMigrationCalls(Napi::Object exports);
void BindDomainParameterCalls(Napi::Object exports);
void BindEvents(Napi::Object exports);
void BindQemuEvents(Napi::Object exports);

}  // namespace precopy
