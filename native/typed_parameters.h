#pragma once

#include <libvirt/libvirt.h>
#include <napi.h>

#include <utility>

#include "record.h"

namespace precopy {

/// Owns an array of libvirt's typed parameters.
class TypedParameters {
 public:
  TypedParameters() = default;
  explicit TypedParameters(int count);
  TypedParameters(const TypedParameters&) = delete;
  TypedParameters& operator=(const TypedParameters&) = delete;
  TypedParameters(TypedParameters&& other) noexcept
      : items_(std::exchange(other.items_, nullptr)),
        count_(std::exchange(other.count_, 0)),
        capacity_(std::exchange(other.capacity_, 0)) {}
  TypedParameters& operator=(TypedParameters&& other) noexcept;
  ~TypedParameters();

  /// From [name, 'int' | 'uint' | 'llong' | 'ullong' | 'double' | 'boolean' | 'string', value][].
  static TypedParameters FromJs(const Napi::Value& value, const char* argument);
  /// { [name]: number | boolean | string }, under libvirt's own names.
  [[nodiscard]] Napi::Value ToJs(Napi::Env env) const;
  /// The same from parameters that are only borrowed, in a form that outlives them.
  static Record ToRecord(virTypedParameterPtr items, int count);

  [[nodiscard]] virTypedParameterPtr Get() const { return items_; }
  [[nodiscard]] int Count() const { return count_; }
  /// For functions of libvirt that allocate the array.
  virTypedParameterPtr* OutItems() { return &items_; }
  int* OutCount() { return &count_; }

 private:
  void Add(const Napi::Array& entry, const char* argument);

  virTypedParameterPtr items_ = nullptr;
  int count_ = 0;
  int capacity_ = 0;
};

}  // namespace precopy
