#include "typed_parameters.h"

#include <algorithm>
#include <cstdlib>
#include <string>

#include "arguments.h"
#include "failure.h"
#include "results.h"

namespace precopy {

namespace {

Scalar ItemValue(const virTypedParameter& item) {
  switch (item.type) {
    case VIR_TYPED_PARAM_INT:
      return Count(item.value.i);
    case VIR_TYPED_PARAM_UINT:
      return Count(item.value.ui);
    case VIR_TYPED_PARAM_LLONG:
      return Count(item.value.l);
    case VIR_TYPED_PARAM_ULLONG:
      return Count(item.value.ul);
    case VIR_TYPED_PARAM_DOUBLE:
      return Count(item.value.d);
    case VIR_TYPED_PARAM_BOOLEAN:
      return item.value.b != 0;
    case VIR_TYPED_PARAM_STRING:
      return Text(item.value.s);
    default:
      return Nothing();
  }
}

}  // namespace

TypedParameters::TypedParameters(int count)
    : items_(static_cast<virTypedParameterPtr>(
          std::calloc(static_cast<size_t>(std::max(count, 1)), sizeof(virTypedParameter)))),
      count_(count),
      capacity_(count) {}

TypedParameters& TypedParameters::operator=(TypedParameters&& other) noexcept {
  std::swap(items_, other.items_);
  std::swap(count_, other.count_);
  std::swap(capacity_, other.capacity_);
  return *this;
}

TypedParameters::~TypedParameters() {
  virTypedParamsFree(items_, count_);
}

TypedParameters TypedParameters::FromJs(const Napi::Value& value, const char* argument) {
  if (!value.IsArray()) throw Failure::Argument(argument, "an array of [name, type, value]");
  const auto entries = value.As<Napi::Array>();
  TypedParameters parameters;
  for (uint32_t i = 0; i < entries.Length(); ++i) {
    const Napi::Value entry = entries[i];
    if (!entry.IsArray()) throw Failure::Argument(argument, "an array of [name, type, value]");
    parameters.Add(entry.As<Napi::Array>(), argument);
  }
  return parameters;
}

void TypedParameters::Add(const Napi::Array& entry, const char* argument) {
  const auto name = precopy::FromJs<std::string>(entry[0U], argument);
  const auto type = precopy::FromJs<std::string>(entry[1U], argument);
  const Napi::Value value = entry[2U];
  const char* key = name.c_str();
  if (type == "int") {
    Check(virTypedParamsAddInt(&items_, &count_, &capacity_, key, precopy::FromJs<int32_t>(value, key)));
  } else if (type == "uint") {
    Check(virTypedParamsAddUInt(&items_, &count_, &capacity_, key, precopy::FromJs<uint32_t>(value, key)));
  } else if (type == "llong") {
    Check(virTypedParamsAddLLong(&items_, &count_, &capacity_, key, precopy::FromJs<int64_t>(value, key)));
  } else if (type == "ullong") {
    Check(virTypedParamsAddULLong(&items_, &count_, &capacity_, key, precopy::FromJs<uint64_t>(value, key)));
  } else if (type == "double") {
    Check(virTypedParamsAddDouble(&items_, &count_, &capacity_, key, precopy::FromJs<double>(value, key)));
  } else if (type == "boolean") {
    Check(virTypedParamsAddBoolean(&items_, &count_, &capacity_, key,
                                   precopy::FromJs<bool>(value, key) ? 1 : 0));
  } else if (type == "string") {
    const auto text = precopy::FromJs<std::string>(value, key);
    Check(virTypedParamsAddString(&items_, &count_, &capacity_, key, text.c_str()));
  } else {
    throw Failure::Argument(argument, "of a type that libvirt has, not " + type);
  }
}

Napi::Value TypedParameters::ToJs(Napi::Env env) const {
  Napi::Object object = Napi::Object::New(env);
  for (int i = 0; i < count_; ++i) {
    const virTypedParameter& item = items_[i];
    object.Set(static_cast<const char*>(item.field), precopy::ToJs(env, ItemValue(item)));
  }
  return object;
}

Record TypedParameters::ToRecord(virTypedParameterPtr items, int count) {
  Record record;
  record.reserve(static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) {
    record.emplace_back(static_cast<const char*>(items[i].field), ItemValue(items[i]));
  }
  return record;
}

}  // namespace precopy
