#pragma once

#include <memory>

#include "arguments.h"
#include "environment.h"

namespace precopy {

/// Where events of one registration go: an environment and the number under which TypeScript knows the
/// listener.
struct EventTarget {
  std::shared_ptr<Environment> environment;
  double listener = 0;
};

template <>
struct Argument<EventTarget> {
  static EventTarget From(const Napi::Value& value, const char* name);
};

}  // namespace precopy
