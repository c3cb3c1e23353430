#pragma once

#include <napi.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connection.h"
#include "typed_parameters.h"

namespace precopy {

/// JavaScript values into C++ ones, on the JavaScript thread. Each throws Failure::Argument with the
/// argument's name.
template <typename T>
struct Argument;

template <typename T>
T FromJs(const Napi::Value& value, const char* name) {
  return Argument<T>::From(value, name);
}

template <>
struct Argument<std::string> {
  static std::string From(const Napi::Value& value, const char* name);
};
template <>
struct Argument<bool> {
  static bool From(const Napi::Value& value, const char* name);
};
template <>
struct Argument<double> {
  static double From(const Napi::Value& value, const char* name);
};
template <>
struct Argument<int32_t> {
  static int32_t From(const Napi::Value& value, const char* name);
};
template <>
struct Argument<uint32_t> {
  static uint32_t From(const Napi::Value& value, const char* name);
};
template <>
struct Argument<int64_t> {
  static int64_t From(const Napi::Value& value, const char* name);
};
template <>
struct Argument<uint64_t> {
  static uint64_t From(const Napi::Value& value, const char* name);
};
template <>
struct Argument<TypedParameters> {
  static TypedParameters From(const Napi::Value& value, const char* name) {
    return TypedParameters::FromJs(value, name);
  }
};
template <>
struct Argument<Connection::Lease> {
  static Connection::Lease From(const Napi::Value& value, const char* name);
};
template <>
struct Argument<Domain::Lease> {
  static Domain::Lease From(const Napi::Value& value, const char* name);
};
/// A connection that refuses new calls from the moment it is taken as an argument: on the JavaScript thread,
/// so that nothing that is called after close() gets in.
struct ClosingConnection {
  std::shared_ptr<Connection> connection;
};
template <>
struct Argument<ClosingConnection> {
  static ClosingConnection From(const Napi::Value& value, const char* name);
};

template <typename T>
struct Argument<std::optional<T>> {
  static std::optional<T> From(const Napi::Value& value, const char* name) {
    if (value.IsNull() || value.IsUndefined()) return std::nullopt;
    return FromJs<T>(value, name);
  }
};

template <typename T>
struct Argument<std::vector<T>> {
  static std::vector<T> From(const Napi::Value& value, const char* name) {
    if (!value.IsArray()) throw Failure::Argument(name, "an array");
    const auto array = value.As<Napi::Array>();
    std::vector<T> items;
    items.reserve(array.Length());
    for (uint32_t i = 0; i < array.Length(); ++i) items.push_back(FromJs<T>(array[i], name));
    return items;
  }
};

/// Null for an argument that libvirt lets one leave out.
inline const char* OrNull(const std::optional<std::string>& text) {
  return text.has_value() ? text->c_str() : nullptr;
}

/// The arrays of C strings that libvirt takes; valid for as long as the strings are.
std::vector<const char*> Pointers(const std::vector<std::string>& strings);

/// Opaque objects for TypeScript that own one native handle each.
Napi::Value WrapConnection(Napi::Env env, std::shared_ptr<Connection> connection);
Napi::Value WrapDomain(Napi::Env env, std::shared_ptr<Domain> domain);

}  // namespace precopy
