#pragma once

#include <napi.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "arguments.h"
#include "connection.h"
#include "record.h"
#include "typed_parameters.h"

namespace precopy {

/// One element of virConnectGetAllDomainStats.
struct DomainStatistics {
  std::shared_ptr<Domain> domain;
  TypedParameters values;
};

Napi::Value ToJs(Napi::Env env, Nothing nothing);
Napi::Value ToJs(Napi::Env env, double number);
Napi::Value ToJs(Napi::Env env, bool value);
Napi::Value ToJs(Napi::Env env, const std::string& text);
Napi::Value ToJs(Napi::Env env, const Scalar& scalar);
Napi::Value ToJs(Napi::Env env, const Record& record);
Napi::Value ToJs(Napi::Env env, const TypedParameters& parameters);
Napi::Value ToJs(Napi::Env env, const std::shared_ptr<Connection>& connection);
/// { handle, name, uuid }
Napi::Value ToJs(Napi::Env env, const std::shared_ptr<Domain>& domain);
/// { domain, values }
Napi::Value ToJs(Napi::Env env, const DomainStatistics& statistics);

template <typename T>
Napi::Value ToJs(Napi::Env env, const std::vector<T>& items) {
  Napi::Array array = Napi::Array::New(env, items.size());
  for (uint32_t i = 0; i < items.size(); ++i) array[i] = ToJs(env, items[i]);
  return array;
}

template <typename T>
Napi::Value ToJs(Napi::Env env, const std::optional<T>& item) {
  return item.has_value() ? ToJs(env, *item) : env.Null();
}

}  // namespace precopy
