#include "event_delivery.h"

#include <array>
#include <ctime>
#include <utility>

#include "results.h"

namespace precopy {

namespace {

/// CLOCK_MONOTONIC, the clock of process.hrtime.bigint().
uint64_t MonotonicNs() {
  timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000U + static_cast<uint64_t>(now.tv_nsec);
}

/// One event on its way to JavaScript.
class Event final : public Task {
 public:
  Event(double listener, virDomainPtr domain, Record fields)
      : listener_(listener), monotonic_ns_(MonotonicNs()), fields_(std::move(fields)) {
    if (domain == nullptr) return;
    const unsigned int id = virDomainGetID(domain);
    std::array<char, VIR_UUID_STRING_BUFLEN> uuid{};
    virDomainGetUUIDString(domain, uuid.data());
    domain_ = {{"name", Text(virDomainGetName(domain))},
               {"uuid", Text(uuid.data())},
               {"id", id == static_cast<unsigned int>(-1) ? Scalar() : Count(id)}};
  }

  void Finish(Napi::Env env) override {
    const auto environment = Environment::Of(env);
    if (environment->EventHandler().IsEmpty()) return;
    environment->EventHandler().Call({Napi::Number::New(env, listener_),
                                      Napi::BigInt::New(env, monotonic_ns_), ToJs(env, domain_),
                                      ToJs(env, fields_)});
  }

 private:
  double listener_;
  uint64_t monotonic_ns_;
  Record domain_;
  Record fields_;
};

}  // namespace

EventTarget Argument<EventTarget>::From(const Napi::Value& value, const char* name) {
  return {Environment::Of(value.Env()), FromJs<double>(value, name)};
}

void* NewOpaque(const EventTarget& target) {
  return std::make_unique<EventTarget>(target).release();
}

void FreeOpaque(void* opaque) {
  const std::unique_ptr<EventTarget> last(static_cast<EventTarget*>(opaque));
}

void Emit(virDomainPtr domain, void* opaque, Record fields) {
  const auto* target = static_cast<const EventTarget*>(opaque);
  target->environment->Post(std::make_unique<Event>(target->listener, domain, std::move(fields)));
}

}  // namespace precopy
