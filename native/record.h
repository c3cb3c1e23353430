#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace precopy {

/// What a call returns when there is nothing to return.
using Nothing = std::monostate;

/// A number (64-bit integers become doubles, exact to 2^53), boolean, string or nothing.
using Scalar = std::variant<Nothing, double, bool, std::string>;

template <typename Number>
Scalar Count(Number number) {
  return static_cast<double>(number);
}

inline Scalar Text(const char* text) {
  return text == nullptr ? Scalar() : Scalar(std::string(text));
}

/// A plain object, made on any thread.
using Record = std::vector<std::pair<std::string, Scalar>>;

}  // namespace precopy
